/**
 * Bound tasks: core 0 starts tasks, a thousand at a time, and waits for them to finish; with a join
 * handle each (`spawn`) and without (`send` of a task); with async bodies, which are awaited
 * although they do not suspend, and with bodies that are plain functions; on itself, and on core 1.
 *
 * Means       start, run and completion of a task.
 * Not meant   tasks that suspend, or that are stolen.
 */
import { performance } from 'node:perf_hooks'
import { f64, free, read, symmetric, task, type Core } from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { addAt, runtimeCase, type Timed } from './runtime-case.ts'

/** Tasks of one completion scope. */
const BATCH = 1_000

// eslint-disable-next-line @typescript-eslint/require-await -- the usual task is an async function
export const add = task('bench.spawn.add', async (core: Core, at: number, value: number) => {
  addAt(core, at, value)
})

export const addAtOnce = task('bench.spawn.addAtOnce', (core: Core, at: number, value: number) => {
  addAt(core, at, value)
})

export const spawnAll = task('bench.spawn.spawnAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.spawn(add, inner.id, at, i)),
)

export const sendAll = task('bench.spawn.sendAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.send(add, inner.id, at, i)),
)

export const spawnAtOnce = task('bench.spawn.spawnAtOnce', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.spawn(addAtOnce, inner.id, at, i)),
)

export const spawnThere = task('bench.spawn.spawnThere', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.spawn(addAtOnce, 1, at, i)),
)

/** Starts `count` tasks by `start`, a batch at a time, each of which adds its number. */
export async function startAll(
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
  let sum = 0
  for (let target = 0; target < core.cores; target++) sum += await read(core, sums.on(target))
  await free(core, sums)
  return { seconds, sum }
}

/** What all cases of `startAll` have in common. */
export const startShape = {
  unit: 'M/s',
  better: 'more',
  baseline: 'async-call.plain',
  step: BATCH,
  expectedSum: (count: number) => (count * (count - 1)) / 2,
  figure: millionsPerSecond,
} as const

const shape = { ...startShape, program: import.meta.url, count: 200_000 } as const

export const SPAWN_BOUND = [
  runtimeCase({ ...shape, name: 'spawn.bound', task: spawnAll }),
  runtimeCase({ ...shape, name: 'spawn.bound.one-way', task: sendAll }),
  runtimeCase({ ...shape, name: 'spawn.bound.sync', task: spawnAtOnce }),
  runtimeCase({ ...shape, name: 'spawn.remote', task: spawnThere }),
] as const
