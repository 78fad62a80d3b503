/**
 * Counting semaphore: a number of permits, taken and given back; takers wait until there are
 * enough.
 *
 * States      `value` permits are free; takers wait while the first of them wants more than that.
 * Invariants  value >= 0; the first waiter wants more than is free. So nobody who comes later and
 *             wants less gets in before it, and who wants much is not starved.
 * Access      home core only. Other cores go through `RemoteCountingSemaphore`.
 * Ordering    first come, first served.
 * Suspends    `acquire` only, and only if it must wait.
 * Failure     an aborted wait leaves the queue and rejects with ORUJO_ABORTED; the next may go on.
 * Misuse      counts that are none: InvariantError.
 */
import { invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'
import { type Granter, Guard } from './guard.ts'
import { WaitQueue } from './wait-queue.ts'

export class CountingSemaphore implements Granter, WaitSource {
  readonly #queue = new WaitQueue<number, number>("semaphore 'acquire'", () => this.#serve())
  #value: number

  /** `value`: permits that are free at first. */
  constructor(value: number) {
    checkCount('CountingSemaphore', value)
    this.#value = value
  }

  /** Permits that are free. */
  get value(): number {
    return this.#value
  }

  /**
   * Takes `count` permits; resolves, in the order of the calls, when there are enough. The guard
   * gives them back; who passes permits from task to task leaves it alone and calls `release`.
   */
  async acquire(count = 1, signal?: AbortSignal): Promise<Guard<CountingSemaphore>> {
    return new Guard(this, await this.take(count, signal))
  }

  /** A guard of `count` permits if nobody waits and there are enough; undefined if not. */
  tryAcquire(count = 1): Guard<CountingSemaphore> | undefined {
    return this.tryTake(count) ? new Guard(this, count) : undefined
  }

  /** Gives back, or adds, `count` permits, and lets those go on for whom there are enough now. */
  release(count = 1): void {
    checkCount('release', count)
    invariant(
      Number.isSafeInteger(this.#value + count),
      `release(${count}): a semaphore cannot count beyond ${Number.MAX_SAFE_INTEGER}.`,
    )
    this.#value += count
    this.#serve()
  }

  /** As `acquire`, without a guard: resolves with `count`. */
  take(count: number, signal?: AbortSignal): Promise<number> {
    const isTaken = signal?.aborted !== true && this.tryTake(count)
    return isTaken ? Promise.resolve(count) : this.#queue.wait(count, signal)
  }

  /** As `tryAcquire`, without a guard: whether they were taken. */
  tryTake(count: number): boolean {
    checkCount('acquire', count)
    if (this.#queue.size > 0 || count > this.#value) return false
    this.#value -= count
    return true
  }

  giveBack(count: number): void {
    this.release(count)
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  #serve(): void {
    for (;;) {
      const count = this.#queue.first
      if (count === undefined || count > this.#value) return
      this.#value -= count
      this.#queue.grant(count)
    }
  }
}

function checkCount(what: string, count: number): void {
  const isCount = Number.isSafeInteger(count) && count >= 0
  invariant(isCount, `${what}(${count}): a count of permits is needed.`)
}
