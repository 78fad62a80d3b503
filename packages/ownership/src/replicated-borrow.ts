/**
 * Borrows of replicated objects: a `ReplicaRef` is one of many, on any core, and reads the replica
 * of its own; a `ReplicaMut` is the only one and writes the next version.
 *
 * States      live -> ended; of a ReplicaMut also live -> lent -> live.
 * Ownership   whoever got it ends it, on every path: `using` a ReplicaRef, `await using` a
 *             ReplicaMut.
 * Suspends    the end of a ReplicaMut: other cores may only read what the owner knows.
 */
import type { Core } from '@orujo/core'
import { unsendable } from '@orujo/core/internal'
import type { OwnershipError } from './errors.ts'
import { Lending, type Lender } from './guard.ts'
import type { Loan as LoanPlace } from './hold.ts'
import { BEGIN, BORROW, LEND, type Lendable, type LentOut, type Loan } from './lendable.ts'
import type { Reference, Shared } from './lent.ts'
import type { PlaceNote } from './place-note.ts'
import { misuse } from './refusal.ts'
import type { ReplicaPointer } from './replica.ts'
import {
  LentReplicas,
  replicatedCell,
  type ReplicaSet,
  type ReplicatedCell,
} from './replicated-cell.ts'

/** A shared borrow. */
export class ReplicaRef<T> implements Reference<T>, Lendable {
  /** Tells outcomes of `tryBorrow` apart. */
  readonly kind = 'borrowed'
  readonly #cell: ReplicatedCell
  readonly #value: unknown
  #isLive = true
  /** In checked mode. */
  #lending: Lending | undefined
  #endedAt: PlaceNote | undefined

  /** Use `borrow`, `tryBorrow` or `read` of a replicated object. */
  constructor(cell: ReplicatedCell, core: Core) {
    this.#cell = cell
    this.#value = cell.replica(core).shared(core)
  }

