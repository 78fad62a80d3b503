/**
 * Completion event: lets tasks of one core wait until known work is finished.
 *
 * States      idle (count 0) -> open (count > 0) -> idle.
 * Invariants  count >= 0; waiters exist only while open.
 * Access      the core that made it only. Work that spans cores wants `core.completionEvent()`.
 * Suspends    `wait` only, so a count just read holds until the caller's own next await.
 * Ordering    waiters resume in the order in which they began to wait.
 * Failure     a failed piece of work completes with its error; waiters reject with all of them.
 *             An aborted wait rejects with ORUJO_ABORTED, and what failed is for the others.
 * Misuse      completing more than was enrolled is a caller's bug: InvariantError.
 */
import { invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'
import { WorkFailedError } from './scopes.ts'
import { WaitQueue } from './wait-queue.ts'

export class CompletionEvent implements WaitSource {
  readonly #queue = new WaitQueue<void, void>("completion event 'wait'")
  #count = 0
  #errors: unknown[] = []

  /** Pieces of work enrolled and not completed. */
  get count(): number {
    return this.#count
  }

  /** `count` more pieces of work will be completed. */
  enroll(count = 1): void {
    invariant(Number.isSafeInteger(count) && count >= 0, `enroll(${count}): a count is needed.`)
    this.#count += count
  }

  /** `count` pieces of work are finished; the last one wakes every waiter. */
  complete(count = 1): void {
    invariant(Number.isSafeInteger(count) && count >= 0, `complete(${count}): a count is needed.`)
    invariant(
      count <= this.#count,
      `complete(${count}) on a completion event with only ${this.#count} enrolled.`,
    )
    this.#count -= count
    if (this.#count > 0 || this.#queue.size === 0) return
    const errors = this.#takeErrors()
    while (this.#queue.size > 0) this.#queue.grant(outcomeOf(errors))
  }

  /** One piece of work has failed: completes it, and fails those who wait for it. */
  fail(error: unknown): void {
    invariant(this.#count > 0, 'fail() on a completion event with nothing enrolled.')
    this.#errors.push(error)
    this.complete()
  }

  /**
   * Resolves when nothing is enrolled; at once if nothing is. Rejects with WorkFailedError, also
   * for failures that came before anybody waited; with ORUJO_ABORTED when `signal` is aborted.
   */
  wait(signal?: AbortSignal): Promise<void> {
    if (this.#count > 0 || signal?.aborted === true) return this.#queue.wait(undefined, signal)
    return outcomeOf(this.#takeErrors())
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  #takeErrors(): unknown[] {
    const errors = this.#errors
    this.#errors = []
    return errors
  }
}

/** What whoever waits is told. */
function outcomeOf(errors: readonly unknown[]): Promise<void> {
  return errors.length === 0 ? Promise.resolve() : Promise.reject(new WorkFailedError(errors))
}
