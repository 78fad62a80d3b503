/**
 * A program for tests of operations on whole arrays.
 */
import {
  type Core,
  type ElementType,
  type GlobalAddress,
  type GlobalArray,
  PushBuffer,
  type ScalarType,
  allocate,
  copyArray,
  delegate,
  f32,
  f64,
  free,
  globalArray,
  i16,
  i32,
  i64,
  i8,
  loadArray,
  memset,
  onAllCores,
  prefixSum,
  read,
  saveArray,
  sortArray,
  struct,
  task,
  u64,
  u8,
} from '@orujo/core'
import { failure } from '../machine.ts'
import { seeded } from '../schedule.ts'

export type Block = number | 'contiguous'

const pair = struct({ key: f64, count: i32 })

const types = Object.freeze({ i8, u8, i16, i32, f32, f64, i64, u64, pair } as const)

export type TypeName = keyof typeof types
export type ScalarTypeName = Exclude<TypeName, 'pair'>

type AnyArray = GlobalArray<typeof f64>

/** A typed array of numbers, bigints, or structs: as far as tests go they are all alike. */
async function make(core: Core, type: TypeName, length: number, blockBytes: Block) {
  return (await globalArray<ElementType>(core, types[type], length, {
    blockBytes,
  })) as unknown as AnyArray
}

/** The type's value for a number. */
function valueOf(type: TypeName, value: number): number {
  if (type === 'pair') return { key: value, count: Math.trunc(value) } as never
  if (type === 'i64') return BigInt.asIntN(64, BigInt(Math.trunc(value))) as never
  if (type === 'u64') return BigInt.asUintN(64, BigInt(Math.trunc(value))) as never
  return value
}

export const setHere = delegate(
  'test.array.set',
  (core: Core, array: GlobalArray, values: unknown[]) => {
    const view: unknown = array.local(core)
    for (let slot = 0; slot < array.elementsOn(core.id); slot++) {
      const value = values[array.globalIndex(core.id, slot)]
      if (array.type.kind === 'struct') {
        ;(view as { set(s: number, v: unknown): void }).set(slot, value)
      } else (view as unknown[])[slot] = value
    }
  },
)

export const getHere = delegate('test.array.get', (core: Core, array: GlobalArray) => {
  const view: unknown = array.local(core)
  const isStruct = array.type.kind === 'struct'
  return Array.from({ length: array.elementsOn(core.id) }, (_, slot) => {
    const value: unknown = isStruct
      ? (view as { get(slot: number): unknown }).get(slot)
      : (view as unknown[])[slot]
    return [array.globalIndex(core.id, slot), value] as const
  })
})

async function fill(core: Core, array: AnyArray, values: unknown[]): Promise<void> {
  await onAllCores(core, setHere, array as unknown as GlobalArray, values)
}

async function contents(core: Core, array: AnyArray): Promise<unknown[]> {
  const parts = await onAllCores(core, getHere, array as unknown as GlobalArray)
  const values: unknown[] = []
  for (const [index, value] of parts.flat()) values[index] = value
  return values
}

/** Random values: of few or many different ones, sorted or with what sorts oddly among them. */
export function keysOf(
  type: ScalarTypeName,
  length: number,
  kind: string,
  seed: number,
): unknown[] {
  const random = seeded(seed)
  const odd = [Number.NaN, -0, 0, Infinity, -Infinity, 0.5]
  return Array.from({ length }, (_, i) => {
    if (kind === 'same') return valueOf(type, 7)
    if (kind === 'few') return valueOf(type, random.choose(3))
    if (kind === 'sorted') return valueOf(type, i)
    if (kind === 'skewed') return valueOf(type, random.choose(10) > 0 ? 5 : random.choose(100))
    if (kind === 'odd' && type === 'f64') return odd[random.choose(odd.length)]
    return valueOf(type, random.choose(2 ** 31) - 2 ** 30)
  })
}

