/**
 * Layouts: every element has one home and one slot there, whatever the sizes.
 */
import test from 'ava'
import fc from 'fast-check'
import { coreOfOffset, localOfOffset } from '#core/memory/address.js'
import { f64, i32, i64, i8, struct, u16, u8, type ElementType } from '#core/memory/element.js'
import { chooseBlockBytes, LinearLayout } from '#core/memory/linear-layout.js'

interface Case {
  type: ElementType
  length: number
  cores: number
  blockBytes: number
}

const rgb = struct({ r: u8, g: u8, b: u8 })
const triple = struct({ x: f64, y: f64, z: f64 })

/** Layouts of any type, also with blocks that are no power of two. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    type: fc.constantFrom<ElementType>(i8, u16, i32, i64, rgb, triple),
    length: fc.oneof(fc.constantFrom(0, 1, 2, 63, 64, 65), fc.nat(2000)),
    cores: fc.oneof(fc.constantFrom(1, 2, 3, 4), fc.integer({ min: 1, max: 17 })),
    factor: fc.option(fc.integer({ min: 1, max: 12 })),
  })
  .map(({ type, length, cores, factor }) => {
    const unit = type.bytes % 8 === 0 ? type.bytes : type.bytes * 8
    const asked = factor === null ? 'contiguous' : factor * unit
    return { type, length, cores, blockBytes: chooseBlockBytes(type, length, cores, asked) }
  })

function layoutOf(shape: Case): LinearLayout {
  return new LinearLayout({ ...shape, id: 1, base: 4096 })
}

test('every element has one home and one slot there, and they lead back to it', (t) => {
  fc.assert(
    fc.property(cases, (shape) => {
      const layout = layoutOf(shape)
      const seen = Array.from({ length: shape.cores }, () => new Set<number>())
      for (let index = 0; index < shape.length; index++) {
        const home = layout.home(index)
        const slot = layout.localIndex(index)
        t.is(layout.globalIndex(home, slot), index)
        seen[home]!.add(slot)
      }
      for (const [core, slots] of seen.entries()) {
        t.is(slots.size, layout.elementsOn(core))
        t.is(Math.max(-1, ...slots), layout.elementsOn(core) - 1)
        t.true(layout.elementsOn(core) * shape.type.bytes <= layout.bytesPerCore)
      }
    }),
  )
})

test('elements lie where the formulae for bytes say', (t) => {
  fc.assert(
    fc.property(cases, (shape) => {
      const layout = layoutOf(shape)
      for (let index = 0; index < shape.length; index++) {
        const offset = index * shape.type.bytes
        t.is(layout.home(index), coreOfOffset(offset, layout))
        t.is(layout.byteOffset(index), layout.base + localOfOffset(offset, layout))
        t.is(layout.heapOffset(offset), layout.byteOffset(index))
      }
    }),
  )
})

test('homes are right beyond 2^31 and 2^32 elements', (t) => {
  const shapes = [
    { cores: 3, blockBytes: 64 },
    { cores: 4, blockBytes: 64 },
    { cores: 7, blockBytes: 192 },
    { cores: 4, blockBytes: 2 ** 31 },
  ]
  const index = fc.oneof(
    fc.maxSafeNat().map((value) => value % 2 ** 36),
    fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 36 - 1),
  )
  fc.assert(
    fc.property(fc.constantFrom(...shapes), index, (shape, i) => {
      const layout = layoutOf({ ...shape, type: i64, length: 2 ** 36 })
      const perBlock = BigInt(layout.elementsPerBlock)
      const block = BigInt(i) / perBlock
      const slot = (block / BigInt(shape.cores)) * perBlock + (BigInt(i) % perBlock)
      t.is(layout.home(i), Number(block % BigInt(shape.cores)))
      t.is(layout.localIndex(i), Number(slot))
      t.is(layout.globalIndex(layout.home(i), layout.localIndex(i)), i)
    }),
  )
})

test('homes are right at every block edge of sizes whose reciprocals round', (t) => {
  for (const perBlock of [3, 7, 49, 98, 1001, 8191]) {
    const layout = layoutOf({ type: i64, length: 2 ** 36, cores: 49, blockBytes: perBlock * 8 })
    for (const block of [1, 2, 48, 49, 50, 97, 98, 2 ** 20 + 1, 2 ** 22 * 49]) {
      const first = block * perBlock
      t.is(layout.home(first), block % 49)
      t.is(layout.home(first - 1), (block - 1) % 49)
      t.is(layout.localIndex(first) % perBlock, 0)
      t.is(layout.localIndex(first - 1) % perBlock, perBlock - 1)
    }
  }
})

test('a contiguous array is one block per core', (t) => {
  for (const length of [0, 1, 100, 1000]) {
    const blockBytes = chooseBlockBytes(triple, length, 3, 'contiguous')
    t.is(blockBytes % 64, 0)
    t.is(blockBytes % 24, 0)
    const layout = layoutOf({ type: triple, length, cores: 3, blockBytes })
    for (let index = 1; index < length; index++) {
      t.true(layout.home(index) >= layout.home(index - 1))
    }
  }
})

test('a struct that would straddle blocks is refused with a size that works', (t) => {
  const refusal = { code: 'ORUJO_STRADDLE', message: /blockBytes: 72/ }
  t.throws(() => chooseBlockBytes(triple, 10, 2, undefined), refusal)
  t.is(chooseBlockBytes(triple, 10, 2, 72), 72)
  t.throws(() => chooseBlockBytes(rgb, 10, 2, 64), { code: 'ORUJO_STRADDLE', message: /: 72 / })
  t.is(chooseBlockBytes(struct({ x: f64, y: i32 }), 10, 2, undefined), 64)
})

test('a block size is a positive multiple of 8', (t) => {
  for (const asked of [0, -64, 12, 0.5, NaN, Infinity, 2 ** 40]) {
    t.throws(() => chooseBlockBytes(i32, 10, 2, asked), { code: 'ORUJO_OPTION' }, `${asked}`)
  }
  t.is(chooseBlockBytes(i32, 10, 2, undefined), 64)
  t.is(chooseBlockBytes(i32, 10, 2, 8), 8)
})

test('an address may name one past the end, no further', (t) => {
  const layout = layoutOf({ type: i32, length: 10, cores: 2, blockBytes: 64 })
  t.is(layout.addressOf(10) - layout.addressOf(0), 40)
  for (const index of [-1, 11, 0.5, NaN]) {
    t.throws(() => layout.addressOf(index), { code: 'ORUJO_BAD_ADDRESS' }, `${index}`)
    t.throws(() => layout.checkIndex(index), { code: 'ORUJO_BAD_ADDRESS' }, `${index}`)
  }
  t.throws(() => layout.checkIndex(10), { code: 'ORUJO_BAD_ADDRESS' })
})

test('an array beyond the reach of addresses is refused', (t) => {
  const shape = { type: i64, cores: 2, blockBytes: 64 }
  t.throws(() => layoutOf({ ...shape, length: 2 ** 37 }), { code: 'ORUJO_BAD_ADDRESS' })
})

test('a layout comes back from its description', (t) => {
  const layout = layoutOf({ type: triple, length: 10, cores: 3, blockBytes: 72 })
  const again = LinearLayout.from(structuredClone(layout.describe()))
  t.deepEqual(again.describe(), layout.describe())
  t.is(again.bytesPerCore, layout.bytesPerCore)
  t.deepEqual(again.type, layout.type)
})
