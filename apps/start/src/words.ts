/**
 * Words: what a word that the user wrote may mean.
 */
import { describeUnknownWord } from '@orujo/cli'
import type { WordNet } from '@orujo/graph'
import { TourError } from './errors.ts'

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
  throw new TourError('START_WORD', describeUnknownWord(text, wordNet))
}
