/**
 * A program for tests of addresses: walks over elements of many sizes, fields of structs, the order
 * of what is asked of one element, and the bytes that are in use.
 */
import {
  type Core,
  type ElementType,
  type GlobalAddress,
  type GlobalArray,
  type ScalarType,
  type ValueOf,
  allocate,
  cache,
  compareAndSwap,
  delegate,
  f64,
  fetchAdd,
  forall,
  free,
  globalArray,
  i16,
  i32,
  i64,
  increment,
  memoryUsage,
  read,
  reduce,
  struct,
  symmetric,
  task,
  u8,
  write,
} from '@orujo/core'
import type { Block } from './arrays.ts'

/** As far as tests go all arrays are alike; their values are numbers or structs. */
type AnyArray = GlobalArray<typeof f64>

/** A type of so many bytes: one number, or a struct of equal ones. */
function typeOf(bytes: number): ElementType {
  if (bytes === 1) return u8
  const field: ScalarType = bytes % 8 === 0 ? f64 : i32
  const names = Array.from({ length: bytes / field.bytes }, (_, i) => `field${i}`)
  return bytes === 8 ? f64 : struct(Object.fromEntries(names.map((name) => [name, field])))
}

/** What element `index` holds: in each field another number. */
function valueAt(type: ElementType, index: number, factor: number): number {
  if (type.kind === 'scalar') return (index * factor) % 256
  const fields = type.layout.map(({ name }, i) => [name, index * factor + i] as const)
  return Object.fromEntries(fields) as never
}

export const storeHere = delegate(
  'test.address.store',
  (core: Core, index: number, slot: number, array: GlobalArray) => {
    const view: unknown = array.local(core)
    const value = valueAt(array.type, index, 3)
    if (array.type.kind === 'scalar') (view as number[])[slot] = value
    else (view as { set(slot: number, value: number): void }).set(slot, value)
  },
)

/** How many elements are not what they should be, seen at home. */
export const wrongHere = delegate(
  'test.address.wrong',
  (core: Core, array: GlobalArray, factor: number) => {
    const view: unknown = array.local(core)
    const isScalar = array.type.kind === 'scalar'
    let wrong = 0
    for (let slot = 0; slot < array.elementsOn(core.id); slot++) {
      const index = array.globalIndex(core.id, slot)
      const found = isScalar
        ? (view as number[])[slot]
        : (view as { get(slot: number): unknown }).get(slot)
      if (!isSame(found, valueAt(array.type, index, factor))) wrong++
    }
    return wrong
  },
)

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** What an address says of element `index`, against what blocks dealt out in turn would be. */
function faultsAt(array: AnyArray, index: number, address: GlobalAddress): string[] {
  const { bytes } = array.type
  const { blockBytes, cores } = array.layout
  const perBlock = blockBytes / bytes
  const block = Math.floor(index / perBlock)
  const slot = Math.floor(block / cores) * perBlock + (index % perBlock)
  const start = array.at(0)
  const found = [
    [address.core, array.home(index), block % cores],
    [address.byteOffset - start.byteOffset, array.localIndex(index) * bytes, slot * bytes],
    [address.difference(start), array.at(index).difference(start), index],
    [address.blockMin().difference(start), block * perBlock, block * perBlock],
    [address.blockMax().difference(start), (block + 1) * perBlock, (block + 1) * perBlock],
  ]
  return found
    .filter(([a, b, expected]) => a !== expected || b !== expected)
    .map((values) => `element ${index} of ${bytes} bytes: ${values.join()}`)
}

/** A walk from the first element past the last, and back: what was wrong on the way. */
export const walk = task(
  'test.address.walk',
  async (core: Core, bytes: number, length: number, blockBytes: Block) => {
    const type = typeOf(bytes)
    const array = (await globalArray(core, type, length, { blockBytes })) as unknown as AnyArray
    const untyped = array as unknown as GlobalArray
    await forall(core, untyped, storeHere, untyped)
    const faults: string[] = []
    const steps: GlobalAddress<typeof f64>[] = []
    let address = array.at(0)
    for (let i = 0; i < length; i++, address = address.plus(1)) {
      faults.push(...faultsAt(array, i, address))
      steps.push(address)
    }
    if (!address.equals(array.at(length))) faults.push('the walk does not end at the end')
    if (!address.minus(length).equals(array.at(0))) faults.push('nor does it lead back')
    const values = await Promise.all(steps.map((step) => read(core, step)))
    for (const [i, value] of values.entries()) {
      if (!isSame(value, valueAt(type, i, 3))) faults.push(`read ${i}: ${JSON.stringify(value)}`)
    }
    await Promise.all(steps.map((step, i) => write(core, step, valueAt(type, i, 5))))
    const wrong = await reduce(core, wrongHere, 'sum', untyped, 5)
    await free(core, untyped)
    return { faults, wrong, size: type.bytes }
  },
)

