/**
 * Host tasks: where unbound tasks go that the host spawns, which runs none itself: to the cores in
 * turn, from whose queues they may be stolen.
 */
import { UNBOUND_TASKS } from '../message/handlers.ts'
import { RECORD_WORDS, type RecordViews } from '../task/task-record.ts'

/** How they travel. */
export interface HostTaskLink {
  /** False above the high-water mark of the way to `dst`. */
  isOpen(dst: number): boolean
  words(dst: number, operation: number, auxiliary: number, words: Float64Array): void
}

export class HostTasks implements RecordViews {
  readonly f64 = new Float64Array(RECORD_WORDS)
  readonly i32 = new Int32Array(this.f64.buffer)
  readonly #link: HostTaskLink
  readonly #cores: number
  #next = 0

  /** The host's number is that of the cores. */
  constructor(link: HostTaskLink, cores: number) {
    this.#link = link
    this.#cores = cores
  }

  /** First word of the place for a record. */
  reserve(): number {
    return 0
  }

  /** Sends the record. False above the high-water mark. */
  commit(): boolean {
    const dst = this.#next
    this.#next = (dst + 1) % this.#cores
    this.#link.words(dst, UNBOUND_TASKS, 1, this.f64)
    return this.#link.isOpen(dst)
  }
}
