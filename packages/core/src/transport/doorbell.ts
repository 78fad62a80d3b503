/**
 * Doorbell: lets an endpoint sleep without missing a message, and others wake it. One word each.
 *
 * States      AWAKE -> ARMED (owner announces that it will sleep) -> AWAKE (owner saw work, or
 *             somebody rang).
 * Shared words `word` written by the owner (arm, disarm) and by ringers (ARMED -> AWAKE).
 * Ordering    owner: store ARMED, then look at every ring. Ringer: store the ring's tail, then look
 *             at the word. Sequential consistency allows no run in which both look too early:
 *             either the owner sees the tail, or the ringer sees ARMED. If the ringer moves the
 *             word before the owner waits, the wait does not start, because it compares with ARMED.
 *             A ringer that is slow to notify may end a later sleep with the word still ARMED: the
 *             owner then looks and finds nothing new, which is harmless.
 * Suspends    `sleep` only.
 * Bounds      one owner; at most one wait outstanding, which every ring ends.
 */

/** Ints per doorbell: a cache line pair of its own, so that ringing one does not slow another. */
export const DOORBELL_INTS = 32

const AWAKE = 0
const ARMED = 1

export class Doorbell {
  readonly #words: Int32Array
  readonly #index: number

  constructor(words: Int32Array, index: number) {
    this.#words = words
    this.#index = index
  }

  /** Any endpoint: wakes the owner if it sleeps or is about to. Cheap when it does not. */
  ring(): void {
    if (Atomics.load(this.#words, this.#index) === AWAKE) return
    if (Atomics.compareExchange(this.#words, this.#index, ARMED, AWAKE) === ARMED) {
      Atomics.notify(this.#words, this.#index)
    }
  }

  /** Owner: from here on a ring is not lost. Look for work after this, before `sleep`. */
  arm(): void {
    Atomics.store(this.#words, this.#index, ARMED)
  }

  /** Owner: found work after arming. */
  disarm(): void {
    Atomics.store(this.#words, this.#index, AWAKE)
  }

  /** Owner, armed: resolves when rung; undefined if that has already happened. */
  sleep(): Promise<unknown> | undefined {
    const wait = Atomics.waitAsync(this.#words, this.#index, ARMED)
    return wait.async ? wait.value : undefined
  }
}
