/**
 * One-way delegates: core 0 sends three numbers to core 1 ten million times and waits for the end
 * of all of them. The body adds two of them to a double in its heap, whose index is the third.
 *
 * Means       the rate of a loop that does nothing but send, both cores spinning, with completion
 *             and backpressure included.
 * Not meant   latency of one; rate with more than one sender or target, or with other work between.
 */
import { performance } from 'node:perf_hooks'
import { delegate, f64, free, read, symmetric, task, type Core } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { addAt, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 10_000_000

export const add = delegate('bench.one-way.add', (core: Core, at: number, a: number, b: number) => {
  addAt(core, at, a + b)
})

export const sendAll = task(
  'bench.one-way.sendAll',
  async (core, count: number): Promise<Timed> => {
    const sums = await symmetric(core, f64, 1)
    const at = sums.byteOffset / f64.bytes
    const start = performance.now()
    await core.finish(async (inner) => {
      for (let i = 0; i < count; i++) {
        if (!inner.send(add, 1, at, i, 2 * i)) await inner.drain()
      }
    })
    const seconds = (performance.now() - start) / 1000
    const sum = await read(core, sums.on(1))
    await free(core, sums)
    return { seconds, sum }
  },
)

export const oneWay = runtimeCase({
  name: 'delegate.one-way',
  unit: 'M/s',
  better: 'more',
  baseline: 'ring.hand-written',
  program: import.meta.url,
  task: sendAll,
  count: COUNT,
  expectedSum: (count) => (3 * count * (count - 1)) / 2,
  figure: millionsPerSecond,
})
