/**
 * Parallel loop with a synchronous body: `forall` over a range split over both cores; the body adds
 * its index to a double in the heap of its core.
 *
 * Means       iterations of both cores together, against the same loop written plainly on one
 *             thread: two cores can at best reach a ratio of 2.
 * Not meant   bodies that send or suspend.
 */
import { performance } from 'node:perf_hooks'
import { delegate, f64, forall, free, read, symmetric, task, type Core } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { addAt, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 20_000_000

export const add = delegate('bench.forall.add', (core: Core, i: number, at: number) => {
  addAt(core, at, i)
})

export const loop = task('bench.forall.loop', async (core, count: number): Promise<Timed> => {
  const sums = await symmetric(core, f64, 1)
  const at = sums.byteOffset / f64.bytes
  const start = performance.now()
  await forall(core, count, add, at)
  const seconds = (performance.now() - start) / 1000
  let sum = 0
  for (let target = 0; target < core.cores; target++) sum += await read(core, sums.on(target))
  await free(core, sums)
  return { seconds, sum }
})

export const forallSync = runtimeCase({
  name: 'forall.sync',
  unit: 'M/s',
  better: 'more',
  baseline: 'loop.plain',
  program: import.meta.url,
  task: loop,
  count: COUNT,
  expectedSum: (count) => (count * (count - 1)) / 2,
  figure: millionsPerSecond,
})
