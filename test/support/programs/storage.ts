/**
 * A program for tests of global memory: atomic operations on elements, allocation and freeing.
 */
import {
  type ArrayOptions,
  type Core,
  type ElementType,
  type GlobalAddress,
  type GlobalArray,
  type ScalarType,
  type ValueOf,
  allocate,
  compareAndSwap,
  delegate,
  f32,
  f64,
  factory,
  fetchAdd,
  free,
  globalArray,
  i16,
  i32,
  i64,
  i8,
  increment,
  memoryUsage,
  onAllCores,
  read,
  reduce,
  struct,
  symmetric,
  symmetricObject,
  task,
  u16,
  u32,
  u64,
  u8,
  write,
} from '@orujo/core'
import { codesOf, failure } from '../machine.ts'

/** Each type with a value that it can hold, one that wraps around, and what becomes of that. */
const NUMBERS = [
  [i8, -100, 200, 100],
  [u8, 200, 100, 44],
  [i16, -30_000, -10_000, 25_536],
  [u16, 60_000, 10_000, 4464],
  [i32, 2 ** 31 - 1, 1, -(2 ** 31)],
  [u32, 2 ** 32 - 1, 2, 1],
  [f32, 0.1, 0.25, Math.fround(Math.fround(0.1) + 0.25)],
  [f64, 1e300, -1, 1e300],
] as const

const BIGINTS = [
  [i64, 2n ** 63n - 1n, 1n, -(2n ** 63n)],
  [u64, 2n ** 64n - 1n, 3n, 2n],
] as const

/** Every operation once on one element: what they gave. */
async function exercise<T extends ScalarType>(
  core: Core,
  address: GlobalAddress<T>,
  value: ValueOf<T>,
  by: ValueOf<T>,
): Promise<unknown[]> {
  const results: unknown[] = [await read(core, address)]
  await write(core, address, value)
  results.push(await read(core, address))
  results.push(await compareAndSwap(core, address, by, by), await read(core, address))
  results.push(await compareAndSwap(core, address, value, value))
  results.push(await fetchAdd(core, address, by), await read(core, address))
  await write(core, address, value)
  await core.finish((inner) => void increment(inner, address, by))
  results.push(await read(core, address))
  return results
}

/** What `exercise` must give. */
function expected(value: unknown, by: unknown, sum: unknown, zero: unknown): unknown[] {
  const held = value === 0.1 ? Math.fround(0.1) : value
  return [zero, held, held === by, held, true, held, sum, sum]
}

/** Names of types on which some operation went wrong, on an element of each kind of memory. */
export const atomics = task('test.storage.atomics', async (core: Core) => {
  const wrong: string[] = []
  const compare = (type: ScalarType, results: unknown[], right: unknown[]): void => {
    if (results.some((result, i) => result !== right[i])) {
      wrong.push(`${type.name}: ${results.join()} for ${right.join()}`)
    }
  }
  for (const [type, value, by, sum] of NUMBERS) {
    for (const address of await elements(core, type)) {
      compare(type, await exercise(core, address, value, by), expected(value, by, sum, 0))
    }
  }
  for (const [type, value, by, sum] of BIGINTS) {
    for (const address of await elements(core, type)) {
      compare(type, await exercise(core, address, value, by), expected(value, by, sum, 0n))
    }
  }
  await Promise.all(
    lent(core)
      .splice(0)
      .map((freeable) => free(core, freeable)),
  )
  return wrong
})

class Lent {
  readonly arrays: Parameters<typeof free>[1][] = []
}

function lent(core: Core): Lent['arrays'] {
  return core.endpoint.state(Lent, () => new Lent()).arrays
}

/** Zeroed elements on the last core: of a linear and a symmetric array, and on their own. */
async function elements<T extends ElementType>(core: Core, type: T): Promise<GlobalAddress<T>[]> {
  const home = core.cores - 1
  const linear = await globalArray(core, type, 1000)
  const everywhere = await symmetric(core, type, 3)
  const own = await allocate(core, type, home, 2)
  lent(core).push(linear, everywhere, own)
  const index = Array.from({ length: 1000 }, (_, i) => i).find((i) => linear.home(i) === home)!
  return [linear.at(index), everywhere.on(home).plus(2), own.plus(1)]
}

const record = struct({ a: u8, b: f64, c: i64, d: i16 })

/** A struct as it is read, before and after it is written, and its neighbours. */
export const structs = task('test.storage.structs', async (core: Core) => {
  const value: ValueOf<typeof record> = { a: 255, b: -0.5, c: -1n, d: -2 }
  const results: unknown[] = []
  const array = await globalArray(core, record, 100, { blockBytes: 64 })
  for (const index of [0, 57, 99]) {
    await write(core, array.at(index), value)
    results.push(await read(core, array.at(index)))
    results.push(await read(core, array.at(index).field('d')))
    await fetchAdd(core, array.at(index).field('a'), 1)
    results.push((await read(core, array.at(index))).a)
  }
  results.push(await read(core, array.at(56)))
  await free(core, array)
  return results
})

/** All cores add to all counters at once: what the counters hold. */
export const contention = task('test.storage.contention', async (core: Core, count: number) => {
  const array = await globalArray(core, i32, 100)
  await core.finish((inner) => onAllCores(inner, addToAll, array, count))
  const sum = await reduce(core, sumHere, 'sum', array)
  await free(core, array)
  return sum
})

