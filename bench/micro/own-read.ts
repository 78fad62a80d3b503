/**
 * Reading owned objects: a local typed one in a loop; one elsewhere, of which this core has a copy;
 * and what the borrow alone costs.
 *
 * Means       `own.read.local` is a loop over 2^16 doubles in one shared borrow; `own.read.cached`
 *             looks at one element of a cached copy of an object in another locale, in a borrow of
 *             its own for each; `own.borrow.cached` is that without the look.
 * Not meant   the first read, which fetches.
 */
import { performance } from 'node:perf_hooks'
import { delegate, f64, task, type Core } from '@orujo/core'
import { drop, ownArray, type Owned } from '@orujo/ownership'
import { scaled, verify, type MicroCase } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const LENGTH = 2 ** 16
const LOCAL_COUNT = 400 * LENGTH
const CACHED_COUNT = 2_000_000
const CALL_COUNT = 20_000
/** Cores in different locales. */
const LOCALES = 2

/** Sum of `count` reads of elements 0 to LENGTH - 1 in turn; element i is i % 7. */
function expectedSum(count: number): number {
  let sum = 0
  for (let i = 0; i < LENGTH; i++) sum += (i % 7) * Math.ceil((count - i) / LENGTH)
  return sum
}

export const makeHere = task('bench.own-read.make', async (core: Core) => {
  const values = ownArray(core, f64, LENGTH)
  await values.write(core, (all) => {
    for (let i = 0; i < LENGTH; i++) all[i] = i % 7
  })
  return values
})

export const readLocal = task(
  'bench.own-read.local',
  async (core: Core, count: number): Promise<Timed> => {
    const values = await core.call(makeHere, core.id)
    const start = performance.now()
    const sum = await values.read(core, (all) => addUp(all, count))
    const seconds = (performance.now() - start) / 1000
    drop(core, values)
    return { seconds, sum }
  },
)

export const readCached = task(
  'bench.own-read.cached',
  (core: Core, count: number): Promise<Timed> =>
    withCopy(core, (values) => {
      let sum = 0
      for (let i = 0; i < count; i++) {
        const ref = values.tryBorrow(core)
        if (ref.kind !== 'borrowed') break
        sum += ref.value[i % LENGTH]!
        ref.release()
      }
      return sum
    }),
)

export const borrowCached = task(
  'bench.own-read.borrow',
  (core: Core, count: number): Promise<Timed> =>
    withCopy(core, (values) => {
      let borrowed = 0
      for (let i = 0; i < count; i++) {
        const ref = values.tryBorrow(core)
        if (ref.kind !== 'borrowed') break
        borrowed++
        ref.release()
      }
      return borrowed
    }),
)

/** The values of the delegate twin. */
const KEY = Object.freeze({ name: 'bench.own-read.values' })

export const lookUp = delegate('bench.own-read.look', (core: Core, at: number): number => {
  const make = (): Float64Array => Float64Array.from({ length: LENGTH }, (_, i) => i % 7)
  return core.endpoint.state(KEY, make)[at]!
})

export const readByCalls = task(
  'bench.own-read.calls',
  async (core: Core, count: number): Promise<Timed> => {
    await core.call(lookUp, 1, 0)
    let sum = 0
    const start = performance.now()
    for (let i = 0; i < count; i++) sum += await core.call(lookUp, 1, i % LENGTH)
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

/** Times work on an object of core 1 of which this core has a copy. */
async function withCopy(core: Core, work: (values: Owned<Float64Array>) => number): Promise<Timed> {
  const values = await core.call(makeHere, 1)
  await values.read(core, () => undefined)
  const start = performance.now()
  const sum = work(values)
  const seconds = (performance.now() - start) / 1000
  drop(core, values)
  return { seconds, sum }
}

function addUp(
  all: { readonly length: number; readonly [i: number]: number },
  count: number,
): number {
  let sum = 0
  for (let done = 0; done < count; done += LENGTH) {
    const length = Math.min(LENGTH, count - done)
    for (let i = 0; i < length; i++) sum += all[i]!
  }
  return sum
}

const nanosecondsEach = (count: number, seconds: number): number => (seconds * 1e9) / count

const COMMON = {
  unit: 'ns/read',
  better: 'less',
  program: import.meta.url,
  expectedSum,
  figure: nanosecondsEach,
} as const

const ownReadLocal = runtimeCase({
  ...COMMON,
  name: 'own.read.local',
  baseline: 'array.read.plain',
  cores: 1,
  isOwning: true,
  task: readLocal,
  count: LOCAL_COUNT,
})

const ownReadCached = runtimeCase({
  ...COMMON,
  name: 'own.read.cached',
  baseline: 'delegate.read.blocking',
  cores: 1,
  locales: LOCALES,
  isOwning: true,
  task: readCached,
  count: CACHED_COUNT,
})

const ownBorrowCached = runtimeCase({
  ...COMMON,
  name: 'own.borrow.cached',
  baseline: 'delegate.read.blocking',
  cores: 1,
  locales: LOCALES,
  isOwning: true,
  task: borrowCached,
  count: CACHED_COUNT,
  expectedSum: (count) => count,
})

const delegateRead = runtimeCase({
  ...COMMON,
  name: 'delegate.read.blocking',
  cores: 1,
  locales: LOCALES,
  isOwning: true,
  task: readByCalls,
  count: CALL_COUNT,
})

/** The same loop over a typed array. */
const plainRead: MicroCase = {
  name: 'array.read.plain',
  unit: 'ns/read',
  better: 'less',
  open() {
    const values = Float64Array.from({ length: LENGTH }, (_, i) => i % 7)
    return {
      trial(scale) {
        const count = scaled(LOCAL_COUNT, scale)
        const start = performance.now()
        const sum = addUp(values, count)
        const seconds = (performance.now() - start) / 1000
        verify('array.read.plain', sum, expectedSum(count))
        return Promise.resolve(nanosecondsEach(count, seconds))
      },
      close: () => Promise.resolve(),
    }
  },
}

export const OWN_READ: readonly MicroCase[] = [ownReadLocal, plainRead]
export const OWN_CACHED: readonly MicroCase[] = [ownReadCached, ownBorrowCached, delegateRead]
