/**
 * Global completion: one `finish` over all cores. A task on every core sends 16 delegates to every
 * core: with two cores 64 sends, half of them across.
 *
 * Means       how long it takes to know that work which spread over all cores is finished, one
 *             `finish` after another, spawning the tasks included.
 * Not meant   the cost of completion for one send, which `delegate.one-way` includes.
 */
import { performance } from 'node:perf_hooks'
import { delegate, f64, free, read, symmetric, task, type Core } from '@orujo/core'
import { microsecondsEach } from '../harness/case.ts'
import { addAt, CORES, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 5_000
/** Sends from each core to each. */
const SENDS = 16

export const add = delegate('bench.completion.add', (core: Core, at: number, value: number) => {
  addAt(core, at, value)
})

export const spread = task('bench.completion.spread', (core: Core, at: number) => {
  for (let target = 0; target < core.cores; target++) {
    for (let i = 0; i < SENDS; i++) core.send(add, target, at, 1)
  }
})

export const finishAll = task(
  'bench.completion.finishAll',
  async (core, count: number): Promise<Timed> => {
    const sums = await symmetric(core, f64, 1)
    const at = sums.byteOffset / f64.bytes
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      await core.finish((inner) => {
        for (let target = 0; target < inner.cores; target++) inner.send(spread, target, at)
      })
    }
    const seconds = (performance.now() - start) / 1000
    let sum = 0
    for (let target = 0; target < core.cores; target++) sum += await read(core, sums.on(target))
    await free(core, sums)
    return { seconds, sum }
  },
)

export const completion = runtimeCase({
  name: 'completion.global',
  unit: 'us/finish',
  better: 'less',
  baseline: 'ping-pong.hand-written',
  program: import.meta.url,
  task: finishAll,
  count: COUNT,
  expectedSum: (count) => count * CORES * CORES * SENDS,
  figure: microsecondsEach,
})
