/**
 * Task queue: all unbound tasks that wait on one core. What the deque has no room for waits behind
 * it in memory of the core's own, which thieves do not see, and moves up as they make room.
 *
 * Invariants  every record in the deque is older than every record in the overflow, so that the
 *             queue as a whole is last in, first out for its owner.
 * Access      the owner's core only; thieves have an end of the deque each.
 * Bounds      MAX_OVERFLOW records beyond the deque; then ORUJO_OVERFLOW.
 */
import { OrujoError } from '../errors.ts'
import type { Destination, DequeOwner } from './deque.ts'
import { RECORD_WORDS, type RecordViews, copyRecord } from './task-record.ts'

/** A quarter of a gigabyte of records: as much as may wait for one core in an outbox. */
const MAX_OVERFLOW = 2 ** 22
const FIRST_OVERFLOW = 1024

export class TaskQueue implements Destination {
  /** Where the record last reserved or popped lies. */
  f64: Float64Array
  i32: Int32Array
  readonly #deque: DequeOwner
  readonly #overflow: RecordStack

  constructor(deque: DequeOwner, maxOverflow = MAX_OVERFLOW) {
    this.#deque = deque
    this.#overflow = new RecordStack(maxOverflow)
    this.f64 = deque.f64
    this.i32 = deque.i32
  }

  /** Records that wait. */
  get size(): number {
    return this.#deque.size + this.#overflow.size
  }

  /** Records that thieves can see. */
  get visible(): number {
    return this.#deque.size
  }

  /** Whether all of it is in the deque: below the high-water mark. */
  get isOpen(): boolean {
    return this.#overflow.size === 0
  }

  /** Whether `reserve` would throw. */
  get isFull(): boolean {
    return this.#overflow.isFull
  }

  /** First word, in `f64`, of the place for one more record. Throws ORUJO_OVERFLOW. */
  reserve(): number {
    if (this.#overflow.size === 0) {
      const at = this.#deque.reserve()
      if (at >= 0) {
        this.#use(this.#deque)
        return at
      }
    }
    const at = this.#overflow.reserve()
    this.#use(this.#overflow)
    return at
  }

  /** The record at the place last reserved is written. */
  commit(): void {
    if (this.f64 === this.#deque.f64) this.#deque.commit()
    else this.#overflow.commit()
  }

  /** First word, in `f64`, of the youngest record, the caller's until the next push; -1: none. */
  pop(): number {
    if (this.#overflow.size > 0) {
      this.#use(this.#overflow)
      return this.#overflow.pop()
    }
    if (this.f64 !== this.#deque.f64) this.#use(this.#deque)
    return this.#deque.pop()
  }

  /** Moves the oldest of the overflow to the deque once that is half empty. True if it did. */
  refill(): boolean {
    const overflow = this.#overflow
    const deque = this.#deque
    if (overflow.size === 0 || deque.size * 2 > deque.capacity) return false
    while (overflow.size > 0) {
      const to = deque.reserve()
      if (to < 0) break
      copyRecord(overflow, overflow.shift(), deque, to)
      deque.commit()
    }
    return true
  }

  #use(views: RecordViews): void {
    this.f64 = views.f64
    this.i32 = views.i32
  }
}

/** Records in plain memory that grows: pushed and popped at the end, shifted at the beginning. */
class RecordStack implements RecordViews {
  f64 = new Float64Array(0)
  i32 = new Int32Array(0)
  readonly #most: number
  /** First word of the oldest record, and of the place after the youngest. */
  #begin = 0
  #end = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return (this.#end - this.#begin) / RECORD_WORDS
  }

  get isFull(): boolean {
    return this.size >= this.#most
  }

  reserve(): number {
    if (this.isFull) throw overflowError(this.#most)
    if (this.#end === this.f64.length) this.#makeRoom()
    return this.#end
  }

  commit(): void {
    this.#end += RECORD_WORDS
  }

  pop(): number {
    this.#end -= RECORD_WORDS
    const at = this.#end
    if (this.#end === this.#begin) this.#begin = this.#end = 0
    return at
  }

  shift(): number {
    const at = this.#begin
    this.#begin += RECORD_WORDS
    return at
  }

  /** Twice the memory, or what `shift` has left unused at the beginning. */
  #makeRoom(): void {
    const isMostlyUsed = this.#begin * 2 <= this.f64.length
    const records = this.f64.length / RECORD_WORDS
    const room = isMostlyUsed ? Math.max(FIRST_OVERFLOW, 2 * records) : records
    const words = new Float64Array(room * RECORD_WORDS)
    words.set(this.f64.subarray(this.#begin, this.#end)) // bytes: the types are the same
    this.#end -= this.#begin
    this.#begin = 0
    this.f64 = words
    this.i32 = new Int32Array(words.buffer)
  }
}

function overflowError(most: number): OrujoError {
  return new OrujoError(
    'ORUJO_OVERFLOW',
    `More than ${most} unbound tasks wait on one core beyond its deque. When send() returns ` +
      'false, await core.drain() before sending more, or let one task stand for more work.',
  )
}
