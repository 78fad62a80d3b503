/**
 * Programs over collections: many tasks on all cores use one collection at once.
 */
import {
  type CollectionOptions,
  type Core,
  type GlobalAddress,
  type GlobalBag,
  type GlobalCounter,
  type GlobalHashMap,
  type GlobalHashSet,
  type GlobalVector,
  allocate,
  combiningFetchAdd,
  delegate,
  f64,
  free,
  freeCollection,
  globalBag,
  globalCounter,
  globalHashMap,
  globalHashSet,
  globalVector,
  i32,
  i64,
  onAllCores,
  read,
  task,
  u8,
} from '@orujo/core'
import { codesOf, failure } from '../machine.ts'

type Type = typeof f64 | typeof i64 | typeof u8

/** Every core adds `count` times, by tasks that wait, and `count` times without waiting. */
export const counting = task(
  'test.collections.counting',
  async (core: Core, combining: boolean, count: number) => {
    const counter = await globalCounter(core, { combining })
    const before = await core.finish((inner) => onAllCores(inner, countHere, counter, count))
    const value = await counter.value(core)
    await freeCollection(core, counter)
    return { before: before.flat().sort((a, b) => a - b), value }
  },
)

export const countHere = task(
  'test.collections.count-here',
  async (core: Core, counter: GlobalCounter, count: number) => {
    const answers = Array.from({ length: count }, () => counter.fetchAdd(core))
    const before = await Promise.all(answers)
    for (let i = 0; i < count; i++) counter.send(core, 2)
    await counter.increment(core, 0)
    return before
  },
)

/** What is counted before the end of a scope, by one-way additions of all cores and the host. */
export const scoped = task('test.collections.scoped', async (core: Core, count: number) => {
  const counter = await globalCounter(core)
  await core.finish((inner) => onAllCores(inner, sendHere, counter, count))
  const value = await counter.value(core)
  await freeCollection(core, counter)
  return value
})

export const sendHere = task(
  'test.collections.send-here',
  (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) counter.send(core)
  },
)

/** Combining additions to elements of several types: answers, sorted, and the element after. */
export const additions = task('test.collections.additions', async (core: Core, count: number) => {
  const results: unknown[] = []
  for (const type of [f64, i64, u8] as const) {
    const address = await allocate(core, type, core.cores - 1)
    const answers = await onAllCores(core, addHere, address, count)
    const seen = answers.flat().map(Number)
    results.push({ seen: seen.sort((a, b) => a - b), value: Number(await read(core, address)) })
    await free(core, address)
  }
  return results
})

export const addHere = task(
  'test.collections.add-here',
  async (core: Core, address: GlobalAddress<Type>, count: number) => {
    const one = address.type.name === 'i64' ? 1n : 1
    const answers = Array.from({ length: count }, () => {
      return combiningFetchAdd(core, address, one as never)
    })
    const before: readonly (number | bigint)[] = await Promise.all(answers)
    return before
  },
)

/** Every core enqueues its own numbers, then takes as many: what came out, by core. */
export const queueing = task(
  'test.collections.queueing',
  async (core: Core, combining: boolean, count: number) => {
    const vector = await globalVector(core, f64, { combining })
    await core.finish((inner) => onAllCores(inner, enqueueHere, vector, count))
    const sizes = [await vector.size(core)]
    const first = await vector.read(core, 0)
    const beyond = await vector.read(core, count * core.cores)
    const taken = await onAllCores(core, dequeueHere, vector, count)
    sizes.push(await vector.size(core))
    const empty = [await vector.pop(core), await vector.dequeue(core)]
    await freeCollection(core, vector)
    return { sizes, taken, first, beyond, empty }
  },
)

export const enqueueHere = task(
  'test.collections.enqueue-here',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    for (let i = 0; i < count; i++) {
      const value = core.id * count + i
      if (i % 3 === 0) await vector.enqueue(core, value)
      else if (!vector.send(core, value)) await vector.drain(core)
    }
  },
)

export const dequeueHere = task(
  'test.collections.dequeue-here',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    const values = Array.from({ length: count }, () => vector.dequeue(core))
    return (await Promise.all(values)) as number[]
  },
)

/** One task's stack: pushed in order, popped in the reverse, however much of it is gathered. */
export const stacking = task(
  'test.collections.stacking',
  async (core: Core, combining: boolean, count: number) => {
    const vector = await globalVector<string>(core, { combining })
    const popped: (string | undefined)[] = []
    await core.finish(async (inner) => {
      for (let i = 0; i < count; i++) vector.send(inner, `value ${i}`)
      for (let i = 0; i < count; i++) popped.push(await vector.pop(inner))
    })
    await vector.push(core, 'last')
    await vector.clear(core)
    popped.push(await vector.pop(core))
    await freeCollection(core, vector)
    return popped
  },
)

