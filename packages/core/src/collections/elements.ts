/**
 * Elements: what collections keep values in. Values of an element type lie in a typed array, which
 * travels as one block of bytes; any other sendable values in a plain array.
 */
import {
  F32,
  F64,
  I16,
  I32,
  I64,
  I8,
  type ScalarType,
  U16,
  U32,
  U64,
  U8,
} from '../memory/element.ts'

/** Code of the type of values that are of no element type. */
const ANY = -1

/** A code as element types have, or ANY. */
export type ElementCode = number

type TypedElements =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** A typed array or a plain one; seen as an array of any values, whichever it is. */
export interface Elements {
  readonly length: number
  [index: number]: unknown
  slice(begin: number, end: number): Elements
}

/** `undefined`: values of any kind. */
export function codeOf(type: ScalarType | undefined): ElementCode {
  return type?.code ?? ANY
}

/** Whether values of that code are of an element type. */
export function isTyped(code: ElementCode): boolean {
  return code !== ANY
}

/** Room for `length` values. */
export function makeElements(code: ElementCode, length: number): Elements {
  switch (code) {
    case I8:
      return new Int8Array(length)
    case U8:
      return new Uint8Array(length)
    case I16:
      return new Int16Array(length)
    case U16:
      return new Uint16Array(length)
    case I32:
      return new Int32Array(length)
    case U32:
      return new Uint32Array(length)
    default:
      return makeWide(code, length)
  }
}

function makeWide(code: ElementCode, length: number): Elements {
  switch (code) {
    case I64:
      return new BigInt64Array(length)
    case U64:
      return new BigUint64Array(length)
    case F32:
      return new Float32Array(length)
    case F64:
      return new Float64Array(length)
    default:
      return Array<unknown>(length).fill(undefined)
  }
}

/** The first `count` values, to be sent: of a typed array, a view. */
export function firstOf(elements: Elements, count: number): Elements {
  if (count === elements.length) return elements
  return Array.isArray(elements)
    ? elements.slice(0, count)
    : (elements as TypedElements).subarray(0, count)
}

/** Copies `count` values of `src` from `begin` on to `at` in `dst`, which is of the same kind. */
export function copyElements(
  dst: Elements,
  at: number,
  src: Elements,
  begin: number,
  count: number,
): void {
  if (Array.isArray(dst)) {
    for (let i = 0; i < count; i++) dst[at + i] = src[begin + i]
    return
  }
  // Both are of one kind, which the compiler cannot see: as floats stand for all.
  const from = src as Float64Array
  const to = dst as Float64Array
  to.set(begin === 0 && count === from.length ? from : from.subarray(begin, begin + count), at)
}
