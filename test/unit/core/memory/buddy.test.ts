/**
 * Buddy allocator: Grappa's numbers, and agreement with a naive model.
 */
import test from 'ava'
import fc from 'fast-check'
import { BuddyAllocator } from '#core/memory/buddy.js'

/** As in Grappa, whose allocator splits down to single bytes. */
function grappa(bytes: number): BuddyAllocator {
  return new BuddyAllocator(bytes, { leastBytes: 1 })
}

test('a range is carved into descending powers of two', (t) => {
  for (const [bytes, chunks] of [
    [1024, 1],
    [1024 + 64, 2],
    [1234, 5],
    [1024 + 64 + 32, 3],
  ] as const) {
    const buddy = grappa(bytes)
    t.is(buddy.chunks, chunks)
    t.is(buddy.bytes, bytes)
    t.is(buddy.bytesInUse, 0)
    t.is(buddy.bytesFree, bytes)
  }
})

test('pieces are powers of two, split on demand and merged when freed', (t) => {
  const buddy = grappa(1024 + 64 + 32)
  const check = (chunks: number, inUse: number) => {
    t.is(buddy.chunks, chunks)
    t.is(buddy.bytesInUse, inUse)
    t.is(buddy.bytesFree, 1120 - inUse)
  }
  const bar = buddy.allocate(64)
  check(3, 64)
  buddy.free(bar)
  check(3, 0)
  const baz = buddy.allocate(72)
  check(6, 128)
  const splat = buddy.allocate(72)
  check(6, 256)
  const blah = buddy.allocate(72)
  check(7, 384)
  buddy.free(splat)
  check(7, 256)
  buddy.free(baz)
  check(6, 128)
  buddy.free(blah)
  check(3, 0)
})

test('small pieces fill a range exactly', (t) => {
  const buddy = grappa(1024)
  const pieces = Array.from({ length: 128 }, () => buddy.allocate(7))
  t.is(new Set(pieces).size, 128)
  t.is(buddy.chunks, 128)
  t.is(buddy.bytesFree, 0)
  for (const piece of pieces) buddy.free(piece)
  t.is(buddy.chunks, 1)
  t.is(buddy.largestFree, 1024)
})

test('sizes that are powers of two are taken as they are', (t) => {
  const buddy = grappa(2048)
  const pieces = [1, 1, 8, 1].map((bytes) => buddy.allocate(bytes))
  t.is(buddy.bytesInUse, 1 + 1 + 8 + 1)
  for (const piece of pieces) buddy.free(piece)
  t.is(buddy.bytesInUse, 0)
})

test('exhaustion names the request, what is free, and the options to change', (t) => {
  const buddy = new BuddyAllocator(1024 + 64, { name: 'the local region of core 3' })
  buddy.allocate(512)
  const error = t.throws(() => buddy.allocate(513, 'an allocation of 513 i8'), {
    code: 'ORUJO_MEMORY_EXHAUSTED',
  })
  const parts = [
    '513 i8',
    '513 bytes',
    'core 3',
    '576 of 1088',
    '512 bytes',
    'heapBytes',
    'sharedBytes',
  ]
  for (const part of parts) {
    t.true(error.message.includes(part), part)
  }
  t.is(buddy.bytesInUse, 512)
  t.throws(() => new BuddyAllocator(0).allocate(0), { code: 'ORUJO_MEMORY_EXHAUSTED' })
})

test('a size must be a whole number', (t) => {
  const buddy = new BuddyAllocator(1024)
  for (const bytes of [-1, 0.5, NaN, Infinity]) {
    t.throws(() => buddy.allocate(bytes), { code: 'ORUJO_INVARIANT' })
  }
})

test('nothing is too small to be told apart', (t) => {
  const buddy = new BuddyAllocator(128)
  t.not(buddy.allocate(0), buddy.allocate(0))
  t.is(buddy.bytesFree, 0)
})