export const addToAll = task(
  'test.storage.add-to-all',
  async (core: Core, array: GlobalArray<typeof i32>, count: number) => {
    const calls = []
    for (let i = 0; i < count; i++) {
      const address = array.at((i * 13 + core.id) % array.length)
      if (i % 2 === 0) calls.push(fetchAdd(core, address, 1))
      else if (!increment(core, address, 1)) await core.drain()
    }
    await Promise.all(calls)
  },
)

export const sumHere = delegate('test.storage.sum', (core: Core, array: GlobalArray<typeof i32>) =>
  array.local(core).reduce((a, b) => a + b, 0),
)

/** Counts by compare-and-swap loops on all cores. */
export const swapLoops = task('test.storage.swap-loops', async (core: Core, count: number) => {
  const address = await allocate(core, u32, core.cores - 1)
  await onAllCores(core, swapLoop, address, count)
  const value = await read(core, address)
  await free(core, address)
  return value
})

export const swapLoop = task(
  'test.storage.swap-loop',
  async (core: Core, address: GlobalAddress<typeof u32>, count: number) => {
    for (let i = 0; i < count;) {
      const before = await read(core, address)
      if (await compareAndSwap(core, address, before, before + 1)) i++
    }
  },
)

// Misuse.

/** Codes of what comes of options and types that are none, as JavaScript may give them. */
export const strange = task('test.storage.strange', async (core: Core) => {
  const type = 'f64' as unknown as typeof f64
  return codesOf([
    () => globalArray(core, f64, 10, { block: 64 } as ArrayOptions),
    () => globalArray(core, type, 10),
    () => symmetric(core, type),
    () => allocate(core, type, 0),
  ])
})

/** Codes of what is refused of memory that is not, or no more, there. */
export const wrongPlaces = task('test.storage.wrong-places', async (core: Core) => {
  const array = await globalArray(core, i32, 10)
  const everywhere = await symmetric(core, f64, 2)
  const own = await allocate(core, i32, core.cores - 1, 4)
  const end = array.at(10)
  const element = array.at(9)
  const before = await codesOf([
    () => array.at(11),
    () => array.at(-1),
    () => read(core, end),
    () => write(core, end, 1),
    () => fetchAdd(core, end, 1),
    () => compareAndSwap(core, end, 0, 1),
    () => increment(core, end, 1),
    () => read(core, everywhere.address),
    () => free(core, element),
    () => free(core, everywhere.on(0)),
    () => free(core, own.plus(1)),
    () => allocate(core, i32, core.host),
  ])
  await Promise.all([array, everywhere, own].map((what) => free(core, what)))
  const after = await codesOf([
    () => array.at(0),
    () => array.local(core),
    () => read(core, element),
    () => increment(core, element, 1),
    () => core.call(sumHere, core.cores - 1, array),
    () => everywhere.local(core),
    () => everywhere.on(0),
  ])
  const twice = await codesOf([array, everywhere, own].map((what) => () => free(core, what)))
  return { before, after, twice }
})

/** Codes of what there is not room, or no rule, for. */
export const excess = task('test.storage.excess', async (core: Core) => {
  const wide = struct({ a: f64, b: f64, c: f64 })
  return codesOf([
    () => globalArray(core, f64, 2 ** 30),
    () => symmetric(core, f64, 2 ** 30),
    () => allocate(core, f64, core.cores - 1, 2 ** 30),
    () => globalArray(core, f64, -1),
    () => globalArray(core, f64, 1.5),
    () => allocate(core, f64, 0, -1),
    () => globalArray(core, wide, 10, { blockBytes: 32 }),
    () => globalArray(core, i32, 10, { blockBytes: 12 }),
  ])
})

/** Bytes in use while arrays come and go, in any order: none when all have gone. */
export const churn = task('test.storage.churn', async (core: Core, rounds: number) => {
  const begin = await inUse(core)
  const held: Parameters<typeof free>[1][] = []
  for (let round = 0; round < rounds; round++) {
    const home = round % core.cores
    held.push(await globalArray(core, i32, 1 + round * 7))
    held.push(await symmetric(core, f64, 1 + round))
    held.push(await allocate(core, u8, home, 1 + round * 3))
    if (round % 3 === 2) await free(core, held.splice(round % held.length, 1)[0]!)
  }
  const most = await inUse(core)
  await Promise.all(held.map((what) => free(core, what)))
  return { grew: most > begin, left: (await inUse(core)) - begin }
})

async function inUse(core: Core): Promise<number> {
  const { shared, own } = await memoryUsage(core)
  return [shared, ...own].reduce((sum, { bytesInUse }) => sum + bytesInUse, 0)
}

/** Memory that is handed out again holds zeroes: how many elements did not. */
export const reuse = task('test.storage.reuse', async (core: Core, rounds: number) => {
  let dirty = 0
  for (let round = 0; round < rounds; round++) {
    const array = await globalArray(core, i32, 500)
    dirty += await reduce(core, sumHere, 'sum', array)
    await onAllCores(core, fill, array, round + 1)
    await free(core, array)
  }
  return dirty
})

export const fill = delegate(
  'test.storage.fill',
  (core: Core, array: GlobalArray<typeof i32>, value: number) => {
    array.local(core).fill(value)
  },
)

export const makeOrFail = factory('test.storage.make-or-fail', (core: Core, failing: number) => {
  if (core.id === failing) throw new Error(`core ${core.id} makes nothing`)
  return { never: () => 1 }
})

/** The error of a symmetric object that one core fails to make; then one that all make. */
export const halfMade = task('test.storage.half-made', async (core: Core) => {
  const error = await failure(() => symmetricObject(core, makeOrFail, core.cores - 1))
  const object = await symmetricObject(core, makeOrFail, -1)
  await free(core, object)
  return error?.message
})
