/**
 * Mutex: lets one task at a time into what spans several awaits. (What lies between two awaits
 * needs none: nothing else happens on a core meanwhile.)
 *
 * States      free -> held -> free, or held by the next at once if one waits.
 * Invariants  free only while nobody waits: a release hands over to the first waiter, so nobody who
 *             comes later gets in between. Every holding has a ticket of its own.
 * Access      home core only. Other cores go through `RemoteMutex`.
 * Ordering    first come, first served.
 * Suspends    `lock` only, and only if the mutex is held.
 * Failure     an aborted wait leaves the queue and rejects with ORUJO_ABORTED.
 * Misuse      releasing twice: InvariantError. A holder that locks again waits for ever.
 */
import { invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'
import { type Granter, Guard } from './guard.ts'
import { WaitQueue } from './wait-queue.ts'

/** Nobody holds the mutex. */
const FREE = 0

export class Mutex implements Granter, WaitSource {
  readonly #queue = new WaitQueue<void, number>("mutex 'lock'")
  /** Ticket of who holds it, or FREE. */
  #holder = FREE
  #lastTicket = 0

  /** Whether somebody holds it. */
  get isLocked(): boolean {
    return this.#holder !== FREE
  }

  /** Resolves, in the order of the calls, with the guard of the only holder. */
  async lock(signal?: AbortSignal): Promise<Guard<Mutex>> {
    return new Guard(this, await this.acquire(signal))
  }

  /** A guard if the mutex is free; undefined if not. Never waits. */
  tryLock(): Guard<Mutex> | undefined {
    return this.isLocked ? undefined : new Guard(this, this.#admit())
  }

  /** As `lock`, for holders without a guard here: resolves with the ticket to give back. */
  acquire(signal?: AbortSignal): Promise<number> {
    const isFree = !this.isLocked && signal?.aborted !== true
    return isFree ? Promise.resolve(this.#admit()) : this.#queue.wait(undefined, signal)
  }

  /** As `tryLock`, without a guard: the ticket, or 0. */
  tryAcquire(): number {
    return this.isLocked ? FREE : this.#admit()
  }

  /** The holding with this ticket has ended: the first waiter holds the mutex next. */
  giveBack(ticket: number): void {
    invariant(
      ticket === this.#holder && ticket !== FREE,
      'A mutex was released by who does not hold it: release it once.',
    )
    this.#holder = FREE
    if (this.#queue.size > 0) this.#queue.grant(this.#admit())
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  #admit(): number {
    this.#lastTicket++
    this.#holder = this.#lastTicket
    return this.#holder
  }
}
