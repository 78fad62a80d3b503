/**
 * Element types: what one element of global memory is: a number type, or a struct of them. A scalar
 * type travels as its code, a struct as its list of fields, so every core agrees on the bytes.
 */
import { inspect } from 'node:util'

import { invariant } from '../errors.ts'

/** Codes of the types, for switches and for messages. */
export const I8 = 0
export const U8 = 1
export const I16 = 2
export const U16 = 3
export const I32 = 4
export const U32 = 5
export const I64 = 6
export const U64 = 7
export const F32 = 8
export const F64 = 9
export const STRUCT = 10

export type ScalarName = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64'
/** Names of the types whose values are numbers, not bigints. */
export type NumberName = Exclude<ScalarName, 'i64' | 'u64'>

export interface ScalarType<N extends ScalarName = ScalarName> {
  readonly kind: 'scalar'
  readonly name: N
  readonly code: number
  readonly bytes: number
  readonly alignment: number
}

export type NumberType = ScalarType<NumberName>

export type StructFields = Readonly<Record<string, ScalarType>>

export interface StructField {
  readonly name: string
  readonly type: ScalarType
  /** From the start of the struct. */
  readonly byteOffset: number
}

/** Fields lie in the order given, each aligned to its own size, as a C compiler would do it. */
export interface StructType<F extends StructFields = StructFields> {
  readonly kind: 'struct'
  /** For messages to people: `{x: f64, y: i32}`. */
  readonly name: string
  readonly code: typeof STRUCT
  /** A multiple of `alignment`. */
  readonly bytes: number
  readonly alignment: number
  readonly fields: F
  readonly layout: readonly StructField[]
}

export type ElementType = ScalarType | StructType

/** What one element is in TypeScript: number, bigint, or a plain object of these. */
export type ValueOf<T extends ElementType> =
  T extends ScalarType<infer N>
    ? N extends NumberName
      ? number
      : bigint
    : T extends StructType<infer F>
      ? { -readonly [K in keyof F]: ValueOf<F[K]> }
      : never

/** Names of the fields of a struct type; never for a scalar. */
export type FieldName<T extends ElementType> =
  T extends StructType<infer F> ? Extract<keyof F, string> : never

export type FieldType<T extends ElementType, K extends string> =
  T extends StructType<infer F> ? F[K] : never

/** An element type as plain data: a scalar's code, or a struct's fields in order. */
export type TypeDescription = number | readonly (readonly [name: string, code: number])[]

export const i8 = scalar('i8', I8, 1)
export const u8 = scalar('u8', U8, 1)
export const i16 = scalar('i16', I16, 2)
export const u16 = scalar('u16', U16, 2)
export const i32 = scalar('i32', I32, 4)
export const u32 = scalar('u32', U32, 4)
export const i64 = scalar('i64', I64, 8)
export const u64 = scalar('u64', U64, 8)
export const f32 = scalar('f32', F32, 4)
export const f64 = scalar('f64', F64, 8)

/** By code. */
const SCALARS: readonly ScalarType[] = Object.freeze([
  ...[i8, u8, i16, u16, i32, u32],
  ...[i64, u64, f32, f64],
])

function scalar<N extends ScalarName>(name: N, code: number, bytes: number): ScalarType<N> {
  return Object.freeze({ kind: 'scalar', name, code, bytes, alignment: bytes })
}

/** A record of scalars; at least one. `struct({ x: f64, y: i32 })` takes 16 bytes. */
export function struct<F extends StructFields>(fields: F): StructType<F> {
  const layout: StructField[] = []
  let end = 0
  let alignment = 1
  for (const [name, type] of Object.entries(fields)) {
    invariant(type.kind === 'scalar', `a struct holds scalars only, but field ${name} is a struct`)
    const byteOffset = roundUp(end, type.alignment)
    layout.push(Object.freeze({ name, type, byteOffset }))
    end = byteOffset + type.bytes
    alignment = Math.max(alignment, type.alignment)
  }
  invariant(layout.length > 0, 'a struct needs at least one field')
  return Object.freeze({
    kind: 'struct',
    name: `{${layout.map((field) => `${field.name}: ${field.type.name}`).join(', ')}}`,
    code: STRUCT,
    bytes: roundUp(end, alignment),
    alignment,
    fields: Object.freeze({ ...fields }),
    layout: Object.freeze(layout),
  })
}

export function isScalarType(value: unknown): value is ScalarType {
  return isElementType(value) && value.kind === 'scalar'
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === 'object' && value !== null && 'kind' in value && 'code' in value
}

/** The type as plain data that any core can turn back with `fromDescription`. */
export function describe(type: ElementType): TypeDescription {
  // Every typed object that travels comes by here: the message only when it is needed.
  if (!isElementType(type)) {
    invariant(false, `an element type was expected, such as f64, got ${inspect(type)}`)
  }
  if (type.kind === 'scalar') return type.code
  return type.layout.map((field) => [field.name, field.type.code] as const)
}

export function fromDescription(description: TypeDescription): ElementType {
  if (typeof description === 'number') return scalarOf(description)
  return struct(Object.fromEntries(description.map(([name, code]) => [name, scalarOf(code)])))
}

/** The scalar type with this code. */
export function scalarOf(code: number): ScalarType {
  const type = SCALARS[code]
  invariant(type !== undefined, `no element type has the code ${code}; codes are 0 to 9`)
  return type
}

/** Do both lay out the same bytes under the same names? */
export function sameType(a: ElementType, b: ElementType): boolean {
  return a.code === b.code && a.name === b.name
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit
}
