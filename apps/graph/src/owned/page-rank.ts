/**
 * PageRank with ownership: each core owns the ranks of its vertices and what they give. In each
 * iteration it lends that to all others, which read it where it is, or a copy that they fetch once.
 *
 * Ownership   whoever opens it frees it, before the graph.
 * Suspends    every method that returns a promise.
 */
import {
  factory,
  free,
  onAllCores,
  symmetricObject,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import type { DistributedGraph, PageRankOptions, PageRankOutcome } from '@orujo/graph'
import { settlePageRank, type GraphPart } from '@orujo/graph/internal'
import { lend, scopedTask, type Ref } from '@orujo/ownership'
import { OwnedRankPart } from './rank-part.ts'

type Parts = SymmetricObject<OwnedRankPart>

export const makeOwnedRankPart = factory(
  'graph.owned.rank.part',
  (core: Core, graph: SymmetricObject<GraphPart>) => new OwnedRankPart(core, graph.local(core)),
)

export const takeRankPart = scopedTask(
  'graph.owned.rank.take',
  (core: Core, parts: Parts, parity: number, from: number, part: Ref<Float64Array>) =>
    parts.local(core).round.take(parity, from, part),
)

export const ownedRankHere = task(
  'graph.owned.rank.iterate',
  async (
    core: Core,
    parts: Parts,
    damping: number,
    iterations: number,
    tolerance: number,
  ): Promise<PageRankOutcome> => {
    const part = parts.local(core)
    const settings = { damping, iterations, tolerance }
    await part.begin(core)
    for (let done = 0; ; done++) {
      const parity = done % 2
      const change = await part.round.share(
        core,
        part.shares(parity),
        (target, place, ref) => lend(core, takeRankPart, target, parts, place, core.id, ref),
        (all) => part.gather(all),
      )
      if (done === iterations || change < tolerance) return { iterations: done, change }
      await part.step(core, parity, settings)
    }
  },
)

export const ownedRanksHere = task(
  'graph.owned.rank.ranks',
  (core: Core, parts: Parts): Promise<Float64Array> => parts.local(core).copyRanks(core),
)

export const dropOwnedRank = task('graph.owned.rank.drop', (core: Core, parts: Parts): void => {
  parts.local(core).drop(core)
})

/** PageRank with ownership, on a graph that lies on all cores. */
export class OwnedPageRank {
  readonly #graph: DistributedGraph
  readonly #parts: Parts

  /** Use `openOwnedPageRank`. */
  constructor(graph: DistributedGraph, parts: Parts) {
    this.#graph = graph
    this.#parts = parts
  }

  /** Iterates from equal ranks. One run at a time. ORUJO_OPTION. */
  async run(core: Core, options: PageRankOptions = {}): Promise<PageRankOutcome> {
    const { damping, iterations, tolerance } = settlePageRank(options)
    if (this.#graph.vertices === 0) return { iterations: 0, change: 0 }
    const outcomes = await core.finish((inner) =>
      onAllCores(inner, ownedRankHere, this.#parts, damping, iterations, tolerance),
    )
    return outcomes[0]!
  }

  /** The ranks of the last run by vertex; they add up to 1. */
  async ranks(core: Core): Promise<Float64Array> {
    return this.#graph.byVertex(await onAllCores(core, ownedRanksHere, this.#parts))
  }

  /** Drops what the cores own, and gives back its memory. */
  async free(core: Core): Promise<void> {
    await onAllCores(core, dropOwnedRank, this.#parts)
    await free(core, this.#parts)
  }
}

/** Makes the owned objects for the ranks of a graph on all cores. */
export async function openOwnedPageRank(
  core: Core,
  graph: DistributedGraph,
): Promise<OwnedPageRank> {
  return new OwnedPageRank(graph, await symmetricObject(core, makeOwnedRankPart, graph.parts))
}
