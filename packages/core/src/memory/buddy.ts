/**
 * Buddy allocator: hands out pieces of a range of bytes, named by offset. It keeps its books in
 * plain JavaScript and never touches the bytes.
 *
 * Invariants  chunks cover the range without overlap; a chunk of size s starts at a multiple of s;
 *             two free chunks that are buddies are merged; every free chunk is in `#free` at its
 *             order, every live one in `#live`.
 * Access      one core.
 * Failure     exhaustion is ORUJO_MEMORY_EXHAUSTED and changes nothing. Freeing twice is
 *             ORUJO_DOUBLE_FREE, freeing what was never handed out is ORUJO_BAD_ADDRESS.
 * Bounds      one bit per `leastBytes` remembers what was ever freed, to tell those two apart.
 * Source      Grappa, Allocator.hpp: sizes rounded up to powers of two, a range that is no power of
 *             two carved into descending ones.
 */
import { invariant, OrujoError } from '../errors.ts'
import { badAddress } from './address.ts'

/** Smallest piece: a cache line, so that two allocations never share one. */
const LEAST_BYTES = 64

export interface BuddyOptions {
  /** Smallest piece, a power of two. */
  readonly leastBytes?: number
  /** What the range is, for errors. */
  readonly name?: string
}

/** Figures of an allocator, in bytes. */
export interface MemoryUsage {
  readonly bytes: number
  readonly bytesInUse: number
  readonly bytesFree: number
  readonly largestFree: number
}

export class BuddyAllocator {
  readonly bytes: number
  readonly #leastBytes: number
  readonly #name: string
  /** Free chunks by order: of 2^order * leastBytes bytes each. */
  readonly #free: FreeList[] = []
  /** Order of each live piece, by offset. */
  readonly #live = new Map<number, number>()
  /** One bit per leastBytes: a piece that started here has been freed. */
  readonly #freedBefore: Uint8Array
  #bytesInUse = 0
  /** Bytes in chunks; what is left at the end of the range is smaller than the least piece. */
  #usableBytes = 0

  constructor(bytes: number, options: BuddyOptions = {}) {
    this.bytes = bytes
    this.#leastBytes = options.leastBytes ?? LEAST_BYTES
    this.#name = options.name ?? 'the range'
    this.#freedBefore = new Uint8Array(Math.ceil(bytes / this.#leastBytes / 8))
    this.#carve()
  }

  get bytesInUse(): number {
    return this.#bytesInUse
  }

  get bytesFree(): number {
    return this.#usableBytes - this.#bytesInUse
  }

  /** The largest piece that can be had now. */
  get largestFree(): number {
    const order = this.#free.findLastIndex((list) => list.size > 0)
    return order < 0 ? 0 : this.#sizeOfOrder(order)
  }

  /** Chunks, free and live. */
  get chunks(): number {
    return this.#free.reduce((sum, list) => sum + list.size, this.#live.size)
  }

  /** Live pieces. */
  get live(): number {
    return this.#live.size
  }

  usage(): MemoryUsage {
    const { bytes, bytesInUse, bytesFree, largestFree } = this
    return { bytes, bytesInUse, bytesFree, largestFree }
  }

