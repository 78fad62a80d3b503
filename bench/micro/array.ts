/**
 * One-way delegates with a global array among their arguments: `(core, counts, i)`, the way in
 * which most programs are written. Core 0 increments the elements that core 1 holds, in turn.
 *
 * Means       what naming an array in a message costs, beside `delegate.one-way`: numbers only.
 * Not meant   random access: the elements lie in the cache of core 1.
 */
import { performance } from 'node:perf_hooks'
import { delegate, f64, free, globalArray, task, type Core, type GlobalArray } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { CORES, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 2_000_000
/** Elements that each core holds. */
const LENGTH_PER_CORE = 1024

export const hit = delegate(
  'bench.array.hit',
  (core: Core, counts: GlobalArray<typeof f64>, i: number) => {
    counts.local(core)[counts.localIndex(i)]! += 1
  },
)

export const total = delegate('bench.array.total', (core: Core, counts: GlobalArray<typeof f64>) =>
  counts.local(core).reduce((sum, count) => sum + count, 0),
)

export const hitAll = task('bench.array.hitAll', async (core, count: number): Promise<Timed> => {
  const length = LENGTH_PER_CORE * CORES
  const counts = await globalArray(core, f64, length, { blockBytes: 'contiguous' })
  const start = performance.now()
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      const element = LENGTH_PER_CORE + (i % LENGTH_PER_CORE)
      if (!inner.send(hit, 1, counts, element)) await inner.drain()
    }
  })
  const seconds = (performance.now() - start) / 1000
  const sum = await core.call(total, 1, counts)
  await free(core, counts)
  return { seconds, sum }
})

export const array = runtimeCase({
  name: 'delegate.array',
  unit: 'M/s',
  better: 'more',
  baseline: 'delegate.one-way',
  program: import.meta.url,
  task: hitAll,
  count: COUNT,
  expectedSum: (count) => count,
  figure: millionsPerSecond,
})
