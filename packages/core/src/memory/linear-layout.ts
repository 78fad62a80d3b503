/**
 * Layout of a linear array: which core holds element i, and where in its own contiguous part. Every
 * endpoint has one per live array, so that finding the home of an element sends no message.
 *
 * States      live -> freed, when the directory retires it; its arithmetic stays true.
 * Invariants  an element never straddles a block; every part starts at `base` of its core's heap.
 * Bounds      the array as a whole is under 2^40 bytes, so all arithmetic is exact.
 */
import { OrujoError } from '../errors.ts'
import type { CoreId } from '../place.ts'
import {
  badAddress,
  DEFAULT_BLOCK_BYTES,
  linearAddress,
  localOfOffset,
  OFFSET_LIMIT,
  type RawAddress,
} from './address.ts'
import { describe, fromDescription, type ElementType, type TypeDescription } from './element.ts'

/** Blocks are a multiple of this, so that every element type stays aligned in every block. */
const BLOCK_UNIT_BYTES = 8
/** Up to here an index is an unsigned 32-bit number, and shifts and masks may be used. */
const SHIFT_LIMIT = 2 ** 31

export interface LayoutShape<T extends ElementType = ElementType> {
  readonly id: number
  /** Where each core's part starts in its heap. */
  readonly base: number
  readonly blockBytes: number
  readonly type: T
  /** In elements. */
  readonly length: number
  readonly cores: number
}

/** A layout as plain data: what core 0 tells every endpoint of a new array. */
export interface LinearDescription extends Omit<LayoutShape, 'type'> {
  readonly type: TypeDescription
}

export class LinearLayout<T extends ElementType = ElementType> {
  readonly id: number
  readonly base: number
  readonly blockBytes: number
  readonly type: T
  readonly length: number
  readonly cores: number
  readonly elementBytes: number
  readonly elementsPerBlock: number
  readonly totalBytes: number
  /** What each core sets aside: as much as the core with the most elements needs. */
  readonly bytesPerCore: number
  /** log2 of elementsPerBlock and of cores, or -1 where shifting is not safe. */
  readonly #blockShift: number
  readonly #coreShift: number
  readonly #perBlock: number
  readonly #perCore: number
  #isFreed = false

  constructor(shape: LayoutShape<T>) {
    const { type, length, cores, blockBytes } = shape
    this.id = shape.id
    this.base = shape.base
    this.blockBytes = blockBytes
    this.type = type
    this.length = length
    this.cores = cores
    this.elementBytes = type.bytes
    this.elementsPerBlock = blockBytes / type.bytes
    this.totalBytes = length * type.bytes
    if (this.totalBytes >= OFFSET_LIMIT) {
      throw badAddress(
        `${length} elements of ${type.name} are 2^40 bytes or more, beyond addresses`,
      )
    }
    const isSmall = length <= SHIFT_LIMIT
    this.#blockShift = isSmall ? exactLog2(this.elementsPerBlock) : -1
    this.#coreShift = isSmall ? exactLog2(cores) : -1
    this.#perBlock = 1 / this.elementsPerBlock
    this.#perCore = 1 / cores
    this.bytesPerCore = this.elementsOn(0) * type.bytes
  }

  static from(description: LinearDescription): LinearLayout {
    return new LinearLayout({ ...description, type: fromDescription(description.type) })
  }

  describe(): LinearDescription {
    const { id, base, blockBytes, length, cores } = this
    return { id, base, blockBytes, length, cores, type: describe(this.type) }
  }