export const filled = task(
  'test.array.filled',
  async (core: Core, type: TypeName, length: number, block: Block, begin: number, end: number) => {
    const array = await make(core, type, length, block)
    await memset(core, array, valueOf(type, 1))
    await memset(core, array, valueOf(type, 2), { begin, end })
    const found = await contents(core, array)
    await free(core, array)
    const expected = Array.from({ length }, (_, i) => valueOf(type, i >= begin && i < end ? 2 : 1))
    return [found, expected] as const
  },
)

/** An array to whose quarters operations came that only their scope has waited for. */
export const atOnce = task('test.array.at-once', async (core: Core, length: number) => {
  const src = await make(core, 'f64', length, 64)
  const dst = await make(core, 'f64', length, 'contiguous')
  const cut = (quarter: number): number => Math.floor((length * quarter) / 4)
  // Not in their order: one that goes too far overwrites another.
  const quarters = [2, 3, 0, 1].map((i) => [cut(i), cut(i + 1)] as const)
  await core.finish((inner) => {
    for (const [begin, end] of quarters) void memset(inner, src, begin + 1, { begin, end })
  })
  await core.finish((inner) => {
    for (const [from, end] of quarters) {
      void copyArray(inner, dst, src, { from, to: from, count: end - from })
    }
  })
  const found = await contents(core, dst)
  await Promise.all([free(core, src), free(core, dst)])
  return found as number[]
})

export interface Copying {
  readonly type: TypeName
  readonly lengths: readonly [src: number, dst: number]
  readonly blocks: readonly [src: Block, dst: Block]
  readonly from: number
  readonly to: number
  readonly count: number
}

export const copied = task('test.array.copied', async (core: Core, what: Copying) => {
  const { type, lengths, blocks, from, to, count } = what
  const src = await make(core, type, lengths[0], blocks[0])
  const dst = await make(core, type, lengths[1], blocks[1])
  await fill(
    core,
    src,
    Array.from({ length: lengths[0] }, (_, i) => valueOf(type, i + 1)),
  )
  const values = await contents(core, src)
  await memset(core, dst, valueOf(type, 0))
  await copyArray(core, dst, src, { from, to, count })
  const found = await contents(core, dst)
  await Promise.all([free(core, src), free(core, dst)])
  const expected = Array.from({ length: lengths[1] }, (_, i) =>
    i >= to && i < to + count ? values[i - to + from] : valueOf(type, 0),
  )
  return [found, expected] as const
})

export interface Sorting {
  readonly type: ScalarTypeName
  readonly length: number
  readonly block: Block
  readonly kind: string
  readonly seed: number
  /** The block of another array to sort into. */
  readonly into?: Block
}

export const sorted = task('test.array.sorted', async (core: Core, what: Sorting) => {
  const { type, length, block, kind, seed, into } = what
  const array = await make(core, type, length, block)
  const other = into === undefined ? array : await make(core, type, length, into)
  const keys = keysOf(type, length, kind, seed)
  await fill(core, array, keys)
  const source = await contents(core, array)
  await sortArray(core, array, { into: other })
  const found = await contents(core, other)
  const isKept = other === array || isSame(await contents(core, array), source)
  await free(core, array)
  if (other !== array) await free(core, other)
  return { source, found, isKept }
})

export const summed = task(
  'test.array.summed',
  async (core: Core, what: Sorting, exclusive: boolean) => {
    const { type, length, block, kind, seed, into } = what
    const array = await make(core, type, length, block)
    const other = into === undefined ? array : await make(core, type, length, into)
    await fill(core, array, keysOf(type, length, kind, seed))
    const source = await contents(core, array)
    await prefixSum(core, array, { into: other, exclusive })
    const found = await contents(core, other)
    await free(core, array)
    if (other !== array) await free(core, other)
    return { source, found }
  },
)

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

// Files.

export const savedAndLoaded = task(
  'test.array.saved',
  async (
    core: Core,
    type: TypeName,
    length: number,
    blocks: readonly [Block, Block],
    path: string,
  ) => {
    const values = Array.from({ length }, (_, i) => valueOf(type, i * 3 + 1))
    const src = await make(core, type, length, blocks[0])
    const dst = await make(core, type, length, blocks[1])
    await fill(core, src, values)
    const expected = await contents(core, src)
    await saveArray(core, src, path)
    await loadArray(core, dst, path)
    const found = await contents(core, dst)
    await Promise.all([free(core, src), free(core, dst)])
    return [found, expected] as const
  },
)

