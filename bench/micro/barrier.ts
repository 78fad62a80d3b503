/**
 * Barrier: a task on each of two cores, which spin, goes through one barrier after another. The
 * hand-written ping-pong beside it is two threads that wait for each other, too, without tasks.
 *
 * Means       one barrier of two cores that both come at once.
 * Not meant   cores that are late, or parked, or more than there are hardware threads.
 */
import { performance } from 'node:perf_hooks'
import { barrier, reduce, task, type Core } from '@orujo/core'
import { microsecondsEach } from '../harness/case.ts'
import { CORES, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 50_000

/** Answers how many barriers it went through. */
export const goThrough = task('bench.barrier.go-through', async (core: Core, count: number) => {
  let passed = 0
  for (; passed < count; passed++) await barrier(core)
  return passed
})

export const timeBarriers = task(
  'bench.barrier.time',
  async (core, count: number): Promise<Timed> => {
    const start = performance.now()
    const sum = await reduce(core, goThrough, 'sum', count)
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

export const barrierCase = runtimeCase({
  name: 'barrier',
  unit: 'us',
  better: 'less',
  baseline: 'ping-pong.hand-written',
  program: import.meta.url,
  task: timeBarriers,
  count: COUNT,
  expectedSum: (count) => count * CORES,
  figure: microsecondsEach,
})
