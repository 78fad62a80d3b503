/**
 * A program for tests of order: streams of numbered messages of all forms and sizes.
 */
import { type Core, delegate, onAllCores, task } from '@orujo/core'
import { everyEndpoint } from './delegates.ts'

/** What arrived here: by sender, how many numbers came, and those that were out of order. */
class Arrivals {
  readonly next = new Map<number, number>()
  readonly faults: string[] = []
}

function arrivalsOf(core: Core): Arrivals {
  return core.endpoint.state(Arrivals, () => new Arrivals())
}

function arrive(core: Core, src: number, number: number): void {
  const { next, faults } = arrivalsOf(core)
  const expected = next.get(src) ?? 0
  if (number !== expected) faults.push(`from ${src} to ${core.id}: ${number} for ${expected}`)
  next.set(src, number + 1)
}

export const two = delegate('test.order.two', (core: Core, src: number, number: number) => {
  arrive(core, src, number)
})

export const four = delegate(
  'test.order.four',
  (core: Core, src: number, number: number, _c: number, _d: number) => arrive(core, src, number),
)

export const data = delegate(
  'test.order.data',
  (core: Core, src: number, part: { number: number }) => arrive(core, src, part.number),
)

export const bulk = delegate(
  'test.order.bulk',
  (core: Core, src: number, number: number, words: Float64Array) => {
    if (words.some((word, i) => word !== number + i)) throw new Error(`bulk ${number} is torn`)
    arrive(core, src, number)
    return words.length
  },
)

/** Tasks begin in the order in which they were sent, between all that is handled at once. */
export const begin = task('test.order.begin', async (core: Core, src: number, number: number) => {
  arrive(core, src, number)
  await core.yield()
})

/** Sends `count` numbered messages to `dst`, every fourth one of `bulkWords` words. */
function sendMixed(core: Core, dst: number, count: number, bulkWords: number): void {
  const { id } = core
  for (let number = 0; number < count; number++) {
    if (number % 4 === 3) {
      const words = Float64Array.from({ length: bulkWords }, (_, i) => number + i)
      core.send(bulk, dst, id, number, words)
    } else if (number % 4 === 2) core.send(data, dst, id, { number })
    else if (number % 4 === 1) core.send(four, dst, id, number, 0, 0)
    else core.send(two, dst, id, number)
  }
}

export const sendAll = task(
  'test.order.send-all',
  async (core: Core, count: number, bulkWords: number) => {
    for (const dst of everyEndpoint(core)) sendMixed(core, dst, count, bulkWords)
  },
)

/** Spawns and sends tasks to everybody, numbered together. */
export const beginAll = task('test.order.begin-all', async (core: Core, count: number) => {
  for (let number = 0; number < count; number++) {
    for (const dst of everyEndpoint(core)) {
      if (number % 2 === 0) core.send(begin, dst, core.id, number)
      else core.spawn(begin, dst, core.id, number)
    }
  }
})

/** [faults, messages] since the last time this was asked. */
export const takeArrivals = delegate('test.order.take', (core: Core): [string[], number] => {
  const { next, faults } = arrivalsOf(core)
  const count = [...next.values()].reduce((a, b) => a + b, 0)
  next.clear()
  return [faults.splice(0), count]
})

async function takeEverywhere(core: Core): Promise<[string[], number]> {
  const taken = await Promise.all(everyEndpoint(core).map((id) => core.call(takeArrivals, id)))
  return [taken.flatMap(([faults]) => faults), taken.reduce((sum, [, count]) => sum + count, 0)]
}

/** From all cores to all endpoints at once: faults, and how many messages there were. */
export const streams = task(
  'test.order.streams',
  async (core: Core, count: number, bulkWords: number) => {
    await core.finish((inner) => onAllCores(inner, sendAll, count, bulkWords))
    return takeEverywhere(core)
  },
)

export const beginnings = task('test.order.beginnings', async (core: Core, count: number) => {
  await core.finish((inner) => onAllCores(inner, beginAll, count))
  return takeEverywhere(core)
})

/** Sends until told to wait, waits, and goes on: how often it was told, and what arrived. */
export const floods = task('test.order.floods', async (core: Core, dst: number, count: number) => {
  let waits = 0
  await core.finish(async (inner) => {
    for (let number = 0; number < count; number++) {
      if (inner.send(two, dst, core.id, number)) continue
      waits++
      await inner.drain()
    }
  })
  return { waits, arrived: await core.call(takeArrivals, dst) }
})

/** Sends without waiting, far more than a ring takes, all of one form: what arrived. */
export const bursts = task('test.order.bursts', async (core: Core, dst: number, count: number) => {
  await core.finish((inner) => {
    for (let number = 0; number < count; number++) inner.send(two, dst, core.id, number)
  })
  return core.call(takeArrivals, dst)
})

/** Length of what arrives in one call with `words` words. */
export const oneBulk = task(
  'test.order.one-bulk',
  async (core: Core, dst: number, words: number) => {
    const length = await core.call(
      bulk,
      dst,
      0,
      0,
      Float64Array.from({ length: words }, (_, i) => i),
    )
    await core.call(takeArrivals, dst)
    return length
  },
)

export const sendCounted = task(
  'test.order.send-counted',
  (core: Core, count: number, isNumeric: boolean) => {
    for (const dst of everyEndpoint(core)) {
      for (let number = 0; number < count; number++) {
        if (isNumeric) core.send(two, dst, core.id, number)
        else core.send(data, dst, core.id, { number })
      }
    }
  },
)

/** `count` one-way messages from every core to every endpoint: what has arrived in all. */
export const counted = task(
  'test.order.counted',
  async (core: Core, count: number, isNumeric: boolean) => {
    await onAllCores(core, sendCounted, count, isNumeric)
    return takeEverywhere(core)
  },
)
