/**
 * Words: what a word may mean, and which word a user may have meant.
 */
import { distance } from 'fastest-levenshtein'
import type { WordNet } from '@orujo/graph'
import { TourError } from './errors.ts'

/** Suggestions in a message. */
const MAX_SUGGESTIONS = 3
/** A suggestion differs in at most this share of the letters, and may always differ in two. */
const MAX_DIFFERENCE = 1 / 3

/** A word as the user wrote it. */
export interface Word {
  readonly text: string
  /** Ids of everything that it may mean, at least one, the most frequent first. */
  readonly synsets: readonly number[]
}

/** Finds what a word may mean. Throws START_WORD. */
export function findWord(text: string, wordNet: WordNet): Word {
  const synsets = wordNet.lookup(text)
  if (synsets.length > 0) return { text, synsets }
  const close = closeWords(text, wordNet)
  const hint = close.length === 0 ? '' : `; did you mean ${close.join(', ')}?`
  throw new TourError('START_WORD', `WordNet has no word '${text}'${hint}`)
}

/** Words that differ in few letters: the closest first, of those the ones with most senses. */
function closeWords(text: string, wordNet: WordNet): string[] {
  const lemma = text.trim().toLowerCase().replaceAll(/\s+/g, '_')
  const limit = Math.max(2, Math.floor(lemma.length * MAX_DIFFERENCE))
  return [...new Set(wordNet.lemmas())]
    .map((candidate) => ({ candidate, difference: distance(candidate, lemma) }))
    .filter(({ difference }) => difference <= limit)
    .map((close) => ({ ...close, senses: wordNet.lookup(close.candidate).length }))
    .sort((a, b) => a.difference - b.difference || b.senses - a.senses)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ candidate }) => `'${candidate.replaceAll('_', ' ')}'`)
}
