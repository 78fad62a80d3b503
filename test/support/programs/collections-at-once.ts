/**
 * Programs over collections that are filled and emptied at the same time, by many tasks of all
 * cores; and loops over maps and sets.
 */
import {
  type Core,
  type GlobalVector,
  delegate,
  f64,
  freeCollection,
  globalHashMap,
  globalHashSet,
  globalVector,
  i32,
  onAllCores,
  task,
} from '@orujo/core'
import { enqueueHere } from './collections.ts'

/** Takes until it has `count` values, while there may be none for a while. */
export const collect = task(
  'test.collections.collect',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    const values: number[] = []
    while (values.length < count) {
      const value = await vector.dequeue(core)
      if (value === undefined) await core.yield()
      else values.push(value)
    }
    return values
  },
)

/** What comes out, by core, of a queue into which all cores put values meanwhile. */
export const trading = task(
  'test.collections.trading',
  async (core: Core, combining: boolean, count: number) => {
    const vector = await globalVector(core, f64, { combining })
    const begin = [await vector.size(core), await vector.pop(core), await vector.dequeue(core)]
    const taken = await core.finish(async (inner) => {
      const collecting = onAllCores(inner, collect, vector, count)
      await Promise.all([collecting, onAllCores(inner, enqueueHere, vector, count)])
      return collecting
    })
    const end = await vector.size(core)
    await freeCollection(core, vector)
    return { begin, taken, end }
  },
)

/** Many tasks of a core push a value each; every second one pops what is last, or its own. */
export const pushAndPop = task(
  'test.collections.push-and-pop',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    const one = async (i: number): Promise<(number | undefined)[]> => {
      if (i % 4 === 1) vector.send(core, core.id * count + i)
      else await vector.push(core, core.id * count + i)
      return i % 2 === 0 ? [] : [await vector.pop(core)]
    }
    return (await Promise.all(Array.from({ length: count }, (_, i) => one(i)))).flat()
  },
)

/** What all cores popped while they pushed, how many were left, and what those were. */
export const juggling = task(
  'test.collections.juggling',
  async (core: Core, combining: boolean, count: number) => {
    const vector = await globalVector(core, i32, { combining })
    const popped = (await onAllCores(core, pushAndPop, vector, count)).flat()
    const size = await vector.size(core)
    const rest: (number | undefined)[] = []
    for (let i = 0; i <= size; i++) rest.push(await vector.pop(core))
    await freeCollection(core, vector)
    return { popped, size, rest }
  },
)

/** What loops have met here. */
class Met {
  entries: (readonly [key: number, value: number])[] = []
}

export const meet = delegate(
  'test.collections.meet',
  (core: Core, key: number, value: number, plus: number) => {
    core.endpoint.state(Met, () => new Met()).entries.push([key, value + plus])
  },
)

export const meetKey = delegate('test.collections.meet-key', (core: Core, key: number) => {
  core.endpoint.state(Met, () => new Met()).entries.push([key, 0])
})

export const takeMet = delegate('test.collections.take-met', (core: Core) => {
  return core.endpoint.state(Met, () => new Met()).entries.splice(0)
})

/** Entries that loops over a map and a set of `count` keys meet; some keys were given twice. */
export const looping = task('test.collections.map-loops', async (core: Core, count: number) => {
  const map = await globalHashMap(core, i32, f64)
  const set = await globalHashSet(core, i32)
  await core.finish((inner) => {
    for (let i = 0; i < 2 * count; i++) {
      map.sendInsert(inner, i % count, i)
      set.sendInsert(inner, i % count)
    }
  })
  await map.forall(core, meet, 0.5)
  const entries = (await onAllCores(core, takeMet)).flat()
  await set.forall(core, meetKey)
  const keys = (await onAllCores(core, takeMet)).flat().map(([key]) => key)
  for (const one of [map, set]) await freeCollection(core, one)
  return { entries: entries.sort(([a], [b]) => a - b), keys: keys.sort((a, b) => a - b) }
})
