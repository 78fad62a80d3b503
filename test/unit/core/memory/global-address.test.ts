/**
 * GlobalAddress: Grappa's addressing tests, on 2D, linear and symmetric addresses.
 */
import test from 'ava'
import fc from 'fast-check'
import { linearAddress, twoDimensional } from '#core/memory/address.js'
import { f64, i32, i64, struct, type ElementType } from '#core/memory/element.js'
import { GlobalAddress } from '#core/memory/global-address.js'
import { LinearLayout } from '#core/memory/linear-layout.js'

const bad = { code: 'ORUJO_BAD_ADDRESS' }
const pair = struct({ x: f64, y: i32 })

function layoutOf<T extends ElementType>(type: T, cores: number, length: number, blockBytes = 64) {
  return new LinearLayout({ id: 5, base: 1024, blockBytes, type, length, cores })
}

function first<T extends ElementType>(layout: LinearLayout<T>): GlobalAddress<T> {
  return new GlobalAddress(layout.addressOf(0), layout.type, layout)
}

test('a 2D address knows its core and offset and stays on the core', (t) => {
  const address = GlobalAddress.twoDimensional(3, 256, i64)
  t.is(address.raw, twoDimensional(3, 256))
  t.is(address.core, 3)
  t.is(address.byteOffset, 256)
  t.true(address.isTwoDimensional && !address.isLinear && !address.isSymmetric)
  t.is(address.plus(1000).core, 3)
  t.is(address.plus(1000).byteOffset, 8256)
  t.is(address.localize(3), 256)
  t.throws(() => address.minus(33), bad)
  t.throws(() => GlobalAddress.twoDimensional(4095, 0, i64), bad)
})

test('the block of a 2D address is the heap of its core', (t) => {
  const address = GlobalAddress.twoDimensional(3, 256, i64)
  t.is(address.blockMin().raw, twoDimensional(3, 0))
  t.is(address.blockMax().raw, twoDimensional(3, 2 ** 40 - 1))
})

test('a walk along a linear address goes from core to core and row to row', (t) => {
  const layout = layoutOf(i64, 4, 1000)
  let address = first(layout)
  t.true(address.isLinear && !address.isTwoDimensional)
  for (let index = 0; index < 1000; index++) {
    t.is(address.core, Math.floor(index / 8) % 4)
    t.is(address.byteOffset, layout.byteOffset(index))
    address = address.plus(1)
  }
  t.is(address.difference(first(layout)), 1000)
})

test('block limits are those of Grappa', (t) => {
  const a = (index: number) => first(layoutOf(i64, 2, 100)).plus(index)
  for (const index of [0, 3, 7]) t.true(a(index).blockMin().equals(a(0)))
  t.true(a(8).blockMin().equals(a(8)))
  for (let index = 0; index < 8; index++) t.true(a(index).blockMax().equals(a(8)))
  t.true(a(8).blockMax().equals(a(16)))
  t.is(a(5).blockMax().difference(a(5)), 3)
})

test('addition, subtraction and comparison agree', (t) => {
  const start = first(layoutOf(i32, 3, 5000))
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), (one, other) => {
      const [a, b] = [start.plus(one), start.plus(other)]
      t.is(b.difference(a), other - one)
      t.true(a.plus(other - one).equals(b))
      t.true(b.minus(other - one).equals(a))
      t.is(Math.sign(a.compare(b)), Math.sign(one - other))
    }),
  )
})

test('a difference counts whole elements, towards zero', (t) => {
  const start = GlobalAddress.twoDimensional(0, 64, i32)
  const bytes = GlobalAddress.twoDimensional(0, 70, struct({ flag: i32 }))
  t.is(bytes.difference(start), 1)
  t.is(start.difference(bytes), -1)
})

test('linear addresses sort before 2D ones', (t) => {
  t.true(first(layoutOf(i32, 3, 10)).compare(GlobalAddress.twoDimensional(0, 0, i32)) < 0)
})

test('localized ends of a range give each core its own elements', (t) => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300), fc.nat(300))
  fc.assert(
    fc.property(sizes, fc.constantFrom(16, 48, 64, 192), ([cores, one, other], blockBytes) => {
      const layout = layoutOf(pair, cores, 300, blockBytes)
      const [begin, end] = [Math.min(one, other), Math.max(one, other)]
      const [a, b] = [first(layout).plus(begin), first(layout).plus(end)]
      const counts = new Array<number>(cores).fill(0)
      for (let index = begin; index < end; index++) counts[layout.home(index)]! += 1
      for (let core = 0; core < cores; core++) {
        t.is((b.localize(core) - a.localize(core)) / pair.bytes, counts[core]!)
      }
    }),
  )
})

test('the address of a field is that of the struct plus its place', (t) => {
  const linear = first(layoutOf(pair, 2, 10)).plus(5)
  const y: GlobalAddress<typeof i32> = linear.field('y')
  t.is(y.type, i32)
  t.is(y.core, linear.core)
  t.is(y.byteOffset, linear.byteOffset + 8)
  const flat = GlobalAddress.twoDimensional(1, 160, pair)
  t.is(flat.field('y').byteOffset, 168)
  t.is(flat.field('x').raw, flat.raw)
  t.is(GlobalAddress.symmetric(64, pair).field('y').on(2).byteOffset, 72)
  t.throws(() => flat.field('z' as 'x'), bad)
})

test('a symmetric address is local everywhere and has a home only on a core', (t) => {
  const address = GlobalAddress.symmetric(512, i64)
  t.true(address.isSymmetric)
  t.is(address.localize(0), 512)
  t.is(address.localize(9), 512)
  t.throws(() => address.core, { ...bad, message: /on\(core\)/ })
  t.is(address.plus(2).on(3).raw, twoDimensional(3, 528))
  t.is(address.on(3).core, 3)
  t.throws(() => address.on(3).on(2), bad)
  t.throws(() => address.on(4095), bad)
})

test('a linear address needs the layout of its own array', (t) => {
  const layout = layoutOf(i64, 2, 10)
  t.throws(() => new GlobalAddress(linearAddress(5, 0), i64), bad)
  t.throws(() => new GlobalAddress(linearAddress(6, 0), i64, layout), bad)
  t.throws(() => new GlobalAddress(17, i64, layout), bad)
})

test('check refuses what is past the end or freed', (t) => {
  const layout = layoutOf(i64, 2, 10)
  const start = first(layout)
  t.notThrows(() => start.plus(9).check())
  t.throws(() => start.plus(10).check(), { ...bad, message: /past the end/ })
  t.notThrows(() => GlobalAddress.twoDimensional(3, 0, i64).check())
  layout.retire()
  t.throws(() => start.check(), { ...bad, message: /freed/ })
})
