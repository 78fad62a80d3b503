/**
 * Deque: the unbound tasks of one core, in memory that the cores of its locale share. The owner
 * pushes and pops at the bottom, last in first out; thieves take the oldest at the top.
 *
 * Invariants  records from `top` to `bottom` - 1 wait; a record leaves once: at the bottom by the
 *             owner alone while another is above it, else by whoever moves `top` past it.
 * Shared words `bottom` written by the owner; `top` by whoever takes the oldest, by
 *             compare-and-swap; record words by the owner, before the `bottom` that publishes them.
 * Ordering    the owner stores `bottom` before it looks at `top`, a thief loads `top` before
 *             `bottom`: with one record left both see each other and `top` decides. A thief copies
 *             a record before it moves `top`, for afterwards the owner may write over it.
 * Bounds      a fixed number of records, a power of two; being full is an outcome. Positions count
 *             on beyond 2^31 and are compared by difference; a thief would have to sleep through
 *             2^32 records to mistake one `top` for another.
 * Source      Chase, Lev: Dynamic circular work-stealing deque, 2005; deque.md says what differs.
 */
import { invariant } from '../errors.ts'
import { RECORD_INTS, RECORD_WORDS, type RecordViews, copyRecord } from './task-record.ts'

/** A cache line pair for each word that somebody else writes. */
const LINE_INTS = 32
const TOP = 0
const BOTTOM = LINE_INTS
/** Ints before the records. */
const CONTROL_INTS = 2 * LINE_INTS

/** What a theft came to. */
export const TAKEN = 0
export const EMPTY = 1
/** Somebody else took that record. */
export const LOST_RACE = 2

/** Bytes of shared memory for a deque of `records` records. */
export function dequeBytes(records: number): number {
  return (CONTROL_INTS + records * RECORD_INTS) * 4
}

/** Where a thief puts what it takes. */
export interface Destination extends RecordViews {
  /** First word of the place for a record; nothing has happened until `commit`. */
  reserve(): number
  commit(): void
}

/** The owner's end. One per deque. */
export class DequeOwner implements RecordViews {
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly capacity: number
  readonly #control: Int32Array
  readonly #mask: number
  #bottom: number
  /** Somewhere at or before the true top. */
  #knownTop: number

  /** `memory`: `dequeBytes(records)` at `byteOffset`. Goes on where the words stand. */
  constructor(memory: ArrayBufferLike, byteOffset: number, records: number) {
    const views = new DequeViews(memory, byteOffset, records)
    this.f64 = views.f64
    this.i32 = views.i32
    this.capacity = records
    this.#control = views.control
    this.#mask = records - 1
    this.#bottom = Atomics.load(views.control, BOTTOM)
    this.#knownTop = Atomics.load(views.control, TOP)
  }

  /** Records that wait, as far as the owner can know: thieves may take some meanwhile. */
  get size(): number {
    this.#knownTop = Atomics.load(this.#control, TOP)
    return (this.#bottom - this.#knownTop) | 0
  }

  /** First word of the place for the next record, or -1: full. Nothing changes until `commit`. */
  reserve(): number {
    const bottom = this.#bottom
    if (((bottom - this.#knownTop) | 0) >= this.capacity && this.size >= this.capacity) return -1
    return (bottom & this.#mask) * RECORD_WORDS
  }

  /** Publishes the record written at the place last reserved. */
  commit(): void {
    this.#bottom = (this.#bottom + 1) | 0
    Atomics.store(this.#control, BOTTOM, this.#bottom)
  }

  /** First word of the youngest record, now the caller's until its next push; -1: empty. */
  pop(): number {
    // Only the owner makes it longer, so what is empty stays so: no need to tell thieves.
    if (this.size <= 0) return -1
    const bottom = (this.#bottom - 1) | 0
    Atomics.store(this.#control, BOTTOM, bottom)
    const top = Atomics.load(this.#control, TOP)
    this.#knownTop = top
    const others = (bottom - top) | 0
    if (others > 0) {
      this.#bottom = bottom
      return (bottom & this.#mask) * RECORD_WORDS
    }
    // `bottom` may stay one behind an empty deque: to thieves that is empty too.
    const isOurs =
      others === 0 && Atomics.compareExchange(this.#control, TOP, top, (top + 1) | 0) === top
    return isOurs ? (bottom & this.#mask) * RECORD_WORDS : -1
  }
}

/** A thief's end. Any number per deque, on any core of the locale. */
export class DequeThief {
  readonly #views: DequeViews
  readonly #mask: number

  constructor(memory: ArrayBufferLike, byteOffset: number, records: number) {
    this.#views = new DequeViews(memory, byteOffset, records)
    this.#mask = records - 1
  }

  /** Records that waited at some moment of this call. */
  get size(): number {
    const { control } = this.#views
    const top = Atomics.load(control, TOP)
    return (Atomics.load(control, BOTTOM) - top) | 0
  }

  /** Takes the oldest record. */
  steal(into: Destination): typeof TAKEN | typeof EMPTY | typeof LOST_RACE {
    const views = this.#views
    const top = Atomics.load(views.control, TOP)
    if (((Atomics.load(views.control, BOTTOM) - top) | 0) <= 0) return EMPTY
    const to = into.reserve()
    copyRecord(views, (top & this.#mask) * RECORD_WORDS, into, to)
    const isOurs = Atomics.compareExchange(views.control, TOP, top, (top + 1) | 0) === top
    if (!isOurs) return LOST_RACE
    into.commit()
    return TAKEN
  }

  /** Takes half of what waits, a lone record too, but `most` at most. Answers how many. */
  stealHalf(into: Destination, most: number): number {
    const wanted = Math.min(most, (this.size + 1) >> 1)
    let taken = 0
    while (taken < wanted && this.steal(into) === TAKEN) taken++
    return taken
  }
}

class DequeViews implements RecordViews {
  readonly control: Int32Array
  readonly f64: Float64Array
  readonly i32: Int32Array

  constructor(memory: ArrayBufferLike, byteOffset: number, records: number) {
    invariant(
      Number.isInteger(Math.log2(records)),
      `A deque of ${records} records: a power of two.`,
    )
    const first = byteOffset + CONTROL_INTS * 4
    this.control = new Int32Array(memory, byteOffset, CONTROL_INTS)
    this.f64 = new Float64Array(memory, first, records * RECORD_WORDS)
    this.i32 = new Int32Array(memory, first, records * RECORD_INTS)
  }
}
