/**
 * Heap of one core: a fixed-length buffer, the views on it, and the allocator of its local region.
 *
 * Invariants  bytes [0, sharedBytes) are laid out alike on every core by SharedRegion on core 0;
 *             bytes from sharedBytes on are this core's own to hand out. Memory that was never
 *             handed out is zero, as it came from the system, and is not touched.
 * Access      its own core only. The buffer may be shared: who else may touch it, and when, is said
 *             in directory.ts.
 * Failure     offsets out of range or out of alignment are ORUJO_BAD_ADDRESS; in checked mode so is
 *             local memory that no live allocation covers.
 * Bounds      4 GiB: on Node 20 a Uint8Array ends there.
 */
import { OrujoError } from '../errors.ts'
import type { CoreId } from '../place.ts'
import { badAddress } from './address.ts'
import { BuddyAllocator, type MemoryUsage } from './buddy.ts'
import {
  F32,
  I16,
  I32,
  I64,
  I8,
  U16,
  U32,
  U64,
  U8,
  type ElementType,
  type NumberType,
  type ScalarType,
  type StructType,
  type ValueOf,
} from './element.ts'
import { fieldsOf, viewOn, type ViewOf } from './view.ts'

export const MAX_HEAP_BYTES = 2 ** 32
/** Sizes of heaps and regions are multiples of a cache line. */
const HEAP_UNIT_BYTES = 64

export interface HeapOptions {
  /** The first bytes, laid out for the whole runtime. The rest is the core's own. */
  readonly sharedBytes: number
  /** Whose heap it is, for errors. */
  readonly core?: CoreId
  /** Refuse loads and stores in local memory that is not allocated. Default false. */
  readonly checked?: boolean
}

type Scalar = number | bigint

export class CoreHeap {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  readonly bytes: number
  readonly sharedBytes: number
  readonly i8: Int8Array
  readonly u8: Uint8Array
  readonly i16: Int16Array
  readonly u16: Uint16Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly i64: BigInt64Array
  readonly u64: BigUint64Array
  readonly f32: Float32Array
  readonly f64: Float64Array
  readonly #isChecked: boolean
  readonly #name: string
  readonly #local: BuddyAllocator
  /** Ends of the memory ever handed out, in the shared and in the local region. */
  #sharedTouched = 0
  #localTouched: number

  /** `buffer` must be zero. ORUJO_OPTION if the sizes are none that a heap can have. */
  constructor(buffer: ArrayBuffer | SharedArrayBuffer, options: HeapOptions) {
    checkSizes(buffer.byteLength, options.sharedBytes)
    this.buffer = buffer
    this.bytes = buffer.byteLength
    this.sharedBytes = options.sharedBytes
    this.i8 = new Int8Array(buffer)
    this.u8 = new Uint8Array(buffer)
    this.i16 = new Int16Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.i64 = new BigInt64Array(buffer)
    this.u64 = new BigUint64Array(buffer)
    this.f32 = new Float32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.#isChecked = options.checked ?? false
    this.#name = options.core === undefined ? 'this core' : `core ${options.core}`
    const name = `the local region of ${this.#name}`
    this.#local = new BuddyAllocator(this.bytes - this.sharedBytes, { name })
    this.#localTouched = this.sharedBytes
  }

  /** A view on `length` elements from `byteOffset`. Unlike `load`, not covered by checked mode. */
  view<T extends ElementType>(type: T, byteOffset: number, length: number): ViewOf<T> {
    const isPlaced = byteOffset >= 0 && byteOffset % type.alignment === 0
    const isLength = length >= 0 && Number.isInteger(length)
    if (!isPlaced || !isLength || byteOffset + length * type.bytes > this.bytes) {
      throw this.#refuse(type, byteOffset, `a view of ${length} elements`)
    }
    return viewOn(type, this.buffer, byteOffset, length)
  }

  /** The element at `byteOffset`; of a struct, a copy. */
  load<T extends ElementType>(type: T, byteOffset: number): ValueOf<T> {
    const element: ElementType = type
    const value =
      element.kind === 'struct'
        ? this.#loadStruct(element, byteOffset)
        : this.#loadScalar(element, byteOffset)
    // Bytes become a value: the code of T has chosen the view.
    return value as ValueOf<T>
  }

  store<T extends ElementType>(type: T, byteOffset: number, value: ValueOf<T>): void {
    const element: ElementType = type
    // A value becomes bytes; the typed array refuses a number for a bigint and the reverse.
    if (element.kind === 'scalar') this.#storeScalar(element, byteOffset, value as Scalar)
    else this.#storeStruct(element, byteOffset, fieldsOf(element, value as ValueOf<StructType>))
  }

  /** `load` for a type whose values are numbers: makes no object where the compiler inlines it. */
  loadNumber(type: NumberType, byteOffset: number): number {
    return this.#loadNumber(type.code, this.index(type, byteOffset))
  }

  /** `store`, as `loadNumber` is to `load`. */
  storeNumber(type: NumberType, byteOffset: number, value: number): void {
    this.#storeNumber(type.code, this.index(type, byteOffset), value)
  }

