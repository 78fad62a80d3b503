/**
 * Integer sort on all cores, as the message-passing version of NPB does it: all cores count their
 * keys by bucket, tell each other, move keys to the core that has their range, and rank them there.
 */
import {
  barrier,
  blockRange,
  delegate,
  factory,
  objectDelegate,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import { CLASSES } from './problem.ts'
import { SortPart, type SortedPart } from './sort-part.ts'

/** Keys in a message: large enough that its head does not count, small against the ring. */
const KEYS_PER_MESSAGE = 4096

export const makePart = factory('intsort.part', (core: Core, index: number) => {
  const problem = CLASSES[index]!
  const [begin, end] = blockRange(problem.keys, core.cores, core.id)
  return new SortPart(problem, begin, end)
})

export const addTotals = objectDelegate(
  'intsort.totals',
  (_core: Core, part: SortPart, counts: Int32Array): void => part.addTotals(counts),
)

export const receiveKeys = objectDelegate(
  'intsort.keys',
  (_core: Core, part: SortPart, keys: Int32Array): void => part.receive(keys),
)

/** One iteration, on every core; how many test keys of this core's range passed. */
export const rankHere = task(
  'intsort.rank',
  async (core: Core, parts: SymmetricObject<SortPart>, iteration: number): Promise<number> => {
    const part = parts.local(core)
    const counts = part.count(iteration)
    await core.finish((inner) => {
      for (let dst = 0; dst < core.cores; dst++) inner.send(addTotals, parts.on(dst), counts)
    })
    await barrier(core)
    part.divide(core.cores, core.id)
    await core.finish(async (inner) => {
      for (const [dst, keys] of part.split(core.cores).entries()) {
        for (let from = 0; from < keys.length; from += KEYS_PER_MESSAGE) {
          const piece = keys.subarray(from, from + KEYS_PER_MESSAGE)
          // suspends: keys of others arrive
          if (!inner.send(receiveKeys, parts.on(dst), piece)) await inner.drain()
        }
      }
    })
    await barrier(core)
    return part.rank(iteration)
  },
)

/** Sorts what the last iteration ranked. */
export const sortHere = delegate(
  'intsort.sort',
  (core: Core, parts: SymmetricObject<SortPart>): SortedPart => parts.local(core).sort(),
)
