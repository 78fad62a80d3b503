/**
 * Shared region: what core 0 hands out for all cores, and what it refuses.
 */
import test from 'ava'
import fc from 'fast-check'
import { f64, i32, i64, struct } from '#core/memory/element.js'
import { LinearLayout } from '#core/memory/linear-layout.js'
import { SharedRegion } from '#core/memory/shared-region.js'

test('a linear array takes its share of every core', (t) => {
  const region = new SharedRegion(4096, 4)
  const description = region.allocateLinear(i64, 100)
  t.deepEqual(description, { id: 1, base: 0, blockBytes: 64, type: 6, length: 100, cores: 4 })
  // 13 blocks of 8: core 0 has four, 256 bytes.
  t.is(region.usage().bytesInUse, 256)
  t.is(region.usage().linear, 1)
  region.freeLinear(1)
  t.deepEqual(region.usage(), {
    ...{ bytes: 4096, bytesInUse: 0, bytesFree: 4096, largestFree: 4096 },
    ...{ linear: 0, symmetric: 0 },
  })
})

test('arrays of no elements are told apart and freed like others', (t) => {
  const region = new SharedRegion(4096, 3)
  const ids = [region.allocateLinear(i32, 0).id, region.allocateLinear(i32, 0, 'contiguous').id]
  t.deepEqual(ids, [1, 2])
  const { id, offset } = region.allocateSymmetric(f64, 0)
  t.is(offset % 64, 0)
  for (const linear of ids) region.freeLinear(linear)
  region.freeSymmetric(id)
  t.is(region.usage().bytesInUse, 0)
})

test('a symmetric array is the same bytes on every core', (t) => {
  const region = new SharedRegion(4096, 3)
  const first = region.allocateSymmetric(f64, 10)
  const second = region.allocateSymmetric(f64, 10)
  t.deepEqual(first, { id: 1, offset: 0, type: 9, length: 10 })
  t.deepEqual([second.id, second.offset], [2, 128])
  region.freeSymmetric(1)
  t.is(region.allocateSymmetric(f64, 10).id, 3)
})

test('freeing twice, or what never was, is refused', (t) => {
  const region = new SharedRegion(4096, 2)
  region.freeLinear(region.allocateLinear(i32, 10).id)
  region.freeSymmetric(region.allocateSymmetric(i32, 10).id)
  t.throws(() => region.freeLinear(1), { code: 'ORUJO_DOUBLE_FREE' })
  t.throws(() => region.freeSymmetric(1), { code: 'ORUJO_DOUBLE_FREE' })
  for (const id of [0, 2, -1, NaN]) {
    t.throws(() => region.freeLinear(id), { code: 'ORUJO_BAD_ADDRESS' })
    t.throws(() => region.freeSymmetric(id), { code: 'ORUJO_BAD_ADDRESS' })
  }
})

test('an id is given out again only after all others', (t) => {
  const region = new SharedRegion(2 ** 20, 1)
  const kept = region.allocateLinear(i32, 1).id
  for (let id = 2; id <= 4095; id++) {
    t.is(region.allocateLinear(i32, 1).id, id)
    region.freeLinear(id)
  }
  t.is(kept, 1)
  t.is(region.allocateLinear(i32, 1).id, 2)
})

test('4095 linear arrays can live at once', (t) => {
  const region = new SharedRegion(2 ** 20, 1)
  for (let count = 0; count < 4095; count++) region.allocateLinear(i32, 1)
  t.throws(() => region.allocateLinear(i32, 1), {
    code: 'ORUJO_MEMORY_EXHAUSTED',
    message: /4095 linear arrays are live/,
  })
  region.freeLinear(77)
  t.is(region.allocateLinear(i32, 1).id, 77)
})

test('a refused allocation takes nothing', (t) => {
  const region = new SharedRegion(4096, 2)
  const triple = struct({ x: f64, y: f64, z: f64 })
  t.throws(() => region.allocateLinear(triple, 10), { code: 'ORUJO_STRADDLE' })
  t.throws(() => region.allocateLinear(f64, 2000), {
    code: 'ORUJO_MEMORY_EXHAUSTED',
    message: /2000 f64.*heapBytes/,
  })
  t.throws(() => region.allocateLinear(f64, 2 ** 50), { code: 'ORUJO_BAD_ADDRESS' })
  t.throws(() => region.allocateSymmetric(f64, 2 ** 20), { code: 'ORUJO_MEMORY_EXHAUSTED' })
  for (const length of [-1, 0.5, NaN, Infinity]) {
    t.throws(() => region.allocateLinear(f64, length), { code: 'ORUJO_OPTION' })
    t.throws(() => region.allocateSymmetric(f64, length), { code: 'ORUJO_OPTION' })
  }
  t.is(region.usage().bytesInUse, 0)
  t.is(region.allocateLinear(triple, 10, 'contiguous').id, 1)
})

test('arrays never overlap on any core', (t) => {
  const request = fc.record({
    length: fc.nat(300),
    blockBytes: fc.constantFrom(undefined, 8, 192, 'contiguous' as const),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(request), (cores, requests) => {
      const region = new SharedRegion(2 ** 20, cores)
      const taken: [number, number][] = []
      for (const { length, blockBytes } of requests) {
        const layout = LinearLayout.from(region.allocateLinear(f64, length, blockBytes))
        const end = layout.base + layout.bytesPerCore
        for (const [from, to] of taken) t.true(end <= from || to <= layout.base)
        taken.push([layout.base, end])
      }
    }),
  )
})
