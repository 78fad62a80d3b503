/**
 * Trace: what happened on one endpoint and when, as fixed-size records in shared memory, so that
 * what a core recorded outlives the core.
 *
 * States      of a record: open (its duration is OPEN) -> ended. It is written when what it records
 *             begins, so that a core that dies in the middle leaves word of it.
 * Shared words one ring per endpoint, written by its owner with plain stores, read by the host
 *             only after the owner's thread has ended.
 * Bounds      `capacity` records; a further one takes the place of the oldest, and `lost` tells.
 */

/** What is recorded. Kinds from `lifetime` on may overlap others of their core. */
export const TRACE = Object.freeze({
  /** A task's first section: from its start until it first suspends, or its end. */
  task: 1,
  /** Messages of one link handled in one go. */
  batch: 2,
  /** A publication of what was written to one link. */
  flush: 3,
  /** Sleep, for lack of work. */
  park: 4,
  /** Tasks that were resumed, up to where each suspended again. */
  resumed: 5,
  /** A turn of the event loop: timers, I/O, and what they resumed. */
  eventLoop: 6,
  /** Tasks taken from `peer`. */
  steal: 7,
  /** Queued tasks (`count`) and words that wait because a ring is full (`words`): a moment. */
  queues: 8,
  /** Unbound tasks, one after the other, each up to where it first suspends. */
  unbound: 9,
  /** A task that suspended, from its start to its end. */
  lifetime: 10,
  /** Tasks waiting for outboxes to drain. */
  drain: 11,
})

/** What `begin` is told about a record besides its kind and time; what does not apply is 0. */
export interface TraceFacts {
  /** What it is about; the recorder's own code. */
  readonly subject: number
  /** The other endpoint. */
  readonly peer: number
  /** Messages or tasks. */
  readonly count: number
  /** Words of messages. */
  readonly words: number
  /** Position in the link's ring after the words, modulo 2^32. */
  readonly position: number
}

export interface TraceRecord extends TraceFacts {
  readonly kind: number
  /** Milliseconds on the clock that all threads share. */
  readonly startMs: number
  /** Undefined if it had not ended. */
  readonly durationMs: number | undefined
}

/** Duration of a record that has not ended. */
const OPEN = -1

/** 8-byte words of a record: start, duration, and six 32-bit facts. */
const RECORD_WORDS = 5
/** Words before the records: how many were ever written. */
const HEAD_WORDS = 1

/** Bytes of shared memory for the rings of `endpoints` endpoints, `capacity` records each. */
export function traceBytes(endpoints: number, capacity: number): number {
  return endpoints * ringWords(capacity) * 8
}

export class TraceRing {
  readonly capacity: number
  readonly #f64: Float64Array
  readonly #i32: Int32Array
  #slot: number

  /** Ring of endpoint `id` in memory of `traceBytes`. */
  constructor(memory: ArrayBufferLike, capacity: number, id: number) {
    const words = ringWords(capacity)
    this.capacity = capacity
    this.#f64 = new Float64Array(memory, id * words * 8, words)
    this.#i32 = new Int32Array(memory, id * words * 8, words * 2)
    this.#slot = this.written % capacity
  }

  /** Records written so far, those overwritten since included. */
  get written(): number {
    return this.#f64[0]!
  }

  /** Records overwritten. */
  get lost(): number {
    return Math.max(0, this.written - this.capacity)
  }

  /** Writes a record that lasts from `startMs` until `end`. Returns its number, for `end`. */
  begin(
    kind: number,
    startMs: number,
    subject: number,
    peer: number,
    count: number,
    words: number,
    position: number,
  ): number {
    const at = HEAD_WORDS + this.#slot * RECORD_WORDS
    const facts = 2 * (at + 2)
    const f64 = this.#f64
    const i32 = this.#i32
    f64[at] = startMs
    f64[at + 1] = OPEN
    i32[facts] = kind
    i32[facts + 1] = subject
    i32[facts + 2] = peer
    i32[facts + 3] = count
    i32[facts + 4] = words
    i32[facts + 5] = position
    this.#slot = this.#slot + 1 === this.capacity ? 0 : this.#slot + 1
    return f64[0]!++
  }

  /** Ends record `number`, and sets its count. False if it has been overwritten. */
  end(number: number, endMs: number, count: number): boolean {
    if (this.written - number > this.capacity) return false
    const at = HEAD_WORDS + (number % this.capacity) * RECORD_WORDS
    this.#f64[at + 1] = endMs - this.#f64[at]!
    this.#i32[2 * (at + 2) + 3] = count
    return true
  }

  /** The records that are left, in the order in which they were written. */
  *records(): Generator<TraceRecord> {
    const { written } = this
    for (let number = this.lost; number < written; number++) {
      const at = HEAD_WORDS + (number % this.capacity) * RECORD_WORDS
      const facts = 2 * (at + 2)
      const duration = this.#f64[at + 1]!
      yield {
        kind: this.#i32[facts]!,
        startMs: this.#f64[at]!,
        durationMs: duration === OPEN ? undefined : duration,
        subject: this.#i32[facts + 1]!,
        peer: this.#i32[facts + 2]!,
        count: this.#i32[facts + 3]!,
        words: this.#i32[facts + 4]!,
        position: this.#i32[facts + 5]!,
      }
    }
  }
}

function ringWords(capacity: number): number {
  return HEAD_WORDS + capacity * RECORD_WORDS
}