  /**
   * Offset of a new piece of at least `bytes` bytes; 0 bytes take the least piece. `what` names the
   * request in the error.
   */
  allocate(bytes: number, what = 'an allocation'): number {
    invariant(bytes >= 0 && Number.isSafeInteger(bytes), `cannot allocate ${bytes} bytes`)
    const order = Math.max(0, Math.ceil(Math.log2(bytes / this.#leastBytes)))
    let found = order
    while (found < this.#free.length && this.#free[found]!.size === 0) found++
    if (found >= this.#free.length) throw this.#exhausted(bytes, what)
    const offset = this.#free[found]!.take()
    while (found > order) {
      found--
      this.#free[found]!.add(offset + this.#sizeOfOrder(found))
    }
    this.#live.set(offset, order)
    this.#bytesInUse += this.#sizeOfOrder(order)
    return offset
  }

  /** Gives the piece that starts at `offset` back. */
  free(offset: number): void {
    let order = this.#live.get(offset)
    if (order === undefined) throw this.#notLive(offset)
    this.#live.delete(offset)
    this.#bytesInUse -= this.#sizeOfOrder(order)
    this.#markFreed(offset)
    let start = offset
    for (;;) {
      const size = this.#sizeOfOrder(order)
      const buddy = (start / size) % 2 === 0 ? start + size : start - size
      if (!this.#free[order]!.remove(buddy)) break
      start = Math.min(start, buddy)
      order++
    }
    this.#free[order]!.add(start)
  }

  /** Bytes, rounded up, of the live piece that starts at `offset`; undefined if none does. */
  sizeOf(offset: number): number | undefined {
    const order = this.#live.get(offset)
    return order === undefined ? undefined : this.#sizeOfOrder(order)
  }

  /** Do the `bytes` bytes from `offset` lie in one live piece? */
  covers(offset: number, bytes: number): boolean {
    for (let order = 0; order < this.#free.length; order++) {
      const size = this.#sizeOfOrder(order)
      const start = Math.floor(offset / size) * size
      if (this.#live.get(start) === order) return offset + bytes <= start + size
    }
    return false
  }

  /** Splits the range into chunks of descending powers of two, all free. */
  #carve(): void {
    const least = this.#leastBytes
    const units = Math.floor(this.bytes / least)
    const orders = units === 0 ? 0 : Math.floor(Math.log2(units)) + 1
    for (let order = 0; order < orders; order++) this.#free.push(new FreeList())
    for (let order = orders - 1; order >= 0; order--) {
      if (Math.floor(units / 2 ** order) % 2 === 0) continue
      this.#free[order]!.add(this.#usableBytes)
      this.#usableBytes += this.#sizeOfOrder(order)
    }
  }

  #sizeOfOrder(order: number): number {
    return this.#leastBytes * 2 ** order
  }

  #markFreed(offset: number): void {
    const unit = offset / this.#leastBytes
    this.#freedBefore[unit >>> 3]! |= 1 << (unit & 7)
  }

  #notLive(offset: number): OrujoError {
    const unit = offset / this.#leastBytes
    const isUnit = Number.isInteger(unit) && unit >= 0 && offset < this.bytes
    if (isUnit && (this.#freedBefore[unit >>> 3]! & (1 << (unit & 7))) !== 0) {
      return new OrujoError(
        'ORUJO_DOUBLE_FREE',
        `offset ${offset} of ${this.#name} was freed before; free each allocation once`,
      )
    }
    return badAddress(
      `cannot free offset ${offset} of ${this.#name}: no allocation starts there; ` +
        'pass what the allocation returned',
    )
  }

  #exhausted(bytes: number, what: string): OrujoError {
    return new OrujoError(
      'ORUJO_MEMORY_EXHAUSTED',
      `${what} needs ${bytes} bytes of ${this.#name}, which has ${this.bytesFree} of ` +
        `${this.bytes} bytes free, the largest piece ${this.largestFree} bytes (sizes are ` +
        'rounded up to powers of two); free something, or launch with a larger heapBytes or ' +
        'another sharedBytes',
    )
  }
}

/** Offsets of free chunks of one size, with removal of any of them in constant time. */
class FreeList {
  readonly #offsets: number[] = []
  readonly #places = new Map<number, number>()

  get size(): number {
    return this.#offsets.length
  }

  add(offset: number): void {
    this.#places.set(offset, this.#offsets.length)
    this.#offsets.push(offset)
  }

  /** The one added last. Call only while size > 0. */
  take(): number {
    const offset = this.#offsets.at(-1)!
    this.remove(offset)
    return offset
  }

  /** False if `offset` is not in the list. */
  remove(offset: number): boolean {
    const place = this.#places.get(offset)
    if (place === undefined) return false
    const last = this.#offsets.pop()!
    if (last !== offset) {
      this.#offsets[place] = last
      this.#places.set(last, place)
    }
    this.#places.delete(offset)
    return true
  }
}