/** Saves two arrays, of ones and of twos, to one file at once. Resolves with what is there then. */
export const savedAtOnce = task('test.array.saved-at-once', async (core: Core, path: string) => {
  const arrays = await Promise.all([1, 2, 3].map(() => globalArray(core, i32, 30_000)))
  const [ones, twos, found] = arrays as unknown as [AnyArray, AnyArray, AnyArray]
  await Promise.all([memset(core, ones, 1), memset(core, twos, 2)])
  await Promise.all([saveArray(core, ones, path), saveArray(core, twos, path)])
  await loadArray(core, found, path)
  const values = new Set(await contents(core, found))
  for (const array of arrays) await free(core, array)
  return [...values]
})

export const fileErrors = task(
  'test.array.file-errors',
  async (core: Core, absent: string, folder: string, short: string, pipe: string) => {
    const array = (await globalArray(core, i32, 1000)) as unknown as GlobalArray
    const errors = [
      await failure(() => loadArray(core, array, absent)),
      await failure(() => saveArray(core, array, `${absent}/file`)),
      await failure(() => saveArray(core, array, folder)),
      await failure(() => loadArray(core, array, short)),
      await failure(() => saveArray(core, array, pipe)),
    ]
    await free(core, array)
    return errors.map((error) => [error?.code, error?.message] as const)
  },
)

// Push buffers.

export const pushAll = task(
  'test.array.push',
  async (
    core: Core,
    array: GlobalArray<typeof i32>,
    cursor: GlobalAddress<ScalarType>,
    count: number,
    capacity: number,
  ) => {
    await using buffer = new PushBuffer(core, array, cursor, capacity)
    for (let i = 0; i < count; i++) {
      if (!buffer.push(core.id * 100_000 + i)) await buffer.flush()
    }
  },
)

/** What lies in the array when every core has pushed `count` values, and how many were taken. */
export const pushed = task(
  'test.array.pushed',
  async (core: Core, cursorType: 'i32' | 'i64', count: number, capacity: number) => {
    const array = await globalArray(core, i32, core.cores * count)
    const cursor = await allocate<ScalarType>(core, types[cursorType], core.cores - 1)
    await onAllCores(core, pushAll, array, cursor, count, capacity)
    const taken = await read(core, cursor)
    const found = await contents(core, array as unknown as AnyArray)
    await Promise.all([
      free(core, array as unknown as GlobalArray),
      free(core, cursor as GlobalAddress),
    ])
    return { taken: Number(taken), found: found as number[] }
  },
)

// What is refused.

export const refusals = task('test.array.refusals', async (core: Core) => {
  const a = await make(core, 'f64', 10, 64)
  const b = await make(core, 'i32', 10, 64)
  const c = await make(core, 'f64', 9, 64)
  const s = await make(core, 'pair', 10, 64)
  const cursor = await allocate(core, i32, 0)
  const full = new PushBuffer(core, c, cursor, 10)
  for (let i = 0; i < 10; i++) full.push(i)
  const errors = [
    await failure(() => memset(core, a, 0, { begin: 3, end: 11 })),
    await failure(() => memset(core, a, 0, { begin: 3, end: 2 })),
    await failure(() => copyArray(core, a, c, { from: 5, count: 5 })),
    await failure(() => copyArray(core, c, a)),
    await failure(() => copyArray(core, a, b)),
    await failure(() => copyArray(core, a, a, { from: 0, to: 1, count: 5 })),
    await failure(() => sortArray(core, a, { into: c })),
    await failure(() => sortArray(core, s)),
    await failure(() => prefixSum(core, s)),
    await failure(() => new PushBuffer(core, a, cursor, 0)),
    await failure(() => full.push(1)),
    await failure(() => full.flush()),
  ]
  await Promise.all([a, b, c, s].map((array) => free(core, array)))
  errors.push(await failure(() => sortArray(core, a)), await failure(() => memset(core, a, 0)))
  await free(core, cursor)
  return errors.map((error) => error?.code)
})
