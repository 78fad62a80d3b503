/**
 * Owned: the one handle that an object belongs to. Whoever has it may lend it, move it on, or drop
 * it; every object has exactly one.
 *
 * States      see hold.ts.
 * Access      the endpoint it is on. Sent in a message, or returned by a task, it moves there.
 * Ownership   as it says: what is not moved on must be dropped.
 * Failure     what conflicts with a borrow, or comes after a move or a drop, is an OwnershipError.
 */
import { inspect } from 'node:util'

import { InvariantError, type Core } from '@orujo/core'
import type { sendableBrand } from '@orujo/core/internal'
import { Mut, Ref } from './borrow.ts'
import { Hold } from './hold.ts'
import type { contents, Absent, Conflict, MutableIn, OwnerOf, SharedIn } from './lent.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from './movable.ts'
import { StandingBorrow } from './refusal.ts'
import { whileReading, whileWriting } from './scoped.ts'

const ABSENT: Absent = Object.freeze({ kind: 'absent' })

export class Owned<T> implements OwnerOf<T>, Movable<Owned<T>> {
  declare readonly [sendableBrand]?: true
  declare readonly [contents]?: (of: T) => T
  readonly #hold: Hold

  /** Use `own`, `ownArray` or `move`. */
  constructor(hold: Hold) {
    this.#hold = hold
  }

  /** The cell behind the handle; for packages that build on it. */
  get hold(): Hold {
    return this.#hold
  }

  /** Whether the object's bytes are where this core can use them without a message. */
  get isLocal(): boolean {
    return this.#hold.isLocal
  }

  /**
   * Lends the object, shared, for as long as `work` takes. Fetches it first if it is elsewhere and
   * this core has no copy. Nothing of the object may be kept or returned.
   */
  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileReading(this.borrow(core), work)
  }

  /**
   * Lends the object exclusively for as long as `work` takes, and counts it as changed. Moves it
   * here first if it is elsewhere. Nothing of the object may be kept or returned.
   */
  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileWriting(this.borrowMut(core), work)
  }

  /** A shared borrow, until its `release`: `using ref = await owned.borrow(core)`. */
  async borrow(core: Core): Promise<Ref<T>> {
    const body = this.#hold.beginShared(core)
    return new Ref<T>(this.#hold, body ?? (await this.#hold.fetchForReading(core)))
  }

  /** A shared borrow at once, or why there is none. Throws after a move or a drop. */
  tryBorrow(core: Core): Ref<T> | Absent | Conflict {
    const hold = this.#hold
    if (hold.state === 'exclusive') return new StandingBorrow(hold)
    const body = hold.beginShared(core)
    if (body !== undefined) return new Ref<T>(hold, body)
    hold.cancelShared()
    return ABSENT
  }

  /** The exclusive borrow, until its end: `await using mut = await owned.borrowMut(core)`. */
  async borrowMut(core: Core): Promise<Mut<T>> {
    const hold = this.#hold
    hold.beginExclusive(core)
    const before = hold.pointer
    try {
      const body = hold.localForWriting() ?? (await hold.bodyForWriting(core))
      return new Mut<T>(hold, core, before, body)
    } catch (error) {
      hold.endUnchanged()
      throw error
    }
  }

  /** The exclusive borrow at once, or why there is none. Throws after a move or a drop. */
  tryBorrowMut(core: Core): Mut<T> | Absent | Conflict {
    const hold = this.#hold
    if (hold.state === 'exclusive' || hold.state === 'shared') return new StandingBorrow(hold)
    hold.beginExclusive(core)
    const body = hold.localForWriting()
    if (body !== undefined) return new Mut<T>(hold, core, hold.pointer, body)
    hold.endUnchanged()
    return ABSENT
  }

  [TAKE](): Owned<T> {
    const hold = this.#hold
    const { store, shape, pointer } = hold
    hold.moveAway()
    const moved = new Hold(store, shape, pointer)
    moved.isTied = hold.isTied
    moved.isRoaming = hold.isRoaming
    if (moved.isRoaming) store.noteRoaming(moved)
    return new Owned<T>(moved)
  }

  [DROP](core: Core): void {
    this.#hold.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#hold.requireGone()
  }
}

/**
 * Ties an object to the one that it is, or will be, part of: where that is fetched or moved, this
 * travels in the same message. If it is part of it already, that must be borrowed exclusively.
 */
export function tie<T>(owned: Owned<T>): Owned<T> {
  cellOf(owned).tie()
  return owned
}

/** The cell of an owner. InvariantError for whatever else a program in JavaScript hands over. */
export function cellOf(owned: object): Hold {
  if (owned instanceof Owned) return owned.hold
  throw noOwner(owned)
}

function noOwner(found: unknown): InvariantError {
  return new InvariantError(`an owner was expected, got ${inspect(found)}`)
}
