/**
 * Wait queue: those who wait at one synchronization primitive, first come, first served. The
 * primitives decide who may go on; this file keeps the order and lets waiters give up.
 *
 * States      of a waiter: waiting -> granted | abandoned (its signal was aborted); for good.
 * Invariants  a waiter is in the queue exactly while it waits, so that nothing is ever granted to
 *             one that has given up.
 * Access      home core only.
 * Ordering    `first` has waited longest; whoever gives up leaves the order of the rest as it is.
 * Suspends    nothing here; `wait` returns a promise.
 * Failure     an aborted wait rejects with ORUJO_ABORTED, the signal's reason as its cause.
 * Bounds      one entry per waiter; leaving from the middle costs no search.
 */
import { OrujoError, invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'

interface Waiter<Request, Grant> {
  readonly request: Request
  readonly resolve: (grant: Grant | PromiseLike<Grant>) => void
  readonly signal: AbortSignal | undefined
  /** What listens to `signal`. */
  listener: (() => void) | undefined
  before: Waiter<Request, Grant> | undefined
  after: Waiter<Request, Grant> | undefined
}

/** `Request`: what a waiter waits for. `Grant`: what it gets. */
export class WaitQueue<Request, Grant> implements WaitSource {
  readonly #what: string
  readonly #abandoned: () => void
  #first: Waiter<Request, Grant> | undefined
  #last: Waiter<Request, Grant> | undefined
  #size = 0

  /**
   * `what`: names the wait in errors and reports. `abandoned`: called when a waiter has given up,
   * for primitives where the next may then go on.
   */
  constructor(what: string, abandoned: () => void = nothing) {
    this.#what = what
    this.#abandoned = abandoned
  }

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** What the waiter wants who has waited longest. */
  get first(): Request | undefined {
    return this.#first?.request
  }

  /** Joins the end of the queue. Rejects if `signal` is aborted, or is by the time of the grant. */
  wait(request: Request, signal?: AbortSignal): Promise<Grant> {
    if (signal?.aborted === true) return Promise.reject(abortedWait(this.#what, signal.reason))
    return new Promise((resolve, reject) => {
      const waiter: Waiter<Request, Grant> = {
        request,
        resolve,
        signal,
        listener: undefined,
        before: this.#last,
        after: undefined,
      }
      this.#append(waiter)
      if (signal !== undefined) this.#listen(waiter, signal, reject)
    })
  }

  /** The first waiter goes on, with `grant`. */
  grant(grant: Grant | PromiseLike<Grant>): void {
    const waiter = this.#first
    invariant(waiter !== undefined, `Granted to nobody: no one waits for ${this.#what}.`)
    this.#remove(waiter)
    waiter.resolve(grant)
  }

  /** What everybody wants, in order. */
  *requests(): Generator<Request, void> {
    for (let at = this.#first; at !== undefined; at = at.after) yield at.request
  }

  addWaits(found: Wait[]): void {
    if (this.#size > 0) found.push({ what: this.#what, count: this.#size })
  }

  #append(waiter: Waiter<Request, Grant>): void {
    if (this.#last === undefined) this.#first = waiter
    else this.#last.after = waiter
    this.#last = waiter
    this.#size++
  }

  #listen(
    waiter: Waiter<Request, Grant>,
    signal: AbortSignal,
    reject: (error: OrujoError) => void,
  ): void {
    waiter.listener = () => {
      this.#remove(waiter)
      reject(abortedWait(this.#what, signal.reason))
      this.#abandoned()
    }
    signal.addEventListener('abort', waiter.listener)
  }

  #remove(waiter: Waiter<Request, Grant>): void {
    const { before, after, signal, listener } = waiter
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    this.#size--
    if (listener !== undefined) signal?.removeEventListener('abort', listener)
  }
}

/** What an aborted wait rejects with. */
export function abortedWait(what: string, cause?: unknown): OrujoError {
  return new OrujoError('ORUJO_ABORTED', `Waiting for ${what} was aborted.`, { cause })
}

function nothing(): void {
  // Where giving up changes nothing for the others.
}
