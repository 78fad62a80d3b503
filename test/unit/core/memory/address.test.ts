/**
 * Addresses as numbers: the fields come back, Grappa's arithmetic gives Grappa's answers.
 */
import test from 'ava'
import fc from 'fast-check'
import {
  addBytes,
  allocationId,
  blockMaxOf,
  blockMinOf,
  checkAddress,
  coreField,
  coreOfOffset,
  EVERY_CORE,
  isLinear,
  isSymmetric,
  isTwoDimensional,
  linearAddress,
  localizeOffset,
  localOfOffset,
  MAX_ALLOCATION_ID,
  OFFSET_LIMIT,
  offsetField,
  offsetOfLocal,
  symmetricAddress,
  twoDimensional,
} from '#core/memory/address.js'

const offsets = fc.oneof(
  fc.maxSafeNat().map((value) => value % OFFSET_LIMIT),
  fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32, OFFSET_LIMIT - 1),
)
const endpoints = fc.nat(EVERY_CORE - 1)
const ids = fc.integer({ min: 1, max: MAX_ALLOCATION_ID })
const blocks = fc.record({
  blockBytes: fc.integer({ min: 1, max: 100 }).map((units) => units * 8),
  cores: fc.integer({ min: 1, max: 9 }),
})

test('a 2D address gives its core and its offset back', (t) => {
  fc.assert(
    fc.property(endpoints, offsets, (core, offset) => {
      const raw = twoDimensional(core, offset)
      t.is(checkAddress(raw), raw)
      t.is(coreField(raw), core)
      t.is(offsetField(raw), offset)
      t.true(isTwoDimensional(raw) && !isLinear(raw) && !isSymmetric(raw))
    }),
  )
})

test('a linear address gives its allocation and its offset back', (t) => {
  fc.assert(
    fc.property(ids, offsets, (id, offset) => {
      const raw = linearAddress(id, offset)
      t.is(checkAddress(raw), raw)
      t.is(allocationId(raw), id)
      t.is(offsetField(raw), offset)
      t.true(isLinear(raw) && !isTwoDimensional(raw) && !isSymmetric(raw))
    }),
  )
})

test('a symmetric address is a 2D one for every core', (t) => {
  const raw = symmetricAddress(4096)
  t.true(isSymmetric(raw) && isTwoDimensional(raw))
  t.is(coreField(raw), EVERY_CORE)
  t.is(offsetField(raw), 4096)
  t.is(symmetricAddress(OFFSET_LIMIT - 1), Number.MAX_SAFE_INTEGER)
})

test('what does not fit an address is refused', (t) => {
  const bad = { code: 'ORUJO_BAD_ADDRESS' }
  t.throws(() => twoDimensional(4096, 0), bad)
  t.throws(() => twoDimensional(-1, 0), bad)
  t.throws(() => twoDimensional(0, OFFSET_LIMIT), bad)
  t.throws(() => twoDimensional(0, 0.5), bad)
  t.throws(() => twoDimensional(0, NaN), bad)
  t.throws(() => linearAddress(0, 0), bad)
  t.throws(() => linearAddress(4096, 0), bad)
  t.throws(() => symmetricAddress(-8), bad)
  for (const raw of [0, 1, 64, OFFSET_LIMIT - 1, -5, 2 ** 53, 2 ** 45 + 0.5, NaN, Infinity]) {
    t.throws(() => checkAddress(raw), bad, `${raw}`)
  }
})

test('an address does not leave its core or its allocation by addition', (t) => {
  t.is(addBytes(linearAddress(3, 64), -64), linearAddress(3, 0))
  t.throws(() => addBytes(linearAddress(3, 64), -65), { code: 'ORUJO_BAD_ADDRESS' })
  t.throws(() => addBytes(twoDimensional(3, 0), OFFSET_LIMIT), { code: 'ORUJO_BAD_ADDRESS' })
  t.throws(() => addBytes(twoDimensional(3, 0), NaN), { code: 'ORUJO_BAD_ADDRESS' })
})

test('a walk over 8-byte elements changes core every 64 bytes', (t) => {
  const shape = { blockBytes: 64, cores: 4 }
  for (let index = 0; index < 1000; index++) {
    t.is(coreOfOffset(index * 8, shape), Math.floor(index / 8) % 4)
    t.is(localOfOffset(index * 8, shape), Math.floor(index / 32) * 64 + (index % 8) * 8)
  }
})

test('a place on a core and an offset in the allocation name the same byte', (t) => {
  fc.assert(
    fc.property(blocks, offsets, (shape, offset) => {
      const core = coreOfOffset(offset, shape)
      t.true(core >= 0 && core < shape.cores)
      t.is(offsetOfLocal(localOfOffset(offset, shape), core, shape), offset)
    }),
  )
})

test('block limits of 8-byte elements are those of Grappa', (t) => {
  const at = (index: number) => index * 8
  for (const index of [0, 3, 7]) t.is(blockMinOf(at(index), 64), at(0))
  t.is(blockMinOf(at(8), 64), at(8))
  for (let index = 0; index < 8; index++) t.is(blockMaxOf(at(index), 8, 64), at(8))
  t.is(blockMaxOf(at(8), 8, 64), at(16))
})

test('the block of an element ends after its last byte, as in Grappa', (t) => {
  const at = (index: number) => index * 8
  const triple = (index: number) => index * 24
  t.is(blockMinOf(triple(2), 64), at(0))
  t.is(blockMinOf(triple(3), 64), at(8))
  t.is(blockMinOf(triple(6), 64), at(16))
  t.is(blockMinOf(triple(7), 64), at(16))
  t.is(blockMaxOf(triple(2), 24, 64), at(16))
  t.is(blockMaxOf(triple(6), 24, 64), at(24))
  t.is(blockMaxOf(triple(7), 24, 64), at(24))
  t.is(blockMaxOf(0x7c, 36, 64) - blockMinOf(0x7c, 64), 128)
})

test('the part of a range on a core lies between its localized ends', (t) => {
  const range = fc.tuple(fc.nat(5000), fc.nat(5000))
  fc.assert(
    fc.property(blocks, range, (shape, [one, other]) => {
      const [begin, end] = [Math.min(one, other), Math.max(one, other)]
      const counts = new Array<number>(shape.cores).fill(0)
      for (let offset = begin; offset < end; offset++) counts[coreOfOffset(offset, shape)]! += 1
      for (let core = 0; core < shape.cores; core++) {
        const first = localizeOffset(begin, core, shape)
        t.is(localizeOffset(end, core, shape) - first, counts[core]!)
      }
    }),
  )
})

test('localize finds the first byte at or after the offset that the core holds', (t) => {
  const shape = { blockBytes: 64, cores: 3 }
  t.is(localizeOffset(72, 1, shape), 8)
  t.is(localizeOffset(72, 2, shape), 0)
  t.is(localizeOffset(72, 0, shape), 64)
})
