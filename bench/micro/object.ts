/**
 * One-way delegates on an object: core 0 sends three numbers to an object that core 1 holds.
 *
 * Means       what finding the object at its home costs, against `delegate.one-way`.
 * Not meant   methods that do real work, or many objects: this one is always in the cache.
 */
import { performance } from 'node:perf_hooks'
import { objectDelegate, task, type Core, type ObjectAddress } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 5_000_000

/** The object: what it has been sent. */
interface Sum {
  value: number
}

export const add = objectDelegate(
  'bench.object.add',
  (_core: Core, sum: Sum, a: number, b: number, c: number) => {
    sum.value += a + b + c
  },
)

export const look = objectDelegate('bench.object.look', (_core: Core, sum: Sum) => sum.value)

export const make = task('bench.object.make', (core: Core) => core.hold<Sum>({ value: 0 }))

export const drop = task('bench.object.drop', (core: Core, address: ObjectAddress<Sum>) => {
  core.release(address)
})

export const sendAll = task('bench.object.sendAll', async (core, count: number): Promise<Timed> => {
  const address = await core.call(make, 1)
  const start = performance.now()
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      if (!inner.send(add, address, i, 2 * i, 3 * i)) await inner.drain()
    }
  })
  const seconds = (performance.now() - start) / 1000
  const sum = await core.call(look, address)
  await core.call(drop, 1, address)
  return { seconds, sum }
})

export const object = runtimeCase({
  name: 'delegate.object',
  unit: 'M/s',
  better: 'more',
  baseline: 'delegate.one-way',
  program: import.meta.url,
  task: sendAll,
  count: COUNT,
  expectedSum: (count) => 3 * count * (count - 1),
  figure: millionsPerSecond,
})
