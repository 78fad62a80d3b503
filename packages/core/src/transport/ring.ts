/**
 * Ring: words from one writer to one reader through shared memory. The writing and the reading end
 * are different objects; each keeps its own position and a cached copy of the other's.
 *
 * States      empty (tail = head) -> holding (0 < tail - head <= capacity) -> empty.
 * Invariants  0 <= tail - head <= capacity, in 32-bit wrap-around arithmetic; a message is
 *             contiguous; words between head and the published tail are never written.
 * Shared words `tail` written by the writer, read by the reader: publishes every word before it.
 *             `head` written by the reader, read by the writer: gives the words before it back.
 *             Both are sequentially consistent stores after (before) the plain accesses to data.
 *             `wanted` set by a writer that is about to sleep because the ring is full, taken down
 *             by the reader after it has stored `head`; see room.md.
 * Ordering    FIFO.
 * Bounds      capacity is a power of two; positions count words modulo 2^32, so that `tail - head`
 *             is right across the overflow of 2^31 as long as capacity <= 2^30.
 * Failure     full is an outcome (-1); a message longer than half the capacity is refused by
 *             `invariant` at the caller, because a filler before it could make it never fit.
 */
import { invariant } from '../errors.ts'
import { PAD, frameHeader } from './frame.ts'

/** Words of control memory per ring: tail and head on cache lines of their own (128 bytes each). */
export const RING_CONTROL_INTS = 64
/** Index of the tail, and of the head, in the control memory of a ring. */
export const RING_TAIL = 0
export const RING_HEAD = 32
/** Index of the word that asks for news of room; beside the tail, which the reader loads anyway. */
export const RING_WANTED = 1

/** Words of a cache line. */
const LINE_WORDS = 8

/** The writing end. `reserve`, fill the words through `f64` and `i32`, then `publish`. */
export class RingWriter {
  /** The data words as doubles; index as returned by `reserve`. */
  readonly f64: Float64Array
  /** The same words as 32-bit halves: low half of word w at 2 * w (little endian). */
  readonly i32: Int32Array
  readonly capacity: number
  /** Position after the last reserved word. */
  tail: number
  /** Position the reader has been told of. */
  published: number
  readonly #control: Int32Array
  readonly #mask: number
  #head: number

  /** `data`: a power of two of words; `control`: RING_CONTROL_INTS ints, zero or as left. */
  constructor(data: Float64Array, control: Int32Array) {
    this.f64 = data
    this.i32 = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
    this.capacity = checkCapacity(data.length)
    this.#mask = data.length - 1
    this.#control = control
    this.tail = this.published = Atomics.load(control, RING_TAIL)
    this.#head = Atomics.load(control, RING_HEAD)
  }

  /** Index of the first of `words` contiguous free words, or -1 if the ring is full for now. */
  reserve(words: number): number {
    const position = this.tail & this.#mask
    if (position + words > this.capacity) return this.#reserveAtStart(position, words)
    if (((this.tail - this.#head) | 0) + words > this.capacity) {
      this.#head = Atomics.load(this.#control, RING_HEAD)
      if (((this.tail - this.#head) | 0) + words > this.capacity) return -1
    }
    this.tail = (this.tail + words) | 0
    return position
  }

  /** Reserves up to `most` more words right behind the last reservation; how many it got. */
  extend(most: number): number {
    const position = this.tail & this.#mask
    if (position === 0) return 0
    const free = this.capacity - ((this.tail - this.#head) | 0)
    const words = Math.min(most, free, this.capacity - position)
    this.tail = (this.tail + words) | 0
    return words
  }

  /**
   * Brings reserved words from index `at` on into this thread's cache, all of them at a time. Left
   * to the messages, each cache line would be waited for when its turn comes: its last user was the
   * reader.
   */
  claim(at: number, words: number): void {
    const { f64 } = this
    const end = at + words
    for (let word = at; word < end; word += LINE_WORDS) f64[word] = 0
  }

  /** Takes the last `words` reserved words back; they must not have been published. */
  retract(words: number): void {
    this.tail = (this.tail - words) | 0
  }

  /** Makes every reserved word visible to the reader. False if there was nothing new. */
  publish(): boolean {
    if (this.tail === this.published) return false
    this.published = this.tail
    Atomics.store(this.#control, RING_TAIL, this.tail)
    return true
  }

  /** Words that the reader has not given back yet, by a fresh look at its position. */
  used(): number {
    this.#head = Atomics.load(this.#control, RING_HEAD)
    return (this.tail - this.#head) | 0
  }

  /** Asks the reader to tell when it next gives words back. Look at `used` once more after this. */
  wantRoom(): void {
    Atomics.store(this.#control, RING_WANTED, 1)
  }

  #reserveAtStart(position: number, words: number): number {
    const filler = this.capacity - position
    this.#head = Atomics.load(this.#control, RING_HEAD)
    if (((this.tail - this.#head) | 0) + filler + words > this.capacity) return -1
    this.i32[2 * position] = frameHeader(PAD, 0)
    this.tail = (this.tail + filler + words) | 0
    return 0
  }
}

/** The reading end. `refresh`, read messages from `head` up to `tail`, then `release`. */
export class RingReader {
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly capacity: number
  readonly mask: number
  /** Position of the next unread word. Moved by the reader as it reads. */
  head: number
  /** Position up to which words may be read, as of the last `refresh`. */
  tail: number
  readonly #control: Int32Array
  readonly #tellRoom: () => void

  /** `tellRoom`: wakes the writer, which has asked for news of room. */
  constructor(data: Float64Array, control: Int32Array, tellRoom: () => void = ignore) {
    this.f64 = data
    this.i32 = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
    this.capacity = checkCapacity(data.length)
    this.mask = data.length - 1
    this.#control = control
    this.#tellRoom = tellRoom
    this.head = Atomics.load(control, RING_HEAD)
    this.tail = this.head
  }

  /**
   * A cheap look, without ordering: whether `refresh` is likely to find something. Before parking
   * ask `refresh`, which cannot be out of date.
   */
  glance(): boolean {
    return this.#control[RING_TAIL] !== this.head
  }

  /** Looks at the writer's position; true if there is something to read. */
  refresh(): boolean {
    this.tail = Atomics.load(this.#control, RING_TAIL)
    return this.tail !== this.head
  }

  /** Index of the word at `head`, past a filler if one is there. Call only while head !== tail. */
  position(): number {
    const position = this.head & this.mask
    if (this.i32[2 * position] !== PAD) return position
    this.head = (this.head + this.capacity - position) | 0
    return 0
  }

  /** Gives every word before `head` back to the writer, and wakes it if it has asked for that. */
  release(): void {
    Atomics.store(this.#control, RING_HEAD, this.head)
    if (Atomics.load(this.#control, RING_WANTED) === 0) return
    Atomics.store(this.#control, RING_WANTED, 0)
    this.#tellRoom()
  }
}

function ignore(): void {
  // A ring whose writer never sleeps for room.
}

function checkCapacity(words: number): number {
  const isFit = words >= 2 && words <= 2 ** 30 && (words & (words - 1)) === 0
  invariant(isFit, `A ring has 2 to 2^30 words, a power of two; ${words} were given.`)
  return words
}
