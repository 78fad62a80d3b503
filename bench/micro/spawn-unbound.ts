/**
 * Unbound tasks: core 0 starts tasks `anywhere`, a thousand at a time, and waits for them to
 * finish; with a join handle each (`spawn`) and without (`send` of a task). Nobody steals.
 *
 * Means       start, run and completion of a synchronous body on the core that spawned it: what
 *             being stealable costs a task that is not stolen.
 * Not meant   stolen tasks: see `steal`.
 */
import { performance } from 'node:perf_hooks'
import { anywhere, f64, free, symmetric, task, type Core } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { addAt, runtimeCase, type Timed } from './runtime-case.ts'

const COUNT = 400_000
/** Tasks of one completion scope. */
const BATCH = 1_000

export const add = task('bench.spawn-unbound.add', (core: Core, at: number, value: number) => {
  addAt(core, at, value)
})

export const spawnAll = task('bench.spawn-unbound.spawnAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.spawn(add, anywhere, at, i)),
)

export const sendAll = task('bench.spawn-unbound.sendAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.send(add, anywhere, at, i)),
)

async function startAll(
  core: Core,
  count: number,
  start: (inner: Core, at: number, i: number) => void,
): Promise<Timed> {
  const sums = await symmetric(core, f64, 1)
  const at = sums.byteOffset / f64.bytes
  const startMs = performance.now()
  for (let begin = 0; begin < count; begin += BATCH) {
    await core.finish((inner) => {
      for (let i = begin; i < begin + BATCH; i++) start(inner, at, i)
    })
  }
  const seconds = (performance.now() - startMs) / 1000
  const sum = sums.local(core)[0]!
  await free(core, sums)
  return { seconds, sum }
}

const shape = {
  unit: 'M/s',
  better: 'more',
  baseline: 'async-call.plain',
  program: import.meta.url,
  stealing: 'none',
  count: COUNT,
  step: BATCH,
  expectedSum: (count: number) => (count * (count - 1)) / 2,
  figure: millionsPerSecond,
} as const

export const spawnUnbound = runtimeCase({ ...shape, name: 'spawn.unbound', task: spawnAll })

export const spawnUnboundOneWay = runtimeCase({
  ...shape,
  name: 'spawn.unbound.one-way',
  task: sendAll,
})
