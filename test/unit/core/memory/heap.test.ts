/**
 * Heap of a core: elements in and out, bounds and alignment, the local region, struct views.
 */
import test from 'ava'
import fc from 'fast-check'
import {
  f32,
  f64,
  i16,
  i32,
  i64,
  i8,
  struct,
  u16,
  u32,
  u64,
  u8,
  type NumberType,
} from '#core/memory/element.js'
import { CoreHeap, MAX_HEAP_BYTES } from '#core/memory/heap.js'

const particle = struct({ kind: u8, x: f64, id: u64 })
const bad = { code: 'ORUJO_BAD_ADDRESS' }

function heapOf(bytes: number, sharedBytes: number, checked = false): CoreHeap {
  return new CoreHeap(new ArrayBuffer(bytes), { sharedBytes, core: 2, checked })
}

test('a stored number is loaded again as its type keeps it', (t) => {
  const heap = heapOf(1024, 512)
  const kept: [NumberType, number][] = [
    ...([
      [i8, -100],
      [u8, 200],
      [i16, -3000],
      [u16, 60000],
    ] as [NumberType, number][]),
    ...([
      [i32, -(2 ** 31)],
      [u32, 2 ** 32 - 1],
      [f32, 0.5],
      [f64, 0.1],
    ] as [NumberType, number][]),
  ]
  for (const [type, value] of kept) {
    heap.store(type, 64, value)
    t.is(heap.load(type, 64), value)
    heap.storeNumber(type, 128, value)
    t.is(heap.loadNumber(type, 128), value)
    t.is(heap.view(type, 64, 1)[0], value)
  }
})

test('64-bit integers are bigints', (t) => {
  const heap = heapOf(1024, 512)
  heap.store(i64, 8, -5n)
  t.is(heap.load(i64, 8), -5n)
  t.is(heap.load(u64, 8), 2n ** 64n - 5n)
  t.throws(() => heap.store(i64, 8, 5 as unknown as bigint), { instanceOf: TypeError })
})

test('all views of a heap show the same bytes', (t) => {
  const heap = heapOf(1024, 512)
  heap.i32[2] = 0x01020304
  t.deepEqual([...heap.u8.subarray(8, 12)], [4, 3, 2, 1])
  t.is(heap.u16[4], 0x0304)
  t.is(heap.f64.length, 128)
  t.is(heap.i64.buffer, heap.buffer)
})

test('a struct goes in and comes out as a plain object', (t) => {
  const heap = heapOf(1024, 512)
  const value = { kind: 7, x: 1.25, id: 2n ** 63n }
  heap.store(particle, 24, value)
  t.deepEqual(heap.load(particle, 24), value)
  t.is(heap.f64[4], 1.25)
})

test('a struct with a field left out is refused before a byte changes', (t) => {
  const heap = heapOf(1024, 512)
  const half = { kind: 7, x: 1.25 } as unknown as { kind: number; x: number; id: bigint }
  t.throws(() => heap.store(particle, 24, half), { code: 'ORUJO_INVARIANT', message: /id/ })
  t.true(heap.u8.every((byte) => byte === 0))
})

test('an offset out of range or out of alignment is refused', (t) => {
  const heap = heapOf(1024, 512)
  for (const offset of [-8, 4, 8.5, 1020, 1024, 2 ** 40, NaN, Infinity]) {
    t.throws(() => heap.load(f64, offset), bad, `${offset}`)
    t.throws(() => heap.store(f64, offset, 1), bad, `${offset}`)
    t.throws(() => heap.view(f64, offset, 1), bad, `${offset}`)
  }
  t.throws(() => heap.load(particle, 1008), bad)
  t.throws(() => heap.store(particle, 1008, { kind: 1, x: 1, id: 1n }), bad)
  t.is(heap.u8[1008], 0)
  t.throws(() => heap.view(i32, 0, 257), bad)
  t.throws(() => heap.view(i32, 0, -1), bad)
  t.throws(() => heap.view(i32, 0, 0.5), bad)
  t.is(heap.view(i32, 1024, 0).length, 0)
})

test('local allocations are zero, also when their memory was used before', (t) => {
  const heap = heapOf(4096, 1024)
  const first = heap.allocate(f64, 16)
  t.true(first >= 1024)
  heap.view(f64, first, 16).fill(1)
  heap.free(first)
  const second = heap.allocate(f64, 16)
  t.is(second, first)
  t.true(heap.view(f64, second, 16).every((value) => value === 0))
})

