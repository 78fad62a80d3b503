/**
 * Element types: sizes, struct layout, and the plain data as which types travel.
 */
import test from 'ava'
import fc from 'fast-check'
import {
  describe,
  f32,
  f64,
  fromDescription,
  i16,
  i32,
  i64,
  i8,
  sameType,
  scalarOf,
  struct,
  u16,
  u32,
  u64,
  u8,
  type ScalarType,
  type ValueOf,
} from '#core/memory/element.js'

const scalars: ScalarType[] = [i8, u8, i16, u16, i32, u32, i64, u64, f32, f64]

test('a scalar type travels as its code', (t) => {
  for (const [code, type] of scalars.entries()) {
    t.is(describe(type), code)
    t.is(fromDescription(code), type)
    t.true(Object.isFrozen(type))
  }
  t.throws(() => scalarOf(10), { code: 'ORUJO_INVARIANT' })
})

test('a struct aligns each field to its size and itself to the largest', (t) => {
  const type = struct({ flag: u8, x: f64, y: i32, z: i16 })
  t.deepEqual(
    type.layout.map((field) => field.byteOffset),
    [0, 8, 16, 20],
  )
  t.is(type.bytes, 24)
  t.is(type.alignment, 8)
  t.is(type.name, '{flag: u8, x: f64, y: i32, z: i16}')
})

test('a struct of small fields is not padded', (t) => {
  t.is(struct({ r: u8, g: u8, b: u8 }).bytes, 3)
  t.is(struct({ x: f64, y: i32 }).bytes, 16)
})

test('a struct needs a field, and its fields are scalars', (t) => {
  t.throws(() => struct({}), { code: 'ORUJO_INVARIANT' })
  const inner = struct({ x: f64 }) as unknown as ScalarType
  t.throws(() => struct({ inner }), { code: 'ORUJO_INVARIANT' })
})

test('the value of a struct is a plain object of numbers and bigints', (t) => {
  const type = struct({ x: f64, id: u64 })
  const value: ValueOf<typeof type> = { x: 1.5, id: 7n }
  t.deepEqual(Object.keys(value), Object.keys(type.fields))
})

test('any struct comes back from its description with the same bytes', (t) => {
  const name = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__')
  const fields = fc.dictionary(name, fc.constantFrom(...scalars), { minKeys: 1, maxKeys: 8 })
  fc.assert(
    fc.property(fields, (chosen) => {
      const type = struct(chosen)
      const again = fromDescription(structuredClone(describe(type)))
      t.deepEqual(again, type)
      t.true(sameType(again, type))
      t.is(type.bytes % type.alignment, 0)
    }),
  )
})

test('types with other fields are not the same', (t) => {
  t.false(sameType(struct({ x: f64 }), struct({ y: f64 })))
  t.false(sameType(struct({ x: f64 }), f64))
  t.false(sameType(i32, u32))
})