/** How many of `count` values, sent at once, come out of the queue at their place. */
export const streaming = task('test.collections.streaming', async (core: Core, count: number) => {
  const vector = await globalVector(core, i32)
  await core.finish((inner) => {
    for (let i = 0; i < count; i++) vector.send(inner, i)
  })
  const values = await Promise.all(Array.from({ length: count }, () => vector.dequeue(core)))
  await freeCollection(core, vector)
  return values.filter((value, i) => value === i).length
})

/** What loops see of a vector, and make of it. */
export const looping = task('test.collections.looping', async (core: Core, count: number) => {
  const vector = await globalVector(core, f64)
  const seen = await globalHashMap(core, i32, f64)
  await core.finish((inner) => {
    for (let i = 0; i < count + 10; i++) vector.send(inner, i)
  })
  for (let i = 0; i < 10; i++) await vector.dequeue(core)
  await vector.transform(core, timesTwo)
  await vector.forall(core, note, seen)
  const wrong: number[] = []
  for (let i = 0; i < count; i++) {
    if ((await seen.lookup(core, i)) !== 2 * (i + 10)) wrong.push(i)
  }
  const size = await seen.size(core)
  await freeCollection(core, vector)
  await freeCollection(core, seen)
  return { wrong, size }
})

export const timesTwo = delegate('test.collections.times-two', (_core: Core, value: number) => {
  return 2 * value
})

export const note = delegate(
  'test.collections.note',
  (core: Core, value: number, index: number, seen: GlobalHashMap<number, number>) => {
    seen.sendInsert(core, index, value)
  },
)

/** Pushes into a vector without room: their codes, in order; and of a scope's. */
export const overfull = task(
  'test.collections.overfull',
  async (core: Core, combining: boolean) => {
    const vector = await globalVector(core, i32, { capacity: 3, combining })
    const pushes = [1, 2, 3, 4, 5].map((value) => failure(() => vector.push(core, value)))
    const codes = (await Promise.all(pushes)).map((error) => error?.code)
    const scope = await failure(() => core.finish((inner) => void vector.send(inner, 6)))
    const first = await vector.dequeue(core)
    await vector.push(core, 7)
    const rest = [await vector.pop(core), await vector.size(core)]
    await freeCollection(core, vector)
    return {
      codes,
      scope: [scope?.code, (scope?.cause as { code?: string } | undefined)?.code],
      first,
      rest,
    }
  },
)

/** Words of every core, counted by a function: the counts, and who is left after removals. */
export const mapping = task(
  'test.collections.mapping',
  async (core: Core, combining: boolean, count: number) => {
    const map = await globalHashMap<string, number>(core, { combining })
    const set = await globalHashSet(core, i32, { combining })
    await core.finish((inner) => onAllCores(inner, mapHere, map, set, count))
    const counts = await Promise.all(
      Array.from({ length: count }, (_, i) => map.lookup(core, `key ${i}`)),
    )
    await map.transform(core, addKeyLength)
    const longer = await map.lookup(core, 'key 0')
    const removed = [await map.remove(core, 'key 0'), await map.remove(core, 'key 0')]
    const inserted = [await map.insert(core, 'key 0', 5), await map.insert(core, 'key 0', 6)]
    const after = [await map.lookup(core, 'key 0'), await map.lookup(core, 'none')]
    const has = [await set.has(core, 0), await set.has(core, count), await set.remove(core, 0)]
    const sizes = [await map.size(core), await set.size(core)]
    await map.clear(core)
    sizes.push(await map.size(core))
    await freeCollection(core, map)
    await freeCollection(core, set)
    return { counts, longer, removed, inserted, after, has, sizes }
  },
)

export const mapHere = task(
  'test.collections.map-here',
  async (core: Core, map: GlobalHashMap<string, number>, set: GlobalHashSet<number>, n: number) => {
    for (let i = 0; i < n; i++) {
      if (i % 2 === 0) await map.update(core, `key ${i}`, plus, 1)
      else if (!map.sendUpdate(core, `key ${i}`, plus, 1)) await map.drain(core)
      if (!set.sendInsert(core, i)) await set.drain(core)
    }
  },
)

