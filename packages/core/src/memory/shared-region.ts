/**
 * Shared region: the part of every heap that is laid out alike on all cores. Core 0 owns this
 * object and hands out linear arrays and symmetric pieces; what it returns is plain data for all
 * endpoints.
 *
 * Access      core 0 only.
 * Ownership   the caller tells every endpoint of what it got, and of each free, in this order.
 * Failure     no room, or no id left: ORUJO_MEMORY_EXHAUSTED, nothing changed. For ids that are not
 *             live: ORUJO_DOUBLE_FREE, ORUJO_BAD_ADDRESS.
 * Bounds      4095 live linear arrays, as an address has 12 bits for them. Ids go round: one is
 *             given out again only after all others, so that a stale address is caught as long as
 *             can be. Symmetric ids are never used again.
 */
import { OrujoError } from '../errors.ts'
import { badAddress, MAX_ALLOCATION_ID } from './address.ts'
import { BuddyAllocator, type MemoryUsage } from './buddy.ts'
import { describe, type ElementType, type TypeDescription } from './element.ts'
import { chooseBlockBytes, LinearLayout, type LinearDescription } from './linear-layout.ts'

/** A symmetric piece as plain data. */
export interface SymmetricDescription {
  readonly id: number
  /** Byte offset in the heap of every core. */
  readonly offset: number
  readonly type: TypeDescription
  /** In elements, on each core. */
  readonly length: number
}

/** Bytes are per core. */
export interface RegionUsage extends MemoryUsage {
  /** Live linear arrays. */
  readonly linear: number
  /** Live symmetric pieces. */
  readonly symmetric: number
}

export class SharedRegion {
  readonly #buddy: BuddyAllocator
  readonly #cores: number
  /** Offsets of what is live, by id. */
  readonly #linear = new Map<number, number>()
  readonly #symmetric = new Map<number, number>()
  /** Allocations of either kind so far. */
  #linearCount = 0
  #symmetricCount = 0
  #lastLinearId = 0

  /** `sharedBytes` of every core's heap, from its start. */
  constructor(sharedBytes: number, cores: number) {
    this.#buddy = new BuddyAllocator(sharedBytes, { name: "the shared region of each core's heap" })
    this.#cores = cores
  }

  /** An array over all cores. `blockBytes` as in `chooseBlockBytes`. */
  allocateLinear(
    type: ElementType,
    length: number,
    blockBytes?: number | 'contiguous',
  ): LinearDescription {
    checkLength(type, length)
    const id = this.#nextLinearId()
    const cores = this.#cores
    const chosen = chooseBlockBytes(type, length, cores, blockBytes)
    const shape = { id, base: 0, blockBytes: chosen, type, length, cores }
    const { bytesPerCore } = new LinearLayout(shape)
    const base = this.#buddy.allocate(bytesPerCore, `a linear array of ${length} ${type.name}`)
    this.#linear.set(id, base)
    this.#linearCount++
    this.#lastLinearId = id
    return { ...shape, base, type: describe(type) }
  }

  /** `length` elements at the same offset on every core. */
  allocateSymmetric(type: ElementType, length: number): SymmetricDescription {
    checkLength(type, length)
    const what = `a symmetric array of ${length} ${type.name}`
    const offset = this.#buddy.allocate(length * type.bytes, what)
    const id = ++this.#symmetricCount
    this.#symmetric.set(id, offset)
    return { id, offset, type: describe(type), length }
  }

  freeLinear(id: number): void {
    const issued = Math.min(this.#linearCount, MAX_ALLOCATION_ID)
    this.#free(this.#linear, id, issued, 'linear array')
  }

  freeSymmetric(id: number): void {
    this.#free(this.#symmetric, id, this.#symmetricCount, 'symmetric array')
  }

  usage(): RegionUsage {
    const [linear, symmetric] = [this.#linear.size, this.#symmetric.size]
    return { ...this.#buddy.usage(), linear, symmetric }
  }

  #free(live: Map<number, number>, id: number, issued: number, what: string): void {
    const offset = live.get(id)
    if (offset === undefined) {
      if (!(id >= 1 && id <= issued)) throw badAddress(`there never was a ${what} ${id}`)
      throw new OrujoError('ORUJO_DOUBLE_FREE', `the ${what} ${id} was freed before; free it once`)
    }
    live.delete(id)
    this.#buddy.free(offset)
  }

  #nextLinearId(): number {
    if (this.#linear.size >= MAX_ALLOCATION_ID) {
      throw new OrujoError(
        'ORUJO_MEMORY_EXHAUSTED',
        `${MAX_ALLOCATION_ID} linear arrays are live, the most that addresses can tell apart; ` +
          'free some, or put several into one array',
      )
    }
    let id = this.#lastLinearId
    do id = (id % MAX_ALLOCATION_ID) + 1
    while (this.#linear.has(id))
    return id
  }
}

function checkLength(type: ElementType, length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return
  const message = `an array of ${type.name} cannot have ${length} elements: ask for a whole number`
  throw new OrujoError('ORUJO_OPTION', message)
}
