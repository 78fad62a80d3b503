/**
 * Flat combining: 1,000 tasks on four cores, 250 on each, that all add to one counter, or push to
 * one vector, whose home is core 0: each operation waited for, or one-way and waited for by the
 * scope. Beside them the same tasks with one delegate for each operation.
 *
 * Means       what a core saves when its tasks' operations travel as one message. An operation that
 *             is waited for still costs its task one `await`, which no combining can save.
 * Not meant   latency of one operation; four cores where there are fewer hardware threads take
 *             turns, so the ratio counts, not the rate.
 */
import { performance } from 'node:perf_hooks'
import {
  freeCollection,
  globalCounter,
  globalVector,
  i32,
  objectDelegate,
  onAllCores,
  task,
  type Core,
  type GlobalCounter,
  type GlobalVector,
  type ObjectAddress,
  type Task,
} from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const CORES = 4
const TASKS = 1_000
/** Each task performs 200 at full scale. */
const COUNT = 200 * TASKS
/** One-way operations are so much faster that a trial does more of them. */
const ONE_WAY_COUNT = 4_000 * TASKS

/** What delegates without a collection work on, at core 0. */
interface Plain {
  sum: number
  readonly values: number[]
}

export const addPlain = objectDelegate(
  'bench.combining.add-plain',
  (_core: Core, plain: Plain, by: number): number => (plain.sum += by),
)

export const pushPlain = objectDelegate(
  'bench.combining.push-plain',
  (_core: Core, plain: Plain, value: number): number => plain.values.push(value),
)

type Worker<H> = Task<[on: H, count: number], void>

/** Starts this core's share of the tasks, and waits for them. */
function starter<H>(name: string, worker: Worker<H>): Worker<H> {
  const start = async (core: Core, on: H, count: number): Promise<void> => {
    await core.finish((inner) => {
      for (let i = 0; i < TASKS / CORES; i++) inner.send(worker, inner.id, on, count / TASKS)
    })
  }
  // H is a handle in every use below, which the compiler cannot see here.
  return task(`${name}.start`, start as never)
}

async function secondsOf<H>(core: Core, start: Worker<H>, on: H, count: number): Promise<number> {
  const begin = performance.now()
  await onAllCores(core, start, on, count)
  return (performance.now() - begin) / 1000
}

export const addEach = task(
  'bench.combining.add-each',
  async (core: Core, on: ObjectAddress<Plain>, count: number) => {
    for (let i = 0; i < count; i++) await core.call(addPlain, on, 1)
  },
)
export const addSendEach = task(
  'bench.combining.add-send-each',
  async (core: Core, on: ObjectAddress<Plain>, count: number) => {
    for (let i = 0; i < count; i++) if (!core.send(addPlain, on, 1)) await core.drain()
  },
)
export const pushEach = task(
  'bench.combining.push-each',
  async (core: Core, on: ObjectAddress<Plain>, count: number) => {
    for (let i = 0; i < count; i++) await core.call(pushPlain, on, i)
  },
)
export const pushSendEach = task(
  'bench.combining.push-send-each',
  async (core: Core, on: ObjectAddress<Plain>, count: number) => {
    for (let i = 0; i < count; i++) if (!core.send(pushPlain, on, i)) await core.drain()
  },
)
export const incrementEach = task(
  'bench.combining.increment-each',
  async (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) await counter.increment(core)
  },
)
export const sendEach = task(
  'bench.combining.send-each',
  (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) counter.send(core)
  },
)
export const vectorPushEach = task(
  'bench.combining.vector-push-each',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    for (let i = 0; i < count; i++) await vector.push(core, i)
  },
)
export const vectorSendEach = task(
  'bench.combining.vector-send-each',
  async (core: Core, vector: GlobalVector<number>, count: number) => {
    for (let i = 0; i < count; i++) if (!vector.send(core, i)) await vector.drain(core)
  },
)