  /** Index of the scalar at `byteOffset` in the view of its type. ORUJO_BAD_ADDRESS. */
  index(type: ScalarType, byteOffset: number): number {
    const index = byteOffset / type.bytes
    if (Math.floor(index) !== index || index < 0 || byteOffset + type.bytes > this.bytes) {
      throw this.#refuse(type, byteOffset, 'an element')
    }
    if (this.#isChecked && byteOffset >= this.sharedBytes) this.#checkLive(type, byteOffset)
    return index
  }

  /** Byte offset of `count` new elements in the local region, all zero. */
  allocate(type: ElementType, count: number): number {
    if (!(count >= 0) || !Number.isInteger(count) || !Number.isSafeInteger(count * type.bytes)) {
      const message = `cannot allocate ${count} elements of ${type.name}: ask for a whole number`
      throw new OrujoError('ORUJO_OPTION', message)
    }
    const bytes = count * type.bytes
    const offset = this.#local.allocate(bytes, `an allocation of ${count} ${type.name}`)
    this.clear(this.sharedBytes + offset, bytes)
    return this.sharedBytes + offset
  }

  /** Gives back what `allocate` returned. ORUJO_DOUBLE_FREE, ORUJO_BAD_ADDRESS. */
  free(byteOffset: number): void {
    if (byteOffset < this.sharedBytes) {
      throw badAddress(
        `byte ${byteOffset} of ${this.#name} is in the shared region: free its array`,
      )
    }
    this.#local.free(byteOffset - this.sharedBytes)
  }

  /** Zeroes bytes that are being handed out; what was never handed out before is zero already. */
  clear(byteOffset: number, bytes: number): void {
    const end = byteOffset + bytes
    const isShared = byteOffset < this.sharedBytes
    const touched = isShared ? this.#sharedTouched : this.#localTouched
    if (byteOffset < touched) this.u8.fill(0, byteOffset, Math.min(end, touched))
    if (end <= touched) return
    if (isShared) this.#sharedTouched = end
    else this.#localTouched = end
  }

  /** Figures of the local region. */
  usage(): MemoryUsage {
    return this.#local.usage()
  }

  #loadScalar(type: ScalarType, byteOffset: number): Scalar {
    if (type.code === I64) return this.i64[this.index(type, byteOffset)]!
    if (type.code === U64) return this.u64[this.index(type, byteOffset)]!
    return this.#loadNumber(type.code, this.index(type, byteOffset))
  }

  #storeScalar(type: ScalarType, byteOffset: number, value: Scalar): void {
    const index = this.index(type, byteOffset)
    if (type.code === I64) this.i64[index] = value as bigint
    else if (type.code === U64) this.u64[index] = value as bigint
    else this.#storeNumber(type.code, index, value as number)
  }

  #loadNumber(code: number, index: number): number {
    switch (code) {
      case I8:
        return this.i8[index]!
      case U8:
        return this.u8[index]!
      case I16:
        return this.i16[index]!
      case U16:
        return this.u16[index]!
      case I32:
        return this.i32[index]!
      case U32:
        return this.u32[index]!
      case F32:
        return this.f32[index]!
      default:
        return this.f64[index]!
    }
  }

  #storeNumber(code: number, index: number, value: number): void {
    switch (code) {
      case I8:
        this.i8[index] = value
        break
      case U8:
        this.u8[index] = value
        break
      case I16:
        this.i16[index] = value
        break
      case U16:
        this.u16[index] = value
        break
      case I32:
        this.i32[index] = value
        break
      case U32:
        this.u32[index] = value
        break
      case F32:
        this.f32[index] = value
        break
      default:
        this.f64[index] = value
    }
  }

  #loadStruct(type: StructType, byteOffset: number): Record<string, Scalar> {
    const value: Record<string, Scalar> = {}
    for (const field of type.layout) {
      value[field.name] = this.#loadScalar(field.type, byteOffset + field.byteOffset)
    }
    return value
  }

  #storeStruct(
    type: StructType,
    byteOffset: number,
    value: Readonly<Record<string, Scalar>>,
  ): void {
    if (byteOffset + type.bytes > this.bytes) throw this.#refuse(type, byteOffset, 'an element')
    for (const field of type.layout) {
      this.#storeScalar(field.type, byteOffset + field.byteOffset, value[field.name]!)
    }
  }

  #checkLive(type: ElementType, byteOffset: number): void {
    if (this.#local.covers(byteOffset - this.sharedBytes, type.bytes)) return
    throw badAddress(
      `${type.name} at byte ${byteOffset} of ${this.#name} is not allocated: ` +
        'it was freed, or never was',
    )
  }

  #refuse(type: ElementType, byteOffset: number, what: string): OrujoError {
    return badAddress(
      `${what} of ${type.name} at byte ${byteOffset} is not in the heap of ${this.#name}: it has ` +
        `${this.bytes} bytes, and ${type.name} lies at multiples of ${type.alignment}`,
    )
  }
}

function checkSizes(bytes: number, sharedBytes: number): void {
  if (bytes > MAX_HEAP_BYTES) {
    throw new OrujoError(
      'ORUJO_OPTION',
      `heapBytes is ${bytes}, but a core's heap is at most 4 GiB (${MAX_HEAP_BYTES}); ` +
        'use more cores',
    )
  }
  if (bytes % HEAP_UNIT_BYTES !== 0 || sharedBytes % HEAP_UNIT_BYTES !== 0) {
    throw new OrujoError(
      'ORUJO_OPTION',
      `heapBytes ${bytes} and its shared part ${sharedBytes} must be multiples ` +
        `of ${HEAP_UNIT_BYTES}`,
    )
  }
  if (!(sharedBytes >= 0 && sharedBytes <= bytes)) {
    throw new OrujoError(
      'ORUJO_OPTION',
      `the shared part of ${sharedBytes} bytes is not within heapBytes ${bytes}`,
    )
  }
}
