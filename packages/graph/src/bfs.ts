/**
 * Breadth-first search over all cores, level by level. Small frontiers send visits to the owners of
 * their neighbours; large ones are sent as bitmaps to everybody, and each vertex not reached looks
 * for a neighbour in them.
 *
 * Ordering    a level ends when the visits or bitmaps it sent have been taken (`finish`) and every
 *             core has said how much it found (`allReduce`); no core is ever two levels ahead.
 * Suspends    between levels, and between pieces of a level.
 * Bounds      visits: one per core and vertex at most, because a core does not tell twice; bitmaps:
 *             a bit per vertex and core in each level.
 */
import {
  allReduce,
  onAllCores,
  objectDelegate,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import { prefersBottomUp } from './bfs-steps.ts'
import type { DeliverVisits, SearchPart } from './search-part.ts'

/** Frontier vertices handled before others may run. */
const PIECE_ROWS = 1 << 10

export const takeVisits = objectDelegate(
  'graph.bfs.visits',
  (_core: Core, part: SearchPart, parity: number, visits: Int32Array): void => {
    part.visit(parity, visits)
  },
)

export const takeFront = objectDelegate(
  'graph.bfs.front',
  (_core: Core, part: SearchPart, parity: number, from: number, bits: Int32Array): void => {
    part.takeFront(parity, from, bits)
  },
)

/** One core's share of a search. Every core counts the same levels. */
export const searchHere = task(
  'graph.bfs.search',
  async (
    core: Core,
    parts: SymmetricObject<SearchPart>,
    source: number,
    slots: number,
    totalWeight: number,
  ): Promise<number> => {
    const part = parts.local(core)
    part.begin(source)
    let weight = await allReduce(core, part.takeWeight(), 'sum')
    let unexplored = totalWeight - weight
    let isUp = false
    let level = 0
    while (weight > 0) {
      level++
      const wasUp = isUp
      isUp = prefersBottomUp(weight, unexplored, slots)
      if (isUp && !wasUp) await turnUp(core, parts, level)
      if (!isUp && wasUp) part.bitsToQueue((level - 1) % 2)
      if (isUp) await levelUp(core, parts, level)
      else await levelDown(core, parts, level)
      weight = await allReduce(core, part.takeWeight(), 'sum')
      unexplored -= weight
    }
    return level
  },
)

/** Searches from the vertex in slot `source`. Returns how many levels there are, its own included. */
export async function searchBreadthFirst(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  source: number,
  size: { readonly slots: number; readonly totalWeight: number },
): Promise<number> {
  // A scope of its own: barriers of another run must not be mistaken for ours.
  const levels = await core.finish((inner) =>
    onAllCores(inner, searchHere, parts, source, size.slots, size.totalWeight),
  )
  return levels[0]!
}

async function levelDown(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  level: number,
): Promise<void> {
  const part = parts.local(core)
  const parity = level % 2
  await core.finish(async (inner) => {
    let isOpen = true
    const deliver: DeliverVisits = (target, visits) => {
      isOpen = inner.send(takeVisits, parts.on(target), parity, visits) && isOpen
    }
    const rows = part.queued(1 - parity)
    for (let begin = 0; begin < rows; begin += PIECE_ROWS) {
      part.searchDown(parity, begin, Math.min(rows, begin + PIECE_ROWS), deliver)
      if (rows <= PIECE_ROWS) break
      // suspends: visits of this level arrive; the list that we read does not change
      await (isOpen ? inner.yield() : inner.drain())
      isOpen = true
    }
    part.endSearchDown(parity, deliver)
  })
}

async function levelUp(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  level: number,
): Promise<void> {
  parts.local(core).searchUp(level % 2)
  await shareFront(core, parts, level % 2)
}

/** Makes the frontier a bitmap that everybody has. */
async function turnUp(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  level: number,
): Promise<void> {
  const parity = (level - 1) % 2
  parts.local(core).queueToBits(parity)
  await shareFront(core, parts, parity)
  await allReduce(core, 0, 'sum')
}

async function shareFront(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  parity: number,
): Promise<void> {
  const bits = parts.local(core).ownFront(parity)
  await core.finish((inner) => {
    for (let target = 0; target < core.cores; target++) {
      if (target !== core.id) inner.send(takeFront, parts.on(target), parity, core.id, bits)
    }
  })
}
