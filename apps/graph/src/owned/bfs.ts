/**
 * Breadth-first search with ownership, level by level. Small frontiers give owned lists of visits
 * to the owners of their neighbours; of large ones each core lends its bits to all others.
 *
 * Ownership   whoever opens it frees it, before the graph.
 * Ordering    a core goes on from a level by visits when those of all cores have been handled, so
 *             that the sum over all cores that follows counts every vertex of the level.
 * Suspends    every method that returns a promise.
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
import type { BfsOutcome, BfsTree, DistributedGraph } from '@orujo/graph'
import { prefersBottomUp, type GraphPart } from '@orujo/graph/internal'
import { drop, lend, scopedTask, type Owned, type Ref } from '@orujo/ownership'
import { OwnedSearchPart } from './search-part.ts'

type Parts = SymmetricObject<OwnedSearchPart>

/** Frontier vertices handled before others may run. */
const PIECE_ROWS = 1 << 10

export const makeOwnedSearchPart = factory(
  'graph.owned.search.part',
  (core: Core, graph: SymmetricObject<GraphPart>) => new OwnedSearchPart(core, graph.local(core)),
)

export const takeFrontPart = scopedTask(
  'graph.owned.search.take-front',
  (core: Core, parts: Parts, parity: number, from: number, part: Ref<Int32Array>) =>
    parts.local(core).round.take(parity, from, part),
)

export const takeOwnedVisits = task(
  'graph.owned.search.visits',
  async (core: Core, parts: Parts, parity: number, visits: Owned<Int32Array>): Promise<void> => {
    await visits.read(core, (all) => parts.local(core).visit(parity, all))
    drop(core, visits)
  },
)

export const takeOwnedNumber = objectDelegate(
  'graph.owned.search.exchange',
  (_core: Core, part: OwnedSearchPart, parity: number, value: number): void => {
    part.exchange.take(parity, value)
  },
)

/** One core's share of a search. Every core counts the same levels. */
export const ownedSearchHere = task(
  'graph.owned.search',
  async (
    core: Core,
    parts: Parts,
    source: number,
    slots: number,
    totalWeight: number,
  ): Promise<number> => {
    const part = parts.local(core)
    await part.begin(core, source)
    let weight = await exchange(core, parts, part.takeWeight())
    let unexplored = totalWeight - weight
    let isUp = false
    let level = 0
    while (weight > 0) {
      level++
      const wasUp = isUp
      isUp = prefersBottomUp(weight, unexplored, slots)
      if (isUp && !wasUp) await part.queueToBits(core, level - 1)
      if (!isUp && wasUp) await part.bitsToQueue(core, level - 1)
      if (isUp) await levelUp(core, parts, level)
      else await levelDown(core, parts, level)
      weight = await exchange(core, parts, part.takeWeight())
      unexplored -= weight
    }
    await part.end()
    return level
  },
)

export const ownedParentsHere = task(
  'graph.owned.search.parents',
  (core: Core, parts: Parts): Promise<Int32Array> => parts.local(core).copyParents(core),
)

export const dropOwnedSearch = task('graph.owned.search.drop', (core: Core, parts: Parts): void => {
  parts.local(core).drop(core)
})

/** Breadth-first search with ownership, on a graph that lies on all cores. */
export class OwnedBfs {
  readonly #graph: DistributedGraph
  readonly #parts: Parts

  /** Use `openOwnedBfs`. */
  constructor(graph: DistributedGraph, parts: Parts) {
    this.#graph = graph
    this.#parts = parts
  }

  /** Searches from a vertex. One search at a time; the tree stays on the cores until the next. */
  async searchBreadthFirst(core: Core, source: number): Promise<BfsOutcome> {
    const { partition, totalWeight, vertices } = this.#graph
    if (!(Number.isInteger(source) && source >= 0 && source < vertices)) {
      throw new InvariantError(`There is no vertex ${source}.`)
    }
    const slot = partition.slotOf(source)
    const levels = await core.finish((inner) =>
      onAllCores(inner, ownedSearchHere, this.#parts, slot, partition.slots, totalWeight),
    )
    return { source, levels: levels[0]! }
  }

  /** The tree of the last search. */
  async tree(core: Core, outcome: BfsOutcome): Promise<BfsTree> {
    return this.#graph.treeOf(outcome, await onAllCores(core, ownedParentsHere, this.#parts))
  }

  /** Drops what the cores own, and gives back its memory. */
  async free(core: Core): Promise<void> {
    await onAllCores(core, dropOwnedSearch, this.#parts)
    await free(core, this.#parts)
  }
}

/** Makes the owned objects for searches of a graph on all cores. */
export async function openOwnedBfs(core: Core, graph: DistributedGraph): Promise<OwnedBfs> {
  return new OwnedBfs(graph, await symmetricObject(core, makeOwnedSearchPart, graph.parts))
}

/** Finds a level by visits. */
async function levelDown(core: Core, parts: Parts, level: number): Promise<void> {
  const part = parts.local(core)
  const parity = level % 2
  const rows = part.queued(1 - parity)
  for (let begin = 0; begin < rows; begin += PIECE_ROWS) {
    // suspends: visits of this level arrive; the list that we read does not change
    if (begin > 0) await core.yield()
    part.searchDown(parity, begin, Math.min(rows, begin + PIECE_ROWS))
  }
  part.endSearchDown(parity)
  const targets = Array.from({ length: core.cores }, (_, target) => target)
  await Promise.all(targets.map((target) => giveVisits(core, parts, parity, target)))
  // suspends: visits of cores that are slower arrive
  await exchange(core, parts, 0)
}

async function giveVisits(core: Core, parts: Parts, parity: number, target: number): Promise<void> {
  const visits = await parts.local(core).takeVisits(core, target)
  if (visits !== undefined) await core.call(takeOwnedVisits, target, parts, parity, visits)
}

/** Finds a level by looking for parents in the frontiers of all cores. */
function levelUp(core: Core, parts: Parts, level: number): Promise<void> {
  const part = parts.local(core)
  return part.round.share(
    core,
    part.front(level - 1),
    (target, place, ref) => lend(core, takeFrontPart, target, parts, place, core.id, ref),
    (fronts) => part.searchUp(core, level, fronts),
  )
}

/** The sum of what all cores give; a barrier as well. */
function exchange(core: Core, parts: Parts, value: number): Promise<number> {
  return parts.local(core).exchange.next((parity) => {
    for (let target = 0; target < core.cores; target++) {
      core.send(takeOwnedNumber, parts.on(target), parity, value)
    }
  })
}