  /** The contents, which nobody changes while this is live. */
  get value(): Shared<T> {
    const { guards } = this.#live().store
    const value = this.#value as Shared<T> // the owner's T is what was put into the replicas
    if (guards === undefined) return value
    return (this.#lending ??= new Lending(guards, lenderOf(this.#cell))).wrap(value, false)
  }

  get isLive(): boolean {
    return this.#isLive
  }

  /** Ends the borrow. Safe to repeat. */
  release(): void {
    if (!this.#isLive) return
    this.#isLive = false
    this.#endedAt = this.#cell.store.notes.ofEnd()
    this.#lending?.end(this.#endedAt)
    this.#cell.endShared()
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  [Symbol.dispose](): void {
    this.release()
  }

  [LEND](core: Core): Loan {
    const cell = this.#live()
    cell.beginShared(core)
    return {
      loaned: new LoanedReplica(cell.set, cell.pointer, false, undefined),
      end: () => cell.endShared(),
    }
  }

  #live(): ReplicatedCell {
    if (!this.#isLive) throw escaped(this.#cell, this.#endedAt)
    return this.#cell
  }
}

/** The exclusive borrow. */
export class ReplicaMut<T> implements Lendable {
  readonly kind = 'borrowed'
  readonly #cell: ReplicatedCell
  readonly #core: Core
  #isWritten = false
  #state: 'live' | 'lent' | 'ended' = 'live'
  /** In checked mode. */
  #lending: Lending | undefined
  /** Where it ended, or was lent. */
  #endedAt: PlaceNote | undefined

  /** Use `borrowMut` or `write` of a replicated object. */
  constructor(cell: ReplicatedCell, core: Core) {
    this.#cell = cell
    this.#core = core
  }

  /** The contents, to be written: from here on they count as changed. */
  get value(): T {
    const cell = this.#live()
    this.#isWritten = true
    // What was put into the replicas.
    return this.#guarded(cell.replica(this.#core).writable(this.#core) as T, true)
  }

  /** The contents, to be read only: this does not count as a change. */
  get view(): Shared<T> {
    const replica = this.#live().replica(this.#core)
    // A value being written is not frozen for it.
    const value = this.#isWritten ? replica.writable(this.#core) : replica.shared(this.#core)
    return this.#guarded(value as Shared<T>, false) // as above
  }

  get isLive(): boolean {
    return this.#state !== 'ended'
  }

  /** Ends the borrow; what was written can be read by others then. Safe to repeat. */
  async release(): Promise<void> {
    if (this.#state === 'ended') return
    const cell = this.#live()
    this.#state = 'ended'
    this.#endLending()
    try {
      if (this.#isWritten) await cell.wrote(this.#core)
    } finally {
      cell.endExclusive()
    }
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** Lends it on: what was written so far is a version of its own, and nobody uses it here. */
  async [LEND](core: Core): Promise<Loan> {
    const cell = this.#live()
    this.#state = 'lent'
    this.#endLending()
    try {
      if (this.#isWritten) await cell.wrote(core)
    } catch (error) {
      this.#state = 'live'
      throw error
    }
    this.#isWritten = false
    const before = cell.pointer.version
    const lent = LentReplicas.of(core)
    const number = lent.add(cell)
    return {
      loaned: new LoanedReplica(cell.set, cell.pointer, true, { core: core.id, number }),
      end: async () => {
        lent.cells.delete(number)
        await this.#regain(before)
      },
    }
  }

  /** What the borrower has written comes back, and the owner above this is told of it. */
  async #regain(before: number): Promise<void> {
    const cell = this.#cell
    try {
      await cell.fetch(this.#core)
      if (cell.pointer.version !== before) await cell.passOn(this.#core)
    } finally {
      this.#state = 'live'
    }
  }

  #guarded<V>(value: V, mayWrite: boolean): V {
    const cell = this.#cell
    const { guards } = cell.store
    if (guards === undefined) return value
    return (this.#lending ??= new Lending(guards, lenderOf(cell))).wrap(value, mayWrite)
  }

  /** What was handed out here is of no use from now on. */
  #endLending(): void {
    this.#endedAt = this.#cell.store.notes.ofEnd()
    this.#lending?.end(this.#endedAt)
    this.#lending = undefined
  }

  #live(): ReplicatedCell {
    if (this.#state === 'lent') {
      const { name } = this.#cell
      throw misuse('OWN_BORROWED', `${name} is lent exclusively: wait for whom it was lent to.`, {
        name,
        note: this.#endedAt,
      })
    }
    if (this.#state === 'ended') throw escaped(this.#cell, this.#endedAt)
    return this.#cell
  }
}

/** A borrow on its way to another core, and there until the work it was lent for has ended. */
export class LoanedReplica implements LentOut {
  readonly set: ReplicaSet
  readonly pointer: ReplicaPointer
  readonly isExclusive: boolean
  /** Of an exclusive one: who is told of new versions. */
  readonly loan: LoanPlace | undefined

  constructor(
    set: ReplicaSet,
    pointer: ReplicaPointer,
    isExclusive: boolean,
    loan: LoanPlace | undefined,
  ) {
    this.set = set
    this.pointer = pointer
    this.isExclusive = isExclusive
    this.loan = loan
  }

  [BEGIN](core: Core): Promise<ReplicaRef<unknown> | ReplicaMut<unknown>> {
    const cell = replicatedCell(core, this.set, this.pointer, this.loan)
    return this.isExclusive ? borrowReplicaMut(core, cell) : borrowReplica(core, cell)
  }
}

/** Begins a shared borrow. Suspends if this core has an older version. */
export async function borrowReplica<T>(core: Core, cell: ReplicatedCell): Promise<ReplicaRef<T>> {
  cell.beginShared(core)
  try {
    if (!cell.isHere(core)) await cell.fetch(core)
    return new ReplicaRef<T>(cell, core)
  } catch (error) {
    cell.endShared()
    throw error
  }
}

/** Begins the exclusive borrow. Suspends if this core has an older version. */
export async function borrowReplicaMut<T>(
  core: Core,
  cell: ReplicatedCell,
): Promise<ReplicaMut<T>> {
  cell.beginExclusive(core)
  try {
    if (!cell.isHere(core)) await cell.fetch(core)
    return new ReplicaMut<T>(cell, core)
  } catch (error) {
    cell.endExclusive()
    throw error
  }
}

function lenderOf({ name, note }: ReplicatedCell): Lender {
  return { name, note }
}

function escaped({ name }: ReplicatedCell, note: PlaceNote | undefined): OwnershipError {
  const message = `A borrow of ${name} was used after its end: nothing borrowed may be kept.`
  return misuse('OWN_ESCAPED', message, { name, note })
}