test('freeing twice is told from freeing what was never handed out', (t) => {
  const buddy = new BuddyAllocator(4096)
  const piece = buddy.allocate(64)
  const other = buddy.allocate(256)
  buddy.free(piece)
  t.throws(() => buddy.free(piece), { code: 'ORUJO_DOUBLE_FREE' })
  t.throws(() => buddy.free(other + 64), { code: 'ORUJO_BAD_ADDRESS' })
  for (const offset of [-64, 1, 0.5, 4096, 2 ** 40, NaN]) {
    t.throws(() => buddy.free(offset), { code: 'ORUJO_BAD_ADDRESS' }, `${offset}`)
  }
  buddy.free(other)
  t.is(buddy.largestFree, 4096)
})

test('a live piece covers its bytes and no others', (t) => {
  const buddy = new BuddyAllocator(4096)
  const piece = buddy.allocate(200)
  t.is(buddy.sizeOf(piece), 256)
  t.true(buddy.covers(piece + 100, 8))
  t.true(buddy.covers(piece + 248, 8))
  t.false(buddy.covers(piece + 252, 8))
  t.false(buddy.covers(piece + 256, 8))
  buddy.free(piece)
  t.false(buddy.covers(piece, 8))
  t.is(buddy.sizeOf(piece), undefined)
})

test('a range of 4 GiB is all usable', (t) => {
  const buddy = new BuddyAllocator(2 ** 32)
  const half = buddy.allocate(2 ** 31)
  const other = buddy.allocate(2 ** 31)
  t.deepEqual([half, other], [0, 2 ** 31])
  buddy.free(other)
  const last = Array.from({ length: 2 }, () => buddy.allocate(2 ** 30)).at(-1)!
  t.is(last, 3 * 2 ** 30)
  buddy.free(half)
  t.is(buddy.largestFree, 2 ** 31)
})

test('pieces never overlap and everything comes back, whatever the order', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('allocate' as const), bytes: fc.nat(700) }),
    fc.record({ kind: fc.constant('free' as const), which: fc.nat() }),
  )
  const range = fc.integer({ min: 0, max: 5000 })
  fc.assert(
    fc.property(range, fc.array(step, { maxLength: 120 }), (bytes, steps) => {
      const buddy = new BuddyAllocator(bytes)
      const free = buddy.bytesFree
      const chunks = buddy.chunks
      const live = new Map<number, number>()
      for (const now of steps) {
        if (now.kind === 'free') freeOne(buddy, live, now.which)
        else allocateOne(buddy, live, now.bytes)
        const inUse = [...live.values()].reduce((sum, size) => sum + size, 0)
        t.is(buddy.bytesInUse, inUse)
        t.is(buddy.bytesFree, free - inUse)
        t.is(buddy.live, live.size)
      }
      for (const offset of live.keys()) buddy.free(offset)
      t.is(buddy.bytesFree, free)
      t.is(buddy.chunks, chunks)
    }),
  )

  function allocateOne(buddy: BuddyAllocator, live: Map<number, number>, bytes: number): void {
    const size = Math.max(64, 2 ** Math.ceil(Math.log2(bytes)))
    if (buddy.largestFree < size) {
      t.throws(() => buddy.allocate(bytes), { code: 'ORUJO_MEMORY_EXHAUSTED' })
      return
    }
    const offset = buddy.allocate(bytes)
    t.is(offset % size, 0)
    t.true(offset >= 0 && offset + size <= buddy.bytes)
    for (const [start, length] of live) t.true(offset + size <= start || start + length <= offset)
    live.set(offset, size)
  }

  function freeOne(buddy: BuddyAllocator, live: Map<number, number>, which: number): void {
    const offset = [...live.keys()][which % live.size]
    if (offset === undefined) return
    buddy.free(offset)
    live.delete(offset)
    t.throws(() => buddy.free(offset), { code: 'ORUJO_DOUBLE_FREE' })
  }
})
