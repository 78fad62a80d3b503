/**
 * Search: WordNet on all cores of a runtime, and searches on it whose trees are checked before
 * anything is said about them.
 */
import { median, startProgress, whole, wordNetPath, type Terminal } from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import {
  loadGraph,
  wordNetSource,
  type BfsResult,
  type DistributedGraph,
  type WordNet,
} from '@orujo/graph'
import { TourError } from './errors.ts'
import { milliseconds, rows } from './format.ts'

/** Timed searches from one vertex. */
const TRIALS = 5

/** WordNet as a graph on cores and as a dictionary. */
export interface WordGraph {
  readonly runtime: Runtime
  readonly graph: DistributedGraph
  readonly wordNet: WordNet
}

/** A search and its checked tree. */
export interface Search extends BfsResult {
  readonly levelCount: number
  /** Of the search alone. */
  readonly ms: number
}

/** Loads WordNet on all cores, each of which reads its share. */
export async function loadWordGraph(
  runtime: Runtime,
  wordNet: WordNet,
  terminal: Terminal,
): Promise<WordGraph> {
  const source = await wordNetSource(wordNetPath)
  using progress = startProgress('  Loading WordNet', terminal.isProgressWanted, terminal)
  const graph = await loadGraph(runtime.host, source, { onProgress: progress.update })
  return { runtime, graph, wordNet }
}

/** Searches from a synset, checks the tree. Throws START_NOT_VERIFIED. */
export async function searchFrom(
  { runtime: { host }, graph, wordNet }: WordGraph,
  synset: number,
  nowMs: () => number,
): Promise<Search> {
  const vertex = graph.vertexOf(synset)
  if (vertex === undefined) {
    throw notVerified(`the graph lacks ${synset}, though the dictionary has it`)
  }
  const start = nowMs()
  const outcome = await graph.searchBreadthFirst(host, vertex)
  const ms = nowMs() - start
  const tree = await graph.tree(host, outcome)
  const verdict = await graph.verify(host, outcome, tree, (id) => wordNet.label(id))
  if (!verdict.isRight) throw notVerified(verdict.reason)
  return { ...verdict.result, levelCount: outcome.levels, ms }
}

/** Searches a few times from a synset and tells what came out. */
export async function describeSearch(
  words: WordGraph,
  synset: number,
  nowMs: () => number,
): Promise<string> {
  const searches: Search[] = []
  for (let trial = 0; trial < TRIALS; trial++) {
    searches.push(await searchFrom(words, synset, nowMs))
  }
  const { reached, levelCount } = searches[0]!
  const times = searches.map(({ ms }) => ms)
  return rows([
    ['vertices', `${whole(words.graph.vertices)} (sets of words that mean one thing)`],
    ['edges', `${whole(words.graph.inputEdges)} (relations between them)`],
    ['source', words.wordNet.label(synset)],
    ['reached', `${whole(reached)} vertices`],
    ['levels', whole(levelCount)],
    ['time', `${milliseconds(median(times))} (median of ${TRIALS} searches)`],
    ['verified', `yes, all ${TRIALS} trees, by the rules of Graph500`],
  ])
}

function notVerified(message: string): TourError {
  return new TourError('START_NOT_VERIFIED', `the search gave a wrong answer: ${message}`)
}
