/**
 * GUPS: updates of random elements of a table that lies on both cores, half of them on the core
 * that wants the update. The definitions are those of `npm run gups`, variants 3 and 2.
 *
 * Means       random access through delegates, beside a plain loop over one array in one thread,
 *             which has no messages at all, because all elements are its own.
 * Not meant   the latency of an update; tables larger than the caches of the machine.
 */
import { performance } from 'node:perf_hooks'
import {
  delegate,
  forall,
  free,
  globalArray,
  i32,
  onAllCores,
  reduce,
  task,
  u32,
  type Core,
  type Task,
} from '@orujo/core'
import {
  addOne,
  fetchAddOne,
  fillWord,
  updateBlocking,
  updateOneWay,
  type Table,
  type Words,
} from '#kernels/gups/program.js'
import { shiftFor, updateAll, wordAt } from '#kernels/gups/reference.js'
import { millionsPerSecond, scaled, verify, type MicroCase } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const LOG_SIZE = 20
const ONE_WAY_COUNT = 4_000_000
const BLOCKING_COUNT = 500_000

export { addOne, fetchAddOne, fillWord, updateBlocking, updateOneWay }

export const sumTable = delegate('bench.gups.sum', (core: Core, table: Table): number =>
  table.local(core).reduce((sum, value) => sum + value, 0),
)

export const oneWay = task('bench.gups.one-way', (core: Core, count: number) =>
  updateTable(core, updateOneWay, count),
)

export const blocking = task('bench.gups.blocking', (core: Core, count: number) =>
  updateTable(core, updateBlocking, count),
)

async function updateTable(
  core: Core,
  update: Task<[words: Words, table: Table, shift: number], void>,
  count: number,
): Promise<Timed> {
  const table = await globalArray(core, i32, 2 ** LOG_SIZE)
  const words = await globalArray(core, u32, count)
  await forall(core, words, fillWord, words, 0)
  const start = performance.now()
  await core.finish((inner) => onAllCores(inner, update, words, table, shiftFor(LOG_SIZE)))
  const seconds = (performance.now() - start) / 1000
  const sum = await reduce(core, sumTable, 'sum', table)
  await free(core, words)
  await free(core, table)
  return { seconds, sum }
}

const COMMON = {
  unit: 'M/s',
  better: 'more',
  baseline: 'gups.plain',
  program: import.meta.url,
  expectedSum: (count: number) => count,
  figure: millionsPerSecond,
} as const

export const gupsOneWay = runtimeCase({
  ...COMMON,
  name: 'gups.one-way',
  task: oneWay,
  count: ONE_WAY_COUNT,
})

export const gupsBlocking = runtimeCase({
  ...COMMON,
  name: 'gups.blocking',
  task: blocking,
  count: BLOCKING_COUNT,
})

/** The same updates in a plain loop over one array. */
export const gupsPlain: MicroCase = {
  name: 'gups.plain',
  unit: 'M/s',
  better: 'more',
  open: () => ({
    trial: (scale) => {
      const count = scaled(ONE_WAY_COUNT, scale)
      const words = Uint32Array.from({ length: count }, (_, i) => wordAt(i))
      const table = new Int32Array(2 ** LOG_SIZE)
      const start = performance.now()
      updateAll(table, words, 3)
      const seconds = (performance.now() - start) / 1000
      const sum = table.reduce((total, value) => total + value, 0)
      verify('gups.plain', sum, count)
      return Promise.resolve(millionsPerSecond(count, seconds))
    },
    close: () => Promise.resolve(),
  }),
}
