/**
 * Join handle: what `spawn` returns for waiting for one task. Whether it is joined or not, the
 * scope of the task waits for it and fails with it.
 *
 * Bounds      most tasks are never joined one by one: a promise is made by the first `join` only.
 */

/** A spawned task. */
export interface JoinHandle<R> {
  /** The task's result; rejects with its error. */
  join(): Promise<R>
}

/** Where the answer of one spawned task goes. */
export class Join<R> implements JoinHandle<R> {
  #isSettled = false
  #answer: unknown = undefined
  #promise: Promise<R> | undefined = undefined
  #resolve: ((answer: unknown) => void) | undefined = undefined

  join(): Promise<R> {
    this.#promise ??= this.#makePromise()
    return this.#promise
  }

  /** The task has ended: its result, or a promise that rejects with its error. Once. */
  settle(answer: unknown): void {
    this.#isSettled = true
    if (this.#resolve !== undefined) this.#resolve(answer)
    else {
      this.#answer = answer
      if (answer instanceof Promise) answer.catch(ignore)
    }
  }

  #makePromise(): Promise<R> {
    const promise = this.#isSettled
      ? Promise.resolve(this.#answer)
      : new Promise<unknown>((resolve) => {
          this.#resolve = resolve
        })
    promise.catch(ignore)
    return promise as Promise<R> // what the task's definition returns
  }
}

function ignore(): void {
  // A join that nobody awaits: the scope reports the error.
}
