/** Words that a user may have meant. */
import { describeUnknownWord, type Dictionary } from '@orujo/cli'
import test from 'ava'

/** A dictionary of words with so many senses each. */
function dictionaryOf(senses: Readonly<Record<string, number>>): Dictionary {
  return {
    lemmas: () => Object.keys(senses),
    lookup: (word) => Array.from({ length: senses[word] ?? 0 }, (_, i) => i),
  }
}

const words = dictionaryOf({ dog: 7, dig: 3, hot_dog: 2, octopus: 2, dodo: 1 })

test('the closest words are suggested, of those the ones with most senses first', (t) => {
  t.is(describeUnknownWord('dag', words), "WordNet has no word 'dag'; did you mean 'dog', 'dig'?")
})

test('letters that changed places count for less than others', (t) => {
  t.regex(describeUnknownWord('dgo', words), /did you mean 'dog', /)
})

test('a word of several parts is suggested with spaces', (t) => {
  t.regex(describeUnknownWord('Hott  Dog', words), /did you mean 'hot dog'\?/)
})

for (const text of ['', '   ', 'zzzzqzzzz']) {
  test(`nothing is suggested for '${text}'`, (t) => {
    t.is(describeUnknownWord(text, words), `WordNet has no word '${text}'`)
  })
}
