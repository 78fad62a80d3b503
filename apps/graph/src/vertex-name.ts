/**
 * Vertex names: from what a user calls a vertex to the id that the input gives it, and back.
 */
import { distance } from 'fastest-levenshtein'
import type { WordNet } from '@orujo/graph'
import type { GraphInput } from './graph-name.ts'

/** Suggestions in a message. */
const MAX_SUGGESTIONS = 3
/** A suggestion differs in at most this share of the letters, and may always differ in two. */
const MAX_DIFFERENCE = 1 / 3

/** The user named a vertex that the graph does not have. */
export class VertexNameError extends Error {
  readonly code = 'GRAPH_VERTEX'

  constructor(message: string) {
    super(message)
    this.name = 'VertexNameError'
  }
}

/**
 * The id that `text` means: the first sense of a word, which may be one of digits, or a number.
 */
export function resolveVertex(text: string, { name, wordNet }: GraphInput): number {
  const [first] = text.trim() === '' ? [] : (wordNet?.lookup(text) ?? [])
  if (first !== undefined) return first
  if (/^\d+$/.test(text)) return Number(text)
  if (wordNet === undefined) {
    throw new VertexNameError(`the vertices of ${name} are numbers from 0: '${text}' is none`)
  }
  const close = closeWords(text, wordNet)
  const hint = close.length === 0 ? '' : `; did you mean ${close.join(', ')}?`
  throw new VertexNameError(`WordNet has no word '${text}'${hint}`)
}

/** What to call the vertex of `id`. */
export function describeVertex(id: number, { wordNet }: GraphInput): string {
  return wordNet === undefined ? String(id) : `${id} (${wordNet.label(id)})`
}

/** Words that differ in few letters: the closest first, of those the ones with most senses. */
function closeWords(text: string, wordNet: WordNet): string[] {
  const lemma = text.trim().toLowerCase().replaceAll(/\s+/g, '_')
  if (lemma === '') return []
  const limit = Math.max(2, Math.floor(lemma.length * MAX_DIFFERENCE))
  const candidates = [...new Set(wordNet.lemmas())]
    .filter((word) => Math.abs(word.length - lemma.length) <= limit)
    .map((word) => ({ word, difference: difference(word, lemma) }))
    .filter((candidate) => candidate.difference <= limit)
    .map((candidate) => ({ ...candidate, senses: wordNet.lookup(candidate.word).length }))
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