test('shared memory is zero when it is handed out again', (t) => {
  const heap = heapOf(4096, 1024)
  heap.clear(0, 256)
  heap.u8.fill(9, 0, 256)
  heap.clear(128, 256)
  t.true(heap.u8.subarray(128, 384).every((byte) => byte === 0))
  t.true(heap.u8.subarray(0, 128).every((byte) => byte === 9))
})

test('a local free names its mistake', (t) => {
  const heap = heapOf(4096, 1024)
  const offset = heap.allocate(i32, 4)
  heap.free(offset)
  t.throws(() => heap.free(offset), { code: 'ORUJO_DOUBLE_FREE', message: /core 2/ })
  t.throws(() => heap.free(offset + 64), bad)
  t.throws(() => heap.free(0), { ...bad, message: /shared region/ })
  t.is(heap.usage().bytesInUse, 0)
})

test('a local region that is full says so', (t) => {
  const heap = heapOf(4096, 1024)
  t.throws(() => heap.allocate(f64, 1000), {
    code: 'ORUJO_MEMORY_EXHAUSTED',
    message: /1000 f64 needs 8000 bytes of the local region of core 2/,
  })
  t.throws(() => heap.allocate(f64, -1), { code: 'ORUJO_OPTION' })
  t.throws(() => heap.allocate(f64, NaN), { code: 'ORUJO_OPTION' })
})

test('checked mode refuses local memory that is not allocated', (t) => {
  const heap = heapOf(4096, 1024, true)
  const offset = heap.allocate(f64, 8)
  heap.store(f64, offset + 56, 1)
  t.throws(() => heap.load(f64, offset + 64), bad)
  heap.free(offset)
  t.throws(() => heap.load(f64, offset), { ...bad, message: /freed/ })
  t.is(heap.load(f64, 0), 0)
})

test('sizes that a heap cannot have are refused', (t) => {
  const option = { code: 'ORUJO_OPTION' }
  t.throws(() => heapOf(1000, 512), option)
  t.throws(() => heapOf(1024, 500), option)
  t.throws(() => heapOf(1024, 2048), option)
  const huge = new SharedArrayBuffer(MAX_HEAP_BYTES + 64)
  t.throws(() => new CoreHeap(huge, { sharedBytes: 64 }), { ...option, message: /4 GiB/ })
})

test('a heap of 4 GiB works up to its last byte', (t) => {
  const buffer = new SharedArrayBuffer(MAX_HEAP_BYTES)
  const heap = new CoreHeap(buffer, { sharedBytes: 2 ** 31 })
  heap.store(f64, MAX_HEAP_BYTES - 8, 2.5)
  t.is(heap.load(f64, MAX_HEAP_BYTES - 8), 2.5)
  heap.store(u8, MAX_HEAP_BYTES - 9, 3)
  t.is(heap.view(u8, MAX_HEAP_BYTES - 10, 2)[1], 3)
  t.is(heap.allocate(i32, 2 ** 29), 2 ** 31)
})

test('a struct view copies whole structs and shows fields in place', (t) => {
  const heap = heapOf(4096, 1024)
  const view = heap.view(particle, 48, 10)
  for (let slot = 0; slot < 10; slot++) view.set(slot, { kind: slot, x: slot / 2, id: 3n })
  const x = view.field('x')
  t.is(x, view.field('x'))
  t.is(x.length, 10)
  for (let slot = 0; slot < 10; slot++) {
    t.is(x.get(slot), slot / 2)
    t.is(x.values[slot * x.stride], slot / 2)
    x.set(slot, slot)
    t.deepEqual(view.get(slot), { kind: slot, x: slot, id: 3n })
    t.deepEqual(heap.load(particle, 48 + slot * 24), view.get(slot))
  }
  const ids: BigUint64Array = view.field('id').values
  t.is(ids[0], 3n)
})

test('a struct view keeps to its slots and fields', (t) => {
  const view = heapOf(1024, 512).view(particle, 0, 2)
  for (const slot of [-1, 2, 0.5, NaN]) t.throws(() => view.get(slot), bad)
  t.throws(() => view.set(2, { kind: 0, x: 0, id: 0n }), bad)
  t.throws(() => view.set(1, {} as never), { code: 'ORUJO_INVARIANT' })
  t.throws(() => view.field('mass' as 'x'), bad)
  t.is(heapOf(1024, 512).view(particle, 1008, 0).field('x').length, 0)
})

test('values of any numbers survive a store and a load', (t) => {
  const heap = heapOf(4096, 1024)
  fc.assert(
    fc.property(fc.nat(100), fc.double(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (n, x, id) => {
      heap.store(f64, n * 8, x)
      t.is(heap.load(f64, n * 8), x)
      heap.store(i64, n * 8, id)
      t.is(heap.load(i64, n * 8), id)
    }),
  )
})