  /** Core that holds element `index`. Unchecked: `index` must be a whole number in the array. */
  home(index: number): CoreId {
    const block = this.#block(index)
    if (this.#coreShift >= 0) return block & (this.cores - 1)
    return block - this.#row(block) * this.cores
  }

  /** Index of element `index` in its home's own part. Unchecked, as `home`. */
  localIndex(index: number): number {
    const block = this.#block(index)
    return index - (block - this.#row(block)) * this.elementsPerBlock
  }

  /** How many elements `core` holds. */
  elementsOn(core: CoreId): number {
    const blocks = Math.floor(this.length / this.elementsPerBlock)
    const rest = this.length - blocks * this.elementsPerBlock
    const rows = Math.floor(blocks / this.cores)
    const last = blocks - rows * this.cores
    const whole = (rows + (core < last ? 1 : 0)) * this.elementsPerBlock
    return core === last ? whole + rest : whole
  }

  /** Index in the array of element `slot` of the part that `core` holds. */
  globalIndex(core: CoreId, slot: number): number {
    const row = this.#block(slot)
    return slot + (row * (this.cores - 1) + core) * this.elementsPerBlock
  }

  /** Address of element `index`, 0 to length: one past the end is an address too. */
  addressOf(index: number): RawAddress {
    if (index !== this.length) this.checkIndex(index)
    return linearAddress(this.id, index * this.elementBytes)
  }

  /** Byte offset of element `index` in the heap of its home. Unchecked, as `home`. */
  byteOffset(index: number): number {
    return this.base + this.localIndex(index) * this.elementBytes
  }

  /** Byte offset, in the heap of its home, of byte `offset` of the array. */
  heapOffset(offset: number): number {
    return this.base + localOfOffset(offset, this)
  }

  /** ORUJO_BAD_ADDRESS unless `index` is a whole number from 0 to length - 1. */
  checkIndex(index: number): void {
    if (index >= 0 && index < this.length && Math.floor(index) === index) return
    throw badAddress(`index ${index} is outside the array: it has ${this.length} elements`)
  }

  get isFreed(): boolean {
    return this.#isFreed
  }

  /** By the directory, when the array is freed. Safe to repeat. */
  retire(): void {
    this.#isFreed = true
  }

  /**
   * Math.floor(index / elementsPerBlock). Multiplying by the reciprocal is faster than dividing,
   * and exact because of the half: the product is at least half a reciprocal away from every whole
   * number, which is more than rounding can do while index < 2^51.
   */
  #block(index: number): number {
    if (this.#blockShift >= 0) return index >>> this.#blockShift
    return Math.floor((index + 0.5) * this.#perBlock)
  }

  /** Math.floor(block / cores). */
  #row(block: number): number {
    if (this.#coreShift >= 0) return block >>> this.#coreShift
    return Math.floor((block + 0.5) * this.#perCore)
  }
}

/**
 * Block size for a new array. Asked for nothing: 64 bytes. 'contiguous': one block per core.
 * ORUJO_STRADDLE if an element would straddle blocks, ORUJO_OPTION if the size is no block size.
 */
export function chooseBlockBytes(
  type: ElementType,
  length: number,
  cores: number,
  asked: number | 'contiguous' | undefined,
): number {
  if (asked === 'contiguous') {
    const unit = leastCommonMultiple(DEFAULT_BLOCK_BYTES, type.bytes)
    const bytes = Math.ceil(length / cores) * type.bytes
    return Math.max(1, Math.ceil(bytes / unit)) * unit
  }
  const blockBytes = asked ?? DEFAULT_BLOCK_BYTES
  if (!(blockBytes > 0 && blockBytes < OFFSET_LIMIT) || blockBytes % BLOCK_UNIT_BYTES !== 0) {
    throw new OrujoError(
      'ORUJO_OPTION',
      `blockBytes is ${blockBytes}, but must be a positive multiple of ${BLOCK_UNIT_BYTES} ` +
        "or 'contiguous'",
    )
  }
  if (blockBytes % type.bytes !== 0) throw straddle(type, blockBytes)
  return blockBytes
}

function straddle(type: ElementType, blockBytes: number): OrujoError {
  const unit = leastCommonMultiple(BLOCK_UNIT_BYTES, type.bytes)
  const better = Math.ceil(blockBytes / unit) * unit
  return new OrujoError(
    'ORUJO_STRADDLE',
    `an element of ${type.name} has ${type.bytes} bytes and would straddle blocks of ` +
      `${blockBytes} bytes, so that part of it lay on another core; ` +
      `ask for blockBytes: ${better} or 'contiguous'`,
  )
}

function leastCommonMultiple(a: number, b: number): number {
  let [larger, smaller] = [a, b]
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller]
  return (a / larger) * b
}

/** n if `value` is 2^n, else -1. */
function exactLog2(value: number): number {
  const log = Math.round(Math.log2(value))
  return log < 31 && 2 ** log === value ? log : -1
}
