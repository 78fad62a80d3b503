/**
 * Join handle: what `spawn` returns for waiting for one task. Whether it is joined or not, the
 * scope of the task waits for it and fails with it.
 */

/** A spawned task. */
export class JoinHandle<R> {
  readonly #result: Promise<R>

  constructor(result: Promise<R>) {
    this.#result = result
    result.catch(ignore)
  }

  /** The task's result; rejects with its error. */
  join(): Promise<R> {
    return this.#result
  }
}

function ignore(): void {
  // A join that nobody awaits: the scope reports the error.
}
