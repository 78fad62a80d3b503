/**
 * Chain: the shortest way from one word to another along the relations of WordNet, read off the
 * trees of searches on all cores.
 */
import { plural } from '@orujo/cli'
import type { WordNet } from '@orujo/graph'
import { TourError } from './errors.ts'
import { searchFrom, type WordGraph } from './search.ts'
import type { TourTerminal } from './terminal.ts'
import type { Word } from './words.ts'

/** Columns of the listing; the gloss gets the rest of the line. */
const RELATION_WIDTH = 21
const WORDS_WIDTH = 24
const MIN_GLOSS_WIDTH = 24
const GAP = '  '
const ELLIPSIS = ' ...'

/** The ends of a chain. */
export interface Ends {
  readonly first: Word
  readonly last: Word
}

/** Finds the shortest chain from any sense of a word to any of another; tells it line by line. */
export async function describeChain(
  words: WordGraph,
  ends: Ends,
  { columns, nowMs }: TourTerminal,
): Promise<string> {
  const chain = await shortestChain(words, ends, nowMs)
  if (chain === undefined) return '  There is none: no relations lead from one to the other.\n'
  const pairs = plural(ends.first.synsets.length * ends.last.synsets.length, 'pair')
  return (
    `${chainLines(chain, words.wordNet, columns).join('\n')}\n` +
    `  ${plural(chain.length - 1, 'step')}, the fewest for any of ${pairs} of senses: verified\n`
  )
}

/** From a sense of the first word to one of the last. A verified tree has the true distances. */
async function shortestChain(
  words: WordGraph,
  { first, last }: Ends,
  nowMs: () => number,
): Promise<readonly number[] | undefined> {
  let shortest: readonly number[] | undefined
  for (const source of first.synsets) {
    const { tree } = await searchFrom(words, source, nowMs)
    for (const target of last.synsets) {
      const path = words.graph.pathTo(tree, target)
      if (path.length === 0) continue
      if (shortest === undefined || path.length < shortest.length) shortest = path
    }
  }
  return shortest
}

function chainLines(chain: readonly number[], wordNet: WordNet, columns: number): string[] {
  const glossWidth = columns - 3 * GAP.length - RELATION_WIDTH - WORDS_WIDTH
  return chain.map((id, step) => {
    const relation = step === 0 ? '' : relationBetween(chain[step - 1]!, id, wordNet)
    const { words = [], gloss = '' } = wordNet.synset(id) ?? {}
    const cells = [
      '',
      relation.padEnd(RELATION_WIDTH),
      shorten(words.join(', '), WORDS_WIDTH, ',').padEnd(WORDS_WIDTH),
      shorten(firstMeaning(gloss), Math.max(MIN_GLOSS_WIDTH, glossWidth), ' '),
    ]
    return cells.join(GAP).trimEnd()
  })
}

/** How the first relates to the second. If only the second relates to the first: an arrow back. */
function relationBetween(from: number, to: number, wordNet: WordNet): string {
  const forward = wordNet.relation(from, to)
  if (forward !== undefined) return forward
  const backward = wordNet.relation(to, from)
  if (backward !== undefined) return `<- ${backward}`
  const step = `'${wordNet.label(from)}' to '${wordNet.label(to)}'`
  throw new TourError('START_NOT_VERIFIED', `the chain is wrong: no relation leads from ${step}`)
}

/** A definition without its examples and further remarks. */
function firstMeaning(gloss: string): string {
  return gloss.split(';', 1)[0]!.trim()
}

/** Text of at most `width` characters, cut before one of `separator` if it must be. */
function shorten(text: string, width: number, separator: string): string {
  if (text.length <= width) return text
  const cut = text.lastIndexOf(separator, width - ELLIPSIS.length)
  return `${text.slice(0, cut > 0 ? cut : width - ELLIPSIS.length)}${ELLIPSIS}`
}
