/** A program that counts garbage collections on its cores while messages pass. */
import { PerformanceObserver } from 'node:perf_hooks'
import { type Core, delegate, task } from '@orujo/core'

/** What this core has collected since the watch began, and what it has received. */
class Watch {
  collections = 0
  observer: PerformanceObserver | undefined
  /** Keeps the engine from leaving an allocation out. */
  latest: object | undefined
}

function watchOf(core: Core): Watch {
  return core.endpoint.state(Watch, () => new Watch())
}

export const watch = delegate('collect.watch', (core: Core): void => {
  const here = watchOf(core)
  here.observer ??= new PerformanceObserver((list) => {
    here.collections += list.getEntries().length
  })
  here.observer.observe({ entryTypes: ['gc'] })
})

/** Collections since the last time this was asked. Entries come with a turn of the event loop. */
export const collections = task('collect.collections', async (core: Core): Promise<number> => {
  const here = watchOf(core)
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  const { collections: count } = here
  here.collections = 0
  return count
})

export const takeNumbers = delegate(
  'collect.take-numbers',
  (core: Core, a: number, b: number, c: number): void => {
    core.memory.heap!.f64[0]! += a + b * c
  },
)

/** The control: the same, but each message makes its receiver allocate one small object. */
export const takeAndKeep = delegate(
  'collect.take-and-keep',
  (core: Core, a: number, b: number, c: number): void => {
    core.memory.heap!.f64[0]! += a + b * c
    watchOf(core).latest = { a }
  },
)

/** Whole numbers, and fractions that are there already. */
export const sendNumbers = task(
  'collect.send-numbers',
  async (core: Core, dst: number, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      if (!core.send(takeNumbers, dst, i, i & 0xff, -0.25)) await core.drain()
    }
  },
)

/** Fractions, new each time. */
export const sendFractions = task(
  'collect.send-fractions',
  async (core: Core, dst: number, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      if (!core.send(takeNumbers, dst, i, i + 0.5, -0.25)) await core.drain()
    }
  },
)

/** The control: one small object per message, here and there. */
export const sendAndKeep = task(
  'collect.send-and-keep',
  async (core: Core, dst: number, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      watchOf(core).latest = { a: i }
      if (!core.send(takeAndKeep, dst, i, i & 0xff, -0.25)) await core.drain()
    }
  },
)
