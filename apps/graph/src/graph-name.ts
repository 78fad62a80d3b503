/**
 * Graph names: what the option `--graph` may say, and the graph behind it.
 */
import { wordNetPath } from '@orujo/cli'
import {
  edgeListSource,
  kroneckerSource,
  openWordNet,
  wordNetSource,
  type GraphSource,
  type WordNet,
} from '@orujo/graph'
import { InvalidArgumentError } from 'commander'

export type GraphName =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'wordnet' }
  | { readonly kind: 'kronecker'; readonly scale: number }

/** A graph that can be loaded, and the words for its vertices if it has any. */
export interface GraphInput {
  readonly name: string
  readonly source: GraphSource
  readonly wordNet: WordNet | undefined
}

const KRONECKER = 'kronecker:'

/** What the option says. Commander tells the user what is wrong with it. */
export function parseGraphName(text: string): GraphName {
  if (text === 'wordnet') return { kind: 'wordnet' }
  if (!text.startsWith(KRONECKER)) return { kind: 'file', path: text }
  const scale = text.slice(KRONECKER.length)
  if (/^\d+$/.test(scale)) return { kind: 'kronecker', scale: Number(scale) }
  throw new InvalidArgumentError('SCALE is a whole number, as in kronecker:18.')
}

/** Finds the graph; refuses what is not there. */
export async function openGraph(graph: GraphName, seed: number): Promise<GraphInput> {
  switch (graph.kind) {
    case 'file':
      return { name: graph.path, source: await edgeListSource(graph.path), wordNet: undefined }
    case 'wordnet': {
      const [source, wordNet] = await Promise.all([
        wordNetSource(wordNetPath),
        openWordNet(wordNetPath),
      ])
      return { name: 'wordnet', source, wordNet }
    }
    case 'kronecker': {
      const name = `${KRONECKER}${graph.scale}`
      return { name, source: kroneckerSource(graph.scale, seed), wordNet: undefined }
    }
  }
}
