/**
 * GlobalAddress: an address with its element type, for arithmetic that reads well. It is immutable,
 * holds no memory and sends no message. It travels as its raw number and the type's description.
 */
import type { sendableBrand } from './handle.ts'
import type { CoreId } from '../place.ts'
import {
  addBytes,
  allocationId,
  badAddress,
  blockMaxOf,
  blockMinOf,
  checkAddress,
  coreField,
  coreOfOffset,
  EVERY_CORE,
  isLinear,
  isSymmetric,
  localizeOffset,
  OFFSET_LIMIT,
  offsetField,
  symmetricAddress,
  twoDimensional,
  type RawAddress,
} from './address.ts'
import type { ElementType, FieldName, FieldType } from './element.ts'
import type { LinearLayout } from './linear-layout.ts'

export class GlobalAddress<T extends ElementType = ElementType> {
  declare readonly [sendableBrand]?: true
  readonly raw: RawAddress
  readonly type: T
  /** Of the array that a linear address lies in. T may be a field of its elements. */
  readonly layout: LinearLayout | undefined

  /** A linear address comes with its layout, the others without. */
  constructor(raw: number, type: T, layout?: LinearLayout) {
    this.raw = checkAddress(raw)
    this.type = type
    this.layout = isLinear(this.raw) ? layout : undefined
    if (isLinear(this.raw) && layout?.id !== allocationId(this.raw)) {
      throw badAddress(`a linear address needs the layout of its array ${allocationId(this.raw)}`)
    }
  }

  /** The element at byte `byteOffset` of the heap of `core`. */
  static twoDimensional<T extends ElementType>(
    core: CoreId,
    byteOffset: number,
    type: T,
  ): GlobalAddress<T> {
    if (core === EVERY_CORE) throw badAddress(`${core} is not a core`)
    return new GlobalAddress(twoDimensional(core, byteOffset), type)
  }

  /** The element at byte `byteOffset` of every heap. */
  static symmetric<T extends ElementType>(byteOffset: number, type: T): GlobalAddress<T> {
    return new GlobalAddress(symmetricAddress(byteOffset), type)
  }

  /** The home. A symmetric address has none of its own: ORUJO_BAD_ADDRESS. */
  get core(): CoreId {
    if (this.layout !== undefined) return coreOfOffset(offsetField(this.raw), this.layout)
    if (this.isSymmetric) {
      throw badAddress('a symmetric address is on every core: say which with address.on(core)')
    }
    return coreField(this.raw)
  }

  /** Byte offset in the heap of the home. */
  get byteOffset(): number {
    const offset = offsetField(this.raw)
    return this.layout === undefined ? offset : this.layout.heapOffset(offset)
  }

  get isLinear(): boolean {
    return this.layout !== undefined
  }

  /** True of symmetric addresses too. */
  get isTwoDimensional(): boolean {
    return this.layout === undefined
  }

  get isSymmetric(): boolean {
    return isSymmetric(this.raw)
  }

  /** The address `count` elements on. A linear one walks over the cores, a 2D one stays on its. */
  plus(count: number): GlobalAddress<T> {
    return this.#at(addBytes(this.raw, count * this.type.bytes))
  }

  minus(count: number): GlobalAddress<T> {
    return this.plus(-count)
  }

  /** How many whole elements this address is after `other`. */
  difference(other: GlobalAddress): number {
    return Math.trunc((this.raw - other.raw) / this.type.bytes)
  }

  equals(other: GlobalAddress): boolean {
    return this.raw === other.raw
  }

  /** Below 0, 0 or above 0, to sort by. Linear addresses come before 2D ones. */
  compare(other: GlobalAddress): number {
    return this.raw - other.raw
  }

  /** Start of this block. The block of a 2D address is the whole heap of its core. */
  blockMin(): GlobalAddress<T> {
    const offset = offsetField(this.raw)
    const min = this.layout === undefined ? 0 : blockMinOf(offset, this.layout.blockBytes)
    return this.#at(this.raw - offset + min)
  }

  /** Start of the block after that of the element's last byte; of a 2D address, the last offset. */
  blockMax(): GlobalAddress<T> {
    const offset = offsetField(this.raw)
    if (this.layout === undefined) return this.#at(this.raw - offset + OFFSET_LIMIT - 1)
    const max = blockMaxOf(offset, this.type.bytes, this.layout.blockBytes)
    return this.#at(addBytes(this.raw, max - offset))
  }

  /**
   * Byte offset, in the heap of `core`, of the first byte at or after this address that `core`
   * holds. Its elements of [a, b) lie from a.localize(core) up to b.localize(core).
   */
  localize(core: CoreId): number {
    const offset = offsetField(this.raw)
    if (this.layout === undefined) return offset
    return this.layout.base + localizeOffset(offset, core, this.layout)
  }

  /** Address of a field of the struct at this address. */
  field<K extends FieldName<T>>(name: K): GlobalAddress<FieldType<T, K>> {
    const type: ElementType = this.type
    const fields = type.kind === 'struct' ? type.layout : []
    const field = fields.find((candidate) => candidate.name === name)
    if (field === undefined) throw badAddress(`${type.name} has no field ${name}`)
    const raw = addBytes(this.raw, field.byteOffset)
    // The layout lists for each name the type that FieldType gives for it.
    return new GlobalAddress(raw, field.type as FieldType<T, K>, this.layout)
  }

  /** The piece of a symmetric address that `core` holds, as a 2D address. */
  on(core: CoreId): GlobalAddress<T> {
    if (!this.isSymmetric) throw badAddress('only a symmetric address is on every core')
    return GlobalAddress.twoDimensional(core, offsetField(this.raw), this.type)
  }

  /**
   * Before a read or write: ORUJO_BAD_ADDRESS unless a linear address names a whole element of a
   * live array. What 2D and symmetric addresses name is for the heap of their home to check.
   */
  check(): void {
    if (this.layout === undefined) return
    if (this.layout.isFreed) throw badAddress(`the array of this address was freed`)
    if (offsetField(this.raw) + this.type.bytes <= this.layout.totalBytes) return
    throw badAddress(`this address is past the end of its array of ${this.layout.length} elements`)
  }

  #at(raw: RawAddress): GlobalAddress<T> {
    return new GlobalAddress(raw, this.type, this.layout)
  }
}