export const startAdds = starter('bench.combining.adds', addEach)
export const startAddSends = starter('bench.combining.add-sends', addSendEach)
export const startPushes = starter('bench.combining.pushes', pushEach)
export const startPushSends = starter('bench.combining.push-sends', pushSendEach)
export const startIncrements = starter('bench.combining.increments', incrementEach)
export const startSends = starter('bench.combining.sends', sendEach)
export const startVectorPushes = starter('bench.combining.vector-pushes', vectorPushEach)
export const startVectorSends = starter('bench.combining.vector-sends', vectorSendEach)

async function onPlain(
  core: Core,
  start: Worker<ObjectAddress<Plain>>,
  count: number,
): Promise<Timed> {
  const plain: Plain = { sum: 0, values: [] }
  const address = core.hold(plain)
  const seconds = await secondsOf(core, start, address, count)
  core.release(address)
  return { seconds, sum: plain.sum + plain.values.length }
}

async function onCounter(core: Core, start: Worker<GlobalCounter>, count: number): Promise<Timed> {
  const counter = await globalCounter(core)
  const seconds = await secondsOf(core, start, counter, count)
  const sum = await counter.value(core)
  await freeCollection(core, counter)
  return { seconds, sum }
}

async function onVector(
  core: Core,
  start: Worker<GlobalVector<number>>,
  count: number,
): Promise<Timed> {
  const vector = await globalVector(core, i32)
  const seconds = await secondsOf(core, start, vector, count)
  const sum = await vector.size(core)
  await freeCollection(core, vector)
  return { seconds, sum }
}

export const adds = task('bench.combining.time-adds', (core: Core, count: number) =>
  onPlain(core, startAdds, count),
)
export const addSends = task('bench.combining.time-add-sends', (core: Core, count: number) =>
  onPlain(core, startAddSends, count),
)
export const pushes = task('bench.combining.time-pushes', (core: Core, count: number) =>
  onPlain(core, startPushes, count),
)
export const pushSends = task('bench.combining.time-push-sends', (core: Core, count: number) =>
  onPlain(core, startPushSends, count),
)
export const increments = task('bench.combining.time-increments', (core: Core, count: number) =>
  onCounter(core, startIncrements, count),
)
export const sends = task('bench.combining.time-sends', (core: Core, count: number) =>
  onCounter(core, startSends, count),
)
export const vectorPushes = task(
  'bench.combining.time-vector-pushes',
  (core: Core, count: number) => onVector(core, startVectorPushes, count),
)
export const vectorSends = task('bench.combining.time-vector-sends', (core: Core, count: number) =>
  onVector(core, startVectorSends, count),
)

const shape = {
  unit: 'M/s',
  better: 'more',
  program: import.meta.url,
  cores: CORES,
  count: COUNT,
  step: TASKS,
  expectedSum: (count: number) => count,
  figure: millionsPerSecond,
} as const

/** The first four are what the others are held against. */
export const COMBINING = [
  runtimeCase({ ...shape, name: 'counter.delegates', task: adds }),
  runtimeCase({ ...shape, name: 'counter.delegates.one-way', task: addSends }),
  runtimeCase({ ...shape, name: 'vector.delegates', task: pushes }),
  runtimeCase({ ...shape, name: 'vector.delegates.one-way', task: pushSends }),
  runtimeCase({
    ...shape,
    name: 'counter.combining',
    baseline: 'counter.delegates',
    task: increments,
  }),
  runtimeCase({
    ...shape,
    name: 'counter.combining.one-way',
    baseline: 'counter.delegates.one-way',
    task: sends,
    count: ONE_WAY_COUNT,
  }),
  runtimeCase({
    ...shape,
    name: 'vector.combining',
    baseline: 'vector.delegates',
    task: vectorPushes,
  }),
  runtimeCase({
    ...shape,
    name: 'vector.combining.one-way',
    baseline: 'vector.delegates.one-way',
    task: vectorSends,
    count: ONE_WAY_COUNT / 4,
  }),
] as const
