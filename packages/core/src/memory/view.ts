/**
 * Views: typed windows on a stretch of one heap. Scalars are seen through the typed array that
 * JavaScript has for them; structs through a StructView, whose fields are strided typed arrays.
 */
import { invariant } from '../errors.ts'
import { badAddress } from './address.ts'
import type {
  ElementType,
  FieldName,
  FieldType,
  ScalarName,
  ScalarType,
  StructType,
  ValueOf,
} from './element.ts'

interface ScalarViews {
  i8: Int8Array
  u8: Uint8Array
  i16: Int16Array
  u16: Uint16Array
  i32: Int32Array
  u32: Uint32Array
  i64: BigInt64Array
  u64: BigUint64Array
  f32: Float32Array
  f64: Float64Array
}

export type ScalarView = ScalarViews[ScalarName]

/** The view on elements of type T: a typed array, or a StructView. */
export type ViewOf<T extends ElementType> =
  T extends ScalarType<infer N>
    ? ScalarViews[N]
    : T extends StructType<infer F>
      ? StructView<StructType<F>>
      : never

type HeapBuffer = ArrayBuffer | SharedArrayBuffer
type ViewConstructor = new (buffer: HeapBuffer, byteOffset: number, length: number) => ScalarView

/** By type code. */
const VIEWS: readonly ViewConstructor[] = Object.freeze([
  ...[Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
])

/** A view on `length` elements of `type` from `byteOffset`, which must be aligned and in range. */
export function viewOn<T extends ElementType>(
  type: T,
  buffer: HeapBuffer,
  byteOffset: number,
  length: number,
): ViewOf<T> {
  const element: ElementType = type
  const view =
    element.kind === 'struct'
      ? new StructView(element, buffer, byteOffset, length)
      : new VIEWS[element.code]!(buffer, byteOffset, length)
  // The code of the type has chosen the view that ViewOf gives for it.
  return view as ViewOf<T>
}

/** `value` by field. InvariantError if a field is left out: nothing is written then. */
export function fieldsOf<T extends StructType>(
  type: T,
  value: ValueOf<T>,
): Readonly<Record<string, number | bigint>> {
  const values = value as Readonly<Record<string, number | bigint>>
  for (const { name } of type.layout) {
    invariant(values[name] !== undefined, `a value for ${type.name} needs the field ${name}`)
  }
  return values
}

/** One field of every struct in a view: element k is `values[k * stride]`. */
export class FieldView<S extends ScalarType = ScalarType> {
  readonly values: ViewOf<S>
  readonly stride: number
  readonly length: number

  constructor(values: ViewOf<S>, stride: number, length: number) {
    this.values = values
    this.stride = stride
    this.length = length
  }

  /** Unchecked, as a typed array is: undefined outside the view. */
  get(slot: number): ValueOf<S> {
    // Bytes become a value: the view of S holds values of S.
    return this.values[slot * this.stride] as ValueOf<S>
  }

  set(slot: number, value: ValueOf<S>): void {
    // A value becomes bytes; a typed array itself refuses a number for a bigint and the reverse.
    const values: Record<number, unknown> = this.values
    values[slot * this.stride] = value
  }
}

/** Structs side by side. `get` and `set` copy whole ones; for loops take `field(name)`. */
export class StructView<T extends StructType = StructType> {
  readonly type: T
  readonly length: number
  readonly #fields = new Map<string, FieldView>()

  constructor(type: T, buffer: HeapBuffer, byteOffset: number, length: number) {
    this.type = type
    this.length = length
    for (const field of type.layout) {
      const stride = type.bytes / field.type.bytes
      const reach = length === 0 ? 0 : (length - 1) * stride + 1
      const values = viewOn(field.type, buffer, byteOffset + field.byteOffset, reach)
      this.#fields.set(field.name, new FieldView(values, stride, length))
    }
  }

  /** A copy of struct `slot`. */
  get(slot: number): ValueOf<T> {
    this.#check(slot)
    const value: Record<string, number | bigint> = {}
    for (const [name, field] of this.#fields) value[name] = field.get(slot)
    // Bytes become a value: one property for every field of T.
    return value as ValueOf<T>
  }

  set(slot: number, value: ValueOf<T>): void {
    this.#check(slot)
    const values = fieldsOf(this.type, value)
    for (const [name, field] of this.#fields) field.set(slot, values[name]!)
  }

  /** One field of all structs; always the same object for one name. */
  field<K extends FieldName<T>>(name: K): FieldView<FieldType<T, K>> {
    const field = this.#fields.get(name)
    if (field === undefined) throw badAddress(`${this.type.name} has no field ${name}`)
    return field
  }

  #check(slot: number): void {
    if (slot >= 0 && slot < this.length && Math.floor(slot) === slot) return
    throw badAddress(`slot ${slot} is outside the view: it has ${this.length} structs`)
  }
}
