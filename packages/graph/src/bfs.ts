/**
 * Breadth-first search over all cores, level by level. Small frontiers send visits to the owners of
 * their neighbours; large ones are sent as bitmaps to everybody, and each vertex not reached looks
 * for a neighbour in them.
 *
 * Ordering    a core that has gone through an exchange has been sent, and has handled, all that
 *             others sent before they entered it. A level by visits needs two: after the first, all
 *             visits have arrived, so that the second can add up what was found. A level by bitmaps
 *             needs one, because each core finds for itself.
 * Suspends    in exchanges, and between pieces of a level.
 * Bounds      visits: one per core and vertex at most, because a core does not tell twice; bitmaps:
 *             a bit per vertex and core in each level.
 */
import { objectDelegate, onAllCores, task, type Core, type SymmetricObject } from '@orujo/core'
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

export const takeNumber = objectDelegate(
  'graph.bfs.exchange',
  (_core: Core, part: SearchPart, parity: number, value: number): void => {
    part.exchange.take(parity, value)
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
    let weight = await exchange(core, parts, part.takeWeight())
    let unexplored = totalWeight - weight
    let isUp = false
    let level = 0
    while (weight > 0) {
      level++
      const wasUp = isUp
      isUp = prefersBottomUp(weight, unexplored, slots)
      if (isUp && !wasUp) await turnUp(core, parts, level)
      if (!isUp && wasUp) part.bitsToQueue((level - 1) % 2)
      if (isUp) levelUp(core, parts, level)
      else await levelDown(core, parts, level)
      weight = await exchange(core, parts, part.takeWeight())
      unexplored -= weight
    }
    return level
  },
)

/** Searches from the vertex in slot `source`. How many levels there are, its own included. */
export async function searchBreadthFirst(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  source: number,
  size: { readonly slots: number; readonly totalWeight: number },
): Promise<number> {
  const levels = await core.finish((inner) =>
    onAllCores(inner, searchHere, parts, source, size.slots, size.totalWeight),
  )
  return levels[0]!
}

/** Finds a level by visits, and waits until those of all cores have arrived. */
async function levelDown(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  level: number,
): Promise<void> {
  const part = parts.local(core)
  const parity = level % 2
  let isOpen = true
  const deliver: DeliverVisits = (target, visits) => {
    isOpen = core.send(takeVisits, parts.on(target), parity, visits) && isOpen
  }
  const rows = part.queued(1 - parity)
  for (let begin = 0; begin < rows; begin += PIECE_ROWS) {
    // suspends: visits of this level arrive; the list that we read does not change
    if (begin > 0) await (isOpen ? core.yield() : core.drain())
    isOpen = true
    part.searchDown(parity, begin, Math.min(rows, begin + PIECE_ROWS), deliver)
  }
  part.endSearchDown(parity, deliver)
  await exchange(core, parts, 0)
}

/** Finds a level by looking for parents. Its bitmap arrives before the next exchange ends. */
function levelUp(core: Core, parts: SymmetricObject<SearchPart>, level: number): void {
  parts.local(core).searchUp(level % 2)
  sendFront(core, parts, level % 2)
}

/** Makes the frontier a bitmap that everybody has. */
async function turnUp(
  core: Core,
  parts: SymmetricObject<SearchPart>,
  level: number,
): Promise<void> {
  const parity = (level - 1) % 2
  parts.local(core).queueToBits(parity)
  sendFront(core, parts, parity)
  await exchange(core, parts, 0)
}

function sendFront(core: Core, parts: SymmetricObject<SearchPart>, parity: number): void {
  const bits = parts.local(core).ownFront(parity)
  for (let target = 0; target < core.cores; target++) {
    if (target !== core.id) core.send(takeFront, parts.on(target), parity, core.id, bits)
  }
}

function exchange(core: Core, parts: SymmetricObject<SearchPart>, value: number): Promise<number> {
  return parts.local(core).exchange.next((parity) => {
    for (let target = 0; target < core.cores; target++) {
      core.send(takeNumber, parts.on(target), parity, value)
    }
  })
}
