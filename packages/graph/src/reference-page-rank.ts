/**
 * PageRank in one thread: the honest baseline, and what the tests and the command line compare
 * with. It pushes where the distributed one pulls, and shares no step with it.
 */
import type { Csr } from './csr.ts'
import { settlePageRank, type PageRankOptions, type PageRankOutcome } from './page-rank-steps.ts'

/** Ranks by vertex, and how they were found. */
export interface ReferenceRanks extends PageRankOutcome {
  readonly ranks: Float64Array
}

export function referencePageRank(graph: Csr, options: PageRankOptions = {}): ReferenceRanks {
  const { damping, iterations, tolerance } = settlePageRank(options)
  const { vertices } = graph
  if (vertices === 0) return { ranks: new Float64Array(0), iterations: 0, change: 0 }
  let ranks = new Float64Array(vertices).fill(1 / vertices)
  let next = new Float64Array(vertices)
  for (let done = 0, change = Infinity; ; done++) {
    if (done === iterations || change < tolerance) return { ranks, iterations: done, change }
    pushRanks(graph, damping, ranks, next)
    change = l1Distance(ranks, next)
    ;[ranks, next] = [next, ranks]
  }
}

/** The sum of the differences of two vectors, without sign. */
export function l1Distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!)
  return sum
}

function pushRanks(graph: Csr, damping: number, ranks: Float64Array, next: Float64Array): void {
  const { offsets, targets } = graph.outgoing
  const { vertices } = graph
  let dangling = 0
  next.fill(0)
  for (let vertex = 0; vertex < vertices; vertex++) {
    const [begin, end] = [offsets[vertex]!, offsets[vertex + 1]!]
    if (begin === end) dangling += ranks[vertex]!
    const share = ranks[vertex]! / (end - begin)
    for (let i = begin; i < end; i++) next[targets[i]!]! += share
  }
  const base = (1 - damping) / vertices + (damping * dangling) / vertices
  for (let vertex = 0; vertex < vertices; vertex++) next[vertex] = base + damping * next[vertex]!
}
