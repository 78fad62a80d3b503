/**
 * Scope: the books of one completion event on one endpoint. See scopes.md for the protocol.
 *
 * States      passive (active 0) <-> active; clean <-> dirty (something is not reported yet).
 *             open -> ended, for good: a later event in the same slot is another object. The home
 *             knows the end at once, others when they hear of another one.
 * Invariants  active >= 0; `counts[j]` is, since the last report, counted messages sent from here
 *             to j, less (for j = here) those whose handling is finished here.
 * Access      this endpoint only.
 */
import { setMaxListeners } from 'node:events'

import { OrujoError } from '../errors.ts'

/** Books at the endpoint where the event was made. */
export interface ScopeHome {
  /** Sum of all reports: counted messages to each endpoint that are not known to be handled. */
  readonly totals: Int32Array
  /** Entries of `totals` that are not zero. */
  unbalanced: number
  /** Whether completion must be confirmed by asking every endpoint: see scopes.md. */
  readonly isConfirmed: boolean
  /** Scope whose abort aborts this one. */
  readonly parent: Scope | undefined
  /** Failures of this phase, in the order in which they became known. */
  errors: unknown[]
  /** Of a finish or a run whose own work has failed, and that waits for what came of it. */
  bodyError: { readonly error: unknown } | undefined
  waiters: Waiter[]
  /** Answers that the running confirmation still lacks; 0 when none runs. */
  awaited: number
  /** Reports that endpoints found busy by a confirmation still owe. */
  owed: number
  /** Whether anything has happened since the running confirmation began. */
  isDisturbed: boolean
}

export interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

export class Scope {
  /** Number of the event, see scope-number.ts. */
  readonly id: number
  /** Endpoint that made the event. */
  readonly home: number
  readonly counts: Int32Array
  /** Handle of this scope that bodies receive. */
  context: unknown = undefined
  /** Tasks queued or running here, explicit enrollments, and calls that wait for their answer. */
  active = 0
  /** Explicit enrollments among them. */
  enrolled = 0
  isDirty = false
  /** A confirmation found this endpoint busy: it reports when quiet, even if nothing changed. */
  owesReport = false
  isAborted = false
  /** The event is over and its slot given back, as far as this endpoint knows. */
  isEnded = false
  /** Present at `home` while the event is open. */
  books: ScopeHome | undefined = undefined
  #abort: AbortController | undefined = undefined

  constructor(id: number, home: number, endpoints: number) {
    this.id = id
    this.home = home
    this.counts = new Int32Array(endpoints)
  }

  /** Aborted when the run that this scope belongs to is. */
  get signal(): AbortSignal {
    this.#abort ??= makeAbort()
    if (this.isAborted) this.#abort.abort()
    return this.#abort.signal
  }

  /** Whether somebody here has asked for the signal, and may wait for it. */
  get hasSignal(): boolean {
    return this.#abort !== undefined
  }

  /** Whether nothing of this scope runs here, and nothing is left to report. */
  get isSettled(): boolean {
    if (this.active > 0 || this.owesReport) return false
    return this.counts.every((count) => count === 0)
  }

  abort(): void {
    this.isAborted = true
    this.#abort?.abort()
  }

  /** Whoever asked for the signal has ended: a later event of this number has one of its own. */
  forgetSignal(): void {
    this.#abort = undefined
  }

  /** Refuses work for an event that is over: nobody would wait for it. */
  checkOpen(): void {
    if (!this.isEnded) return
    throw new OrujoError(
      'ORUJO_SCOPE_ENDED',
      'The scope of this core handle has ended, so nothing can be sent, called, spawned or ' +
        'finished through it. Use it only while the work it was given to runs, and await that.',
    )
  }
}

/** Every task of a run may listen, and every wait does: that many are no leak to be warned of. */
function makeAbort(): AbortController {
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  return abort
}
