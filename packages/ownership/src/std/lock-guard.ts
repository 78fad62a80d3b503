/**
 * Guards of locks: a borrow, and the right to it, which end together.
 *
 * States      held -> released. Safe to repeat.
 * Ownership   whoever has a guard releases it.
 */
import { unsendable } from '@orujo/core/internal'
import type { Mut, Ref } from '../borrow.ts'
import type { Shared } from '../lent.ts'

const GUARD = 'a guard of a lock, which cannot be sent: send a clone of the lock'

/** The right to read what a lock guards: `using guard = await lock.readLock(core)`. */
export class ReadGuard<T> {
  readonly #ref: Ref<T>
  #giveBack: (() => void) | undefined

  /** Of a lock. `giveBack` is called once, after the borrow has ended. */
  constructor(ref: Ref<T>, giveBack: () => void) {
    this.#ref = ref
    this.#giveBack = giveBack
  }

  /** The contents, which nobody changes while this is held. */
  get value(): Shared<T> {
    return this.#ref.value
  }

  /** The borrow; for lending it on. */
  get ref(): Ref<T> {
    return this.#ref
  }

  /** Lets others write. Safe to repeat. */
  release(): void {
    const giveBack = this.#giveBack
    if (giveBack === undefined) return
    this.#ref.release()
    this.#giveBack = undefined
    giveBack()
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof GUARD {
    return GUARD
  }

  /** As of the borrow. */
  endLater(): void {
    this.#ref.endLater(() => this.release())
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** The right to write what a lock guards: `await using guard = await lock.writeLock(core)`. */
export class WriteGuard<T> {
  readonly #mut: Mut<T>
  #giveBack: (() => void) | undefined

  /** As of ReadGuard. */
  constructor(mut: Mut<T>, giveBack: () => void) {
    this.#mut = mut
    this.#giveBack = giveBack
  }

  /** The contents, to be written: from here on they count as changed. */
  get value(): T {
    return this.#mut.value
  }

  /** The contents, to be read only: this does not count as a change. */
  get view(): Shared<T> {
    return this.#mut.view
  }

  /** The borrow; for lending it on. */
  get mut(): Mut<T> {
    return this.#mut
  }

  /** Lets others in, who see what was written. Safe to repeat. */
  async release(): Promise<void> {
    const giveBack = this.#giveBack
    if (giveBack === undefined) return
    this.#giveBack = undefined
    try {
      await this.#mut.release()
    } catch (error) {
      // Something inside is still borrowed, so this is still held.
      this.#giveBack = giveBack
      throw error
    }
    giveBack()
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof GUARD {
    return GUARD
  }

  /** As of the borrow. */
  endLater(): void {
    this.#mut.endLater(() => this.release())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}
