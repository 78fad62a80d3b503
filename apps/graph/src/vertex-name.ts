/**
 * Vertex names: from what a user calls a vertex to the id that the input gives it, and back.
 */
import { describeUnknownWord } from '@orujo/cli'
import type { GraphInput } from './graph-name.ts'

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
  throw new VertexNameError(describeUnknownWord(text, wordNet))
}

/** What to call the vertex of `id`. */
export function describeVertex(id: number, { wordNet }: GraphInput): string {
  return wordNet === undefined ? String(id) : `${id} (${wordNet.label(id)})`
}
