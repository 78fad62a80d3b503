/**
 * A program that reads and writes the heaps of other cores of its locale, one core at a time, which
 * take turns by messages.
 */
import { type Core, type SymmetricArray, delegate, f64, free, symmetric, task } from '@orujo/core'

type Slots = SymmetricArray<typeof f64>

export const store = delegate(
  'test.neighbours.store',
  (core: Core, slots: Slots, slot: number, value: number) => {
    slots.local(core)[slot] = value
  },
)

export const load = delegate('test.neighbours.load', (core: Core, slots: Slots, slot: number) => {
  return slots.local(core)[slot]
})

/** Adds a half to what lies in the heap of `home`; what lay there, undefined if out of reach. */
export const addFromHere = delegate(
  'test.neighbours.add',
  (core: Core, slots: Slots, slot: number, home: number) => {
    const buffer = core.memory.bufferOf(home)
    if (buffer === undefined) return undefined
    const own = slots.local(core)
    // Symmetric: at the same place in every heap.
    const its = new Float64Array(buffer, own.byteOffset, own.length)
    const found = its[slot]!
    its[slot] = found + 0.5
    return found
  },
)

/** By home and by other core: its locale, what that core found there, and what home found then. */
export const visits = task('test.neighbours.visits', async (core: Core) => {
  const { topology } = core.endpoint
  const slots = await symmetric(core, f64, core.cores)
  const results: unknown[] = []
  for (let home = 0; home < core.cores; home++) {
    for (let other = 0; other < core.cores; other++) {
      const value = 100 * home + other
      await core.call(store, home, slots, other, value)
      const found = await core.call(addFromHere, other, slots, other, home)
      const left = await core.call(load, home, slots, other)
      const isShared = topology.localeOf(home) === topology.localeOf(other)
      results.push({ isShared, value, found, left })
    }
  }
  await free(core, slots)
  return results
})

/** Of which endpoints a core reaches the heap, and whether its own is the one it has there. */
export const reach = delegate('test.neighbours.reach', (core: Core) => {
  const ids = Array.from({ length: core.cores + 3 }, (_, i) => i - 1)
  return {
    reached: ids.filter((id) => core.memory.bufferOf(id) !== undefined),
    isOwn: core.memory.bufferOf(core.id) === core.memory.heap?.buffer,
  }
})
