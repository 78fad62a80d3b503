/**
 * Condition variable: lets tasks wait until another has changed something.
 *
 * States      of a waiter: waiting -> signalled -> (holds its mutex again) gone on.
 * Invariants  waiting and releasing the mutex are one step, so that no signal falls in between. A
 *             signalled waiter takes its place in the queue of the mutex at once.
 * Access      home core only, which is that of its mutexes. Others: `RemoteConditionVariable`.
 * Ordering    `signal` wakes who has waited longest; `broadcast` all, in order.
 * Suspends    `wait` only.
 * Failure     an aborted wait rejects with ORUJO_ABORTED and without the mutex. A signal that its
 *             waiter could not use any more goes on to the next.
 * Misuse      a signal with no waiter is lost, as it must be: look at what you wait for before you
 *             wait, and again after it.
 */
import type { Wait, WaitSource } from '../task/waits.ts'
import type { Guard } from './guard.ts'
import type { Mutex } from './mutex.ts'
import { WaitQueue } from './wait-queue.ts'

interface Waiting {
  /** To be held again by who goes on. */
  readonly mutex: Mutex | undefined
  readonly signal: AbortSignal | undefined
}

/** Stands for the ticket where there is no mutex. */
const NO_TICKET = 0

export class ConditionVariable implements WaitSource {
  readonly #queue = new WaitQueue<Waiting, number>("condition variable 'wait'")

  /**
   * Releases the guard's mutex and waits for a signal; resolves when the guard is held again.
   * Without a guard, just waits for a signal. If it rejects, the guard is not held.
   */
  async wait(guard?: Guard<Mutex>, signal?: AbortSignal): Promise<void> {
    if (guard === undefined) await this.#queue.wait({ mutex: undefined, signal }, signal)
    else guard.regain(await this.waitWith(guard.granter, guard.lend(), signal))
  }

  /** As `wait`, for holders without a guard here: resolves with the new ticket. */
  waitWith(mutex: Mutex, ticket: number, signal?: AbortSignal): Promise<number> {
    mutex.giveBack(ticket)
    return this.#queue.wait({ mutex, signal }, signal)
  }

  /** Wakes who has waited longest; whether there was one. */
  signal(): boolean {
    const waiting = this.#queue.first
    if (waiting === undefined) return false
    const { mutex, signal } = waiting
    this.#queue.grant(mutex === undefined ? NO_TICKET : this.#lockAgain(mutex, signal))
    return true
  }

  /** Wakes all who wait; how many there were. */
  broadcast(): number {
    const count = this.#queue.size
    for (let i = 0; i < count; i++) this.signal()
    return count
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  async #lockAgain(mutex: Mutex, signal: AbortSignal | undefined): Promise<number> {
    try {
      return await mutex.acquire(signal)
    } catch (error) {
      // It was signalled and cannot use it: whoever is next can.
      this.signal()
      throw error
    }
  }
}
