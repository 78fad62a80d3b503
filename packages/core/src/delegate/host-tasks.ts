/**
 * Host tasks: where unbound tasks go that the host spawns, which runs none itself: to the cores in
 * turn, from whose queues they may be stolen. A record is written where it travels.
 *
 * Invariants  `unfinished` is tasks sent without a join, less those whose end has been told.
 * Bounds      as many unfinished ones as the deques of all cores hold are the high-water mark: from
 *             there on `send` answers false, and `drain` waits until half of them have ended. Who
 *             sends on all the same fills the queues of the cores, which then begin a task before
 *             they read the next; so the outbox fills, and its bound is ORUJO_OVERFLOW.
 */
import { COUNTER } from '../metrics.ts'
import { UNBOUND_TASKS } from '../message/handlers.ts'
import type { Outbox } from '../message/outbox.ts'
import { RECORD_WORDS, type RecordViews } from '../task/task-record.ts'
import { frameHeader } from '../transport/frame.ts'
import { DEQUE_RECORDS } from './stealing.ts'

/** The header and the record. */
const WORDS = 1 + RECORD_WORDS

export class HostTasks implements RecordViews {
  readonly #outboxes: readonly HostOutbox[]
  readonly #counters: Float64Array
  readonly #cores: number
  readonly #mark: number
  #next = 0
  #unfinished = 0

  /** `cores`: also the host's number; `outboxes`: by core. */
  constructor(outboxes: readonly HostOutbox[], cores: number, counters: Float64Array) {
    this.#outboxes = outboxes
    this.#cores = cores
    this.#mark = cores * DEQUE_RECORDS
    this.#counters = counters
  }

  /** Where the record last reserved lies. */
  get f64(): Float64Array {
    return this.#outboxes[this.#next]!.f64
  }

  get i32(): Int32Array {
    return this.#outboxes[this.#next]!.i32
  }

  /** Whether a producer that was told to wait may go on. */
  get isDrained(): boolean {
    return this.#unfinished * 2 <= this.#mark
  }

  /** First word of the place for a record, which the caller fills at once. */
  reserve(): number {
    const outbox = this.#outboxes[this.#next]!
    const at = outbox.reserve(WORDS)
    outbox.i32[2 * at] = frameHeader(UNBOUND_TASKS, WORDS)
    outbox.i32[2 * at + 1] = 1
    return at + 1
  }

  /** The record is written. False above a high-water mark. */
  commit(isJoined: boolean): boolean {
    const { isOpen } = this.#outboxes[this.#next]!
    this.#next = (this.#next + 1) % this.#cores
    this.#counters[COUNTER.controls]!++
    if (!isJoined) this.#unfinished++
    return isOpen && this.#unfinished < this.#mark
  }

  /** The end of `count` tasks without a join has been told. */
  ended(count: number): void {
    this.#unfinished -= count
  }
}

type HostOutbox = Pick<Outbox, 'f64' | 'i32' | 'isOpen' | 'reserve'>
