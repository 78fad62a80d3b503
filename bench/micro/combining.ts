/**
 * Flat combining: 1,000 tasks on four cores, 250 on each, that all add to one counter, or push to
 * one vector, at home on core 0, and wait for each addition.
 *
 * Means       what a core saves when its tasks' operations go as one message with one promise, by
 *             the side of the same tasks with a delegate for each operation.
 * Not meant   latency of one operation; the rate of four cores where there are fewer hardware
 *             threads, on which they take turns.
 */
import { performance } from 'node:perf_hooks'
import {
  allocate,
  f64,
  fetchAdd,
  free,
  freeCollection,
  globalCounter,
  increment,
  onAllCores,
  read,
  task,
  type Core,
  type GlobalAddress,
  type GlobalCounter,
  type Task,
} from '@orujo/core'
import { millionsPerSecond } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const CORES = 4
const TASKS = 1_000
const COUNT = 400_000

export const addEach = task(
  'bench.combining.addEach',
  async (core: Core, at: GlobalAddress<typeof f64>, count: number) => {
    for (let i = 0; i < count; i++) await fetchAdd(core, at, 1)
  },
)

export const incrementEach = task(
  'bench.combining.incrementEach',
  async (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) await counter.increment(core)
  },
)

export const fetchAddEach = task(
  'bench.combining.fetchAddEach',
  async (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) await counter.fetchAdd(core)
  },
)

export const addSendEach = task(
  'bench.combining.addSendEach',
  async (core: Core, at: GlobalAddress<typeof f64>, count: number) => {
    for (let i = 0; i < count; i++) if (!increment(core, at, 1)) await core.drain()
  },
)
export const startAddSendEach = starter('addSendEach', addSendEach)

export const sendEach = task(
  'bench.combining.sendEach',
  (core: Core, counter: GlobalCounter, count: number) => {
    for (let i = 0; i < count; i++) counter.send(core)
  },
)
export const startAddEach = starter('addEach', addEach)
export const startIncrementEach = starter('incrementEach', incrementEach)
export const startFetchAddEach = starter('fetchAddEach', fetchAddEach)
export const startSendEach = starter('sendEach', sendEach)

function starter<A>(name: string, each: Task<[on: A, count: number], void>) {
  return task(`bench.combining.start.${name}`, async (core: Core, on: never, count: number) => {
    await core.finish((inner) => {
      for (let i = 0; i < TASKS / CORES; i++) inner.send(each, inner.id, on, count / TASKS)
    })
  })
}
async function time(core: Core, start: Task<[on: never, count: number], void>, on: unknown, count: number) {
  const t = performance.now()
  await onAllCores(core, start, on as never, count)
  return (performance.now() - t) / 1000
}
export const delegates = task('bench.combining.delegates', async (core: Core, count: number): Promise<Timed> => {
  const at = await allocate(core, f64, 0)
  const seconds = await time(core, startAddEach, at, count)
  const sum = await read(core, at)
  await free(core, at)
  return { seconds, sum }
})
export const delegateSends = task('bench.combining.delegateSends', async (core: Core, count: number): Promise<Timed> => {
  const at = await allocate(core, f64, 0)
  const seconds = await time(core, startAddSendEach, at, count)
  const sum = await read(core, at)
  await free(core, at)
  return { seconds, sum }
})
async function counted(core: Core, start: Task<[on: never, count: number], void>, count: number) {
  const counter = await globalCounter(core)
  const seconds = await time(core, start, counter, count)
  const sum = await counter.value(core)
  await freeCollection(core, counter)
  return { seconds, sum }
}
export const increments = task('bench.combining.increments', (core: Core, count: number): Promise<Timed> => counted(core, startIncrementEach, count))
export const fetchAdds = task('bench.combining.fetchAdds', (core: Core, count: number): Promise<Timed> => counted(core, startFetchAddEach, count))
export const sends = task('bench.combining.sends', (core: Core, count: number): Promise<Timed> => counted(core, startSendEach, count))
void runtimeCase
void millionsPerSecond
void COUNT