export const plus = delegate(
  'test.collections.plus',
  (_core: Core, held: number | undefined, given: number) => {
    if (given < 0) throw new RangeError(`${given} is negative`)
    return (held ?? 0) + given
  },
)

export const addKeyLength = delegate(
  'test.collections.add-key-length',
  (_core: Core, key: string, value: number) => key.length + value,
)

/** One failing update among others: their results; and a failing one-way update. */
export const failing = task('test.collections.failing', async (core: Core, combining: boolean) => {
  const map = await globalHashMap(core, f64, f64, { combining })
  const updates = [1, -1, 2].map((given) =>
    map.update(core, 0.5, plus, given).catch((error: Error) => `${error.name}: ${error.message}`),
  )
  const results = await Promise.all(updates)
  const scope = await failure(() =>
    core.finish((inner) => void map.sendUpdate(inner, 0.5, plus, -2)),
  )
  const value = await map.lookup(core, 0.5)
  await freeCollection(core, map)
  return { results, scope: scope?.code, value }
})

/** Keys and values of all kinds: what is found under keys of equal content. */
export const anything = task('test.collections.anything', async (core: Core) => {
  const map = await globalHashMap<unknown, unknown>(core)
  const keys = () => ['a', '', 0, 1.5, 10n, true, null, undefined, [1, 'x'], { a: [2] }, '\u0000c']
  for (const [i, key] of keys().entries()) await map.insert(core, key, { i })
  await map.insert(core, 'null', null)
  const found = await Promise.all(keys().map((key) => map.lookup(core, key)))
  found.push(await map.lookup(core, 'null'), await map.size(core))
  await freeCollection(core, map)
  return found
})

/** Every core adds to a bag; every core takes until nothing is left: what was taken, sorted. */
export const bagging = task(
  'test.collections.bagging',
  async (core: Core, combining: boolean, count: number) => {
    const bag = await globalBag(core, i32, { combining })
    const texts = await globalBag<string>(core, { combining })
    await onAllCores(core, fillBag, bag, count)
    texts.add(core, 'text')
    const size = await bag.size(core)
    const counter = await globalCounter(core)
    await bag.forall(core, addToCounter, counter)
    const sum = await counter.value(core)
    const taken = await onAllCores(core, emptyBag, bag)
    const left = [await bag.take(core), await bag.size(core), await texts.take(core)]
    bag.add(core, 1)
    await bag.clear(core)
    left.push(await bag.size(core))
    for (const one of [bag, texts, counter]) await freeCollection(core, one)
    return { size, sum, taken: taken.flat().sort((a, b) => a - b), left }
  },
)

export const fillBag = task(
  'test.collections.fill-bag',
  (core: Core, bag: GlobalBag<number>, count: number) => {
    // All the values of one core, so that the others must fetch.
    if (core.id === core.cores - 1) for (let i = 0; i < count; i++) bag.add(core, i)
  },
)

export const emptyBag = task(
  'test.collections.empty-bag',
  async (core: Core, bag: GlobalBag<number>) => {
    const taken: number[] = []
    for (;;) {
      const value = await bag.take(core)
      if (value === undefined) return taken
      taken.push(value)
    }
  },
)

export const addToCounter = delegate(
  'test.collections.add-to-counter',
  (core: Core, value: number, counter: GlobalCounter) => {
    counter.send(core, value)
  },
)

/** Codes of what comes of options that are none, as JavaScript may give them. */
export const strangeOptions = task('test.collections.strange-options', async (core: Core) => {
  const strange = { combine: false } as CollectionOptions
  const works = [
    () => globalCounter(core, strange),
    () => globalVector(core, i32, strange),
    () => globalVector(core, i32, { capacity: -1 }),
    () => globalVector(core, i32, { capacity: 1.5 }),
    () => globalBag(core, { combining: 'no' as unknown as boolean }),
    () => globalHashMap(core, i32, i32, strange),
    () => globalHashSet(core, strange),
    () => globalBag(core, strange),
  ]
  return codesOf(works)
})

/** Codes of what is asked of a collection that was freed, and of a second free. */
export const freed = task('test.collections.freed', async (core: Core) => {
  const counter = await globalCounter(core)
  const vector = await globalVector(core, i32)
  await counter.increment(core)
  for (const one of [counter, vector]) await freeCollection(core, one)
  const works = [
    () => counter.increment(core),
    () => vector.push(core, 1),
    () => freeCollection(core, counter),
    () => core.call(countHere, core.cores - 1, counter, 1),
  ]
  return codesOf(works)
})
