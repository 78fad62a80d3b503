/**
 * Guard: the right that a lock or a semaphore has granted, held by a scope of code: `using`.
 *
 * States      held -> released, for good; a condition variable takes it away and gives it back
 *             while its holder waits: held -> lent -> held | released.
 * Access      the core that it was granted on. Not sendable.
 * Ownership   whoever has the guard must release it; `using` does so at the end of the block.
 * Misuse      `release` of a guard that is not held: InvariantError. Leaving a `using` block after
 *             an early release does nothing.
 */
import { invariant } from '../errors.ts'

/** What grants rights. */
export interface Granter {
  /** Takes a right back that it has granted. */
  giveBack(right: number): void
}

/** No right is numbered so. */
const NOT_HELD = -1

export class Guard<G extends Granter = Granter> implements Disposable {
  /** What it was granted by. */
  readonly granter: G
  #right: number

  constructor(granter: G, right: number) {
    this.granter = granter
    this.#right = right
  }

  /** Whether the right is held now. */
  get isHeld(): boolean {
    return this.#right !== NOT_HELD
  }

  /** Gives the right back. Once. */
  release(): void {
    invariant(this.isHeld, 'A guard was released that is not held: release it once.')
    // In this order, so that a guard whose release could not be sent is still held.
    this.granter.giveBack(this.#right)
    this.#right = NOT_HELD
  }

  /** For condition variables: the right, which is not the holder's from now on. */
  lend(): number {
    invariant(this.isHeld, 'Waiting with a guard that is not held: wait while it is.')
    const right = this.#right
    this.#right = NOT_HELD
    return right
  }

  /** For condition variables: the holder has a right again. */
  regain(right: number): void {
    this.#right = right
  }

  [Symbol.dispose](): void {
    if (this.isHeld) this.release()
  }
}