/** Elements seen through a cache that spans blocks, and changed through it: how many are wrong. */
export const cached = task(
  'test.address.cached',
  async (core: Core, bytes: number, length: number, blockBytes: Block) => {
    const type = typeOf(bytes)
    const array = await globalArray(core, type, length, { blockBytes })
    await forall(core, array, storeHere, array)
    const held = cache(core, 'readWrite', array as GlobalArray<typeof record>)
    const view = await held.acquire()
    let wrong = 0
    for (let i = 0; i < length; i++) {
      if (!isSame(view.get(i), valueAt(type, i, 3))) wrong++
      view.set(i, valueAt(type, i, 7) as never)
    }
    await held.release()
    const wrongAtHome = await reduce(core, wrongHere, 'sum', array, 7)
    await free(core, array)
    return [wrong, wrongAtHome]
  },
)

const record = struct({ a: u8, b: f64, c: i64, d: i16 })

type RecordAddress = GlobalAddress<typeof record>

/** A record through its fields' addresses, whole, and through a cache; what comes of each. */
async function throughFields(core: Core, address: RecordAddress): Promise<unknown[]> {
  const whole: ValueOf<typeof record> = { a: 1, b: 0.5, c: 3n, d: -4 }
  await write(core, address, whole)
  const fields = [address.field('a'), address.field('b'), address.field('d')] as const
  const big = address.field('c')
  const results: unknown[] = fields.map((field) => field.byteOffset - address.byteOffset)
  results.push(
    [...fields, big].every((field) => field.core === address.core),
    await Promise.all(fields.map((field) => read(core, field as GlobalAddress<typeof f64>))),
    await read(core, big),
  )
  await Promise.all(fields.map((field) => fetchAdd(core, field as GlobalAddress<typeof f64>, 10)))
  await write(core, big, -30n)
  results.push(await read(core, address))
  using held = cache(core, 'read', address, 1)
  results.push((await held.acquire()).get(0))
  return results
}

/** The same on every core, on each kind of memory; and that the neighbours were left alone. */
export const fields = task('test.address.fields', async (core: Core) => {
  const linear = await globalArray(core, record, 40)
  const everywhere = await symmetric(core, record, 3)
  const results: unknown[][] = []
  const neighbours: ValueOf<typeof record>[] = []
  for (let home = 0; home < core.cores; home++) {
    const own = await allocate(core, record, home, 3)
    const index = Array.from({ length: 40 }, (_, i) => i).findIndex((i) => linear.home(i) === home)
    for (const address of [linear.at(index), everywhere.on(home).plus(1), own.plus(1)]) {
      results.push(await throughFields(core, address))
    }
    for (const address of [everywhere.on(home), own, own.plus(2), linear.at(index + 1)]) {
      neighbours.push(await read(core, address))
    }
    await free(core, own)
  }
  await Promise.all([free(core, linear), free(core, everywhere)])
  return { results, neighbours }
})

/** Answers to operations that all begin before the first is waited for; what is seen meanwhile. */
export const asked = task('test.address.asked', async (core: Core, home: number) => {
  const address = await allocate(core, i32, home)
  const held = cache(core, 'read', address, 1)
  const view = await held.acquire()
  const { seen, answers } = await core.finish((inner) => {
    const begun = [
      write(inner, address, 5),
      fetchAdd(inner, address, -2),
      compareAndSwap(inner, address, 4, 9),
      read(inner, address),
      compareAndSwap(inner, address, 3, 8),
    ]
    increment(inner, address, 1)
    const last = read(inner, address)
    // Nothing has been waited for: elsewhere, nothing has happened yet.
    return { seen: view[0], answers: Promise.all([...begun, last]) }
  })
  const found = await answers
  await held.release()
  await free(core, address)
  return { seen, isLocal: held.isLocal, found }
})

/** What each piece adds to the bytes in use on `home`; what they are on others, and at the end. */
export const inUse = task('test.address.in-use', async (core: Core, home: number) => {
  const figures = async () => {
    const { own } = await memoryUsage(core)
    return own.map(({ bytesInUse, bytesFree }) => ({ bytesInUse, sum: bytesInUse + bytesFree }))
  }
  const before = await figures()
  const pieces: GlobalAddress<typeof u8>[] = []
  const added: number[] = []
  for (const count of [1, 1, 8, 72, 1, 1000]) {
    const last = (await figures())[home]!.bytesInUse
    pieces.push(await allocate(core, u8, home, count))
    added.push((await figures())[home]!.bytesInUse - last)
  }
  const full = await figures()
  for (const i of [3, 0, 5, 1, 4, 2]) await free(core, pieces[i]!)
  const after = await figures()
  const elsewhere = full.filter((_, id) => id !== home)
  return {
    added,
    isElsewhereAsBefore: isSame(
      elsewhere,
      before.filter((_, id) => id !== home),
    ),
    isSumSteady: full.every(({ sum }, id) => sum === before[id]!.sum),
    left: after[home]!.bytesInUse - before[home]!.bytesInUse,
  }
})
