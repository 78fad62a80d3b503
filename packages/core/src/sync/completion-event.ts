/**
 * Completion event: lets tasks of one core wait until known work is finished.
 *
 * States      idle (count 0) -> open (count > 0) -> idle.
 * Invariants  count >= 0; waiters exist only while open.
 * Access      the core that made it only. Work that spans cores wants `core.completionEvent()`.
 * Suspends    `wait` only, so a count just read holds until the caller's own next await.
 * Ordering    waiters resume in the order in which they began to wait.
 * Failure     a failed piece of work completes with its error; waiters reject with all of them.
 * Misuse      completing more than was enrolled is a caller's bug: InvariantError.
 */
import { invariant } from '../errors.ts'
import { WorkFailedError } from './scopes.ts'

export class CompletionEvent {
  #count = 0
  #errors: unknown[] = []
  #waiters: { resolve: () => void; reject: (error: unknown) => void }[] = []

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
    if (this.#count > 0 || this.#waiters.length === 0) return
    const waiters = this.#waiters
    const errors = this.#takeErrors()
    this.#waiters = []
    for (const { resolve, reject } of waiters) {
      if (errors.length === 0) resolve()
      else reject(new WorkFailedError(errors))
    }
  }

  /** One piece of work has failed: completes it, and fails those who wait for it. */
  fail(error: unknown): void {
    invariant(this.#count > 0, 'fail() on a completion event with nothing enrolled.')
    this.#errors.push(error)
    this.complete()
  }

  /**
   * Resolves when nothing is enrolled; at once if nothing is. Rejects with WorkFailedError, also
   * for failures that came before anybody waited.
   */
  wait(): Promise<void> {
    if (this.#count > 0) {
      return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
    }
    const errors = this.#takeErrors()
    return errors.length === 0 ? Promise.resolve() : Promise.reject(new WorkFailedError(errors))
  }

  #takeErrors(): unknown[] {
    const errors = this.#errors
    this.#errors = []
    return errors
  }
}
