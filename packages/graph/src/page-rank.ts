/**
 * PageRank over all cores by pulling: in each iteration a core sends what its vertices give along
 * each edge to all others, and adds up what its own vertices get.
 *
 * Ownership   whoever opens it frees it, before the graph.
 * Ordering    a core that has gone through an exchange has handled the shares of all cores.
 * Suspends    every method that returns a promise.
 * Bounds      8 bytes per vertex and pair of cores in each iteration.
 */
import {
  factory,
  free,
  InvariantError,
  objectDelegate,
  onAllCores,
  symmetricObject,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import type { DistributedGraph } from './distributed-graph.ts'
import type { GraphPart } from './graph-part.ts'
import {
  settlePageRank,
  type PageRankOptions,
  type PageRankOutcome,
  type PageRankSettings,
} from './page-rank-steps.ts'
import { RankPart } from './rank-part.ts'

export const makeRankPart = factory(
  'graph.rank.part',
  (core: Core, graph: SymmetricObject<GraphPart>) => new RankPart(graph.local(core)),
)

export const takeShares = objectDelegate(
  'graph.rank.shares',
  (_core: Core, part: RankPart, parity: number, from: number, shares: Float64Array): void => {
    part.takeShares(parity, from, shares)
  },
)

export const takeSums = objectDelegate(
  'graph.rank.sums',
  (
    _core: Core,
    part: RankPart,
    parity: number,
    from: number,
    change: number,
    dangling: number,
  ): void => {
    part.takeSums(parity, from, change, dangling)
  },
)

export const takeRound = objectDelegate(
  'graph.rank.exchange',
  (_core: Core, part: RankPart, parity: number): void => {
    part.exchange.take(parity, 0)
  },
)

export const ranksHere = objectDelegate(
  'graph.rank.ranks',
  (_core: Core, part: RankPart): Float64Array => part.ranks,
)

/** One core's share of all iterations. Every core counts the same ones. */
export const rankHere = task(
  'graph.rank.iterate',
  async (
    core: Core,
    parts: SymmetricObject<RankPart>,
    damping: number,
    iterations: number,
    tolerance: number,
  ): Promise<PageRankOutcome> => {
    const part = parts.local(core)
    const settings: PageRankSettings = { damping, iterations, tolerance }
    part.begin()
    for (let done = 0; ; done++) {
      const parity = done % 2
      await giveShares(core, parts, parity)
      const change = part.change(parity)
      if (done === iterations || change < tolerance) return { iterations: done, change }
      part.step(parity, settings)
    }
  },
)

/** PageRank on a graph that lies on all cores. */
export class PageRank {
  readonly #graph: DistributedGraph
  readonly #parts: SymmetricObject<RankPart>
  #isRunning = false

  /** Use `openPageRank`. */
  constructor(graph: DistributedGraph, parts: SymmetricObject<RankPart>) {
    this.#graph = graph
    this.#parts = parts
  }

  /** Iterates from equal ranks. The ranks stay on the cores until the next run. ORUJO_OPTION. */
  async run(core: Core, options: PageRankOptions = {}): Promise<PageRankOutcome> {
    const { damping, iterations, tolerance } = settlePageRank(options)
    if (this.#isRunning) throw new InvariantError('One run at a time: await the one before.')
    if (this.#graph.vertices === 0) return { iterations: 0, change: 0 }
    this.#isRunning = true
    try {
      const outcomes = await core.finish((inner) =>
        onAllCores(inner, rankHere, this.#parts, damping, iterations, tolerance),
      )
      return outcomes[0]!
    } finally {
      this.#isRunning = false
    }
  }

  /** The ranks of the last run by vertex; they add up to 1. */
  async ranks(core: Core): Promise<Float64Array> {
    const calls = Array.from({ length: core.cores }, (_, on) =>
      core.call(ranksHere, this.#parts.on(on)),
    )
    return this.#graph.byVertex(await Promise.all(calls))
  }

  /** Gives back its memory on all cores. */
  async free(core: Core): Promise<void> {
    await free(core, this.#parts)
  }
}

/** Makes room for the ranks of a graph on all cores. */
export async function openPageRank(core: Core, graph: DistributedGraph): Promise<PageRank> {
  return new PageRank(graph, await symmetricObject(core, makeRankPart, graph.parts))
}

/** Gives this core's shares and sums to all others, and waits for theirs. */
function giveShares(core: Core, parts: SymmetricObject<RankPart>, parity: number): Promise<number> {
  const part = parts.local(core)
  const shares = part.ownShares(parity)
  const { change, dangling } = part.ownSums(parity)
  for (let target = 0; target < core.cores; target++) {
    if (target === core.id) continue
    core.send(takeShares, parts.on(target), parity, core.id, shares)
    core.send(takeSums, parts.on(target), parity, core.id, change, dangling)
  }
  return part.exchange.next((round) => {
    for (let target = 0; target < core.cores; target++) {
      core.send(takeRound, parts.on(target), round)
    }
  })
}
