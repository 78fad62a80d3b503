/**
 * Replicated: an object that every core has a replica of, at a symmetric address, and that belongs
 * to one handle. Each core reads its own replica; the one writer makes a new version, and by its
 * number every older one is known to be old.
 *
 * States      see replicated-cell.ts.
 * Access      the endpoint it is on. Sent in a message, or returned by a task, it moves there.
 *             Other cores read and write it while it is lent to them.
 * Ownership   as it says: what is not moved on must be dropped.
 */
import {
  symmetric,
  symmetricObject,
  type Core,
  type ElementType,
  type SymmetricArray,
  type ViewOf,
} from '@orujo/core'
import { oneOf, record, type sendableBrand } from '@orujo/core/internal'
import type { Absent, Conflict, MutableIn, SharedIn } from './lent.ts'
import { LEFT } from './leaks.ts'
import { requireCore } from './make.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from './movable.ts'
import { makeReplica } from './replica.ts'
import { borrowReplica, borrowReplicaMut, ReplicaMut, ReplicaRef } from './replicated-borrow.ts'
import { replicatedCell, ReplicatedCell, type Publish, type ReplicaSet } from './replicated-cell.ts'
import { whileReading, whileWriting } from './scoped.ts'
import { storeOf } from './stores.ts'

export interface ReplicatedOptions {
  /**
   * How other cores get a new version: each when it reads it for the first time ('pull'), or all
   * when its writer has ended ('push'). Default 'pull'.
   */
  readonly publish?: Publish
}

const OPTIONS: readonly string[] = Object.freeze(['publish'] satisfies (keyof ReplicatedOptions)[])
const WAYS: readonly Publish[] = Object.freeze(['pull', 'push'])
const ABSENT: Absent = Object.freeze({ kind: 'absent' })

export class Replicated<T> implements Movable<Replicated<T>> {
  declare readonly [sendableBrand]?: true
  readonly #cell: ReplicatedCell

  /** Use `replicated`, `replicatedArray` or `take`. */
  constructor(cell: ReplicatedCell) {
    this.#cell = cell
  }

  /** The cell behind the handle; for the codec. */
  get hold(): ReplicatedCell {
    return this.#cell
  }

  /** How often it was made and written. */
  get version(): number {
    return this.#cell.pointer.version
  }

  /**
   * Lends the object, shared, for as long as `work` takes. Pulls the newest version first if this
   * core has an older one. Nothing of the object may be kept or returned.
   */
  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileReading(this.borrow(core), work)
  }

  /**
   * Lends the object exclusively for as long as `work` takes, and counts it as changed. Nothing of
   * the object may be kept or returned.
   */
  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileWriting(this.borrowMut(core), work)
  }

  /** A shared borrow, until its `release`. Lend it to have it read on other cores. */
  borrow(core: Core): Promise<ReplicaRef<T>> {
    return borrowReplica<T>(core, this.#cell)
  }

  /** A shared borrow at once, or why there is none. Throws after a move or a drop. */
  tryBorrow(core: Core): ReplicaRef<T> | Absent | Conflict {
    const cell = this.#cell
    const other = cell.conflict(core, false)
    if (other !== undefined) return other
    if (!cell.isHere(core)) return ABSENT
    // First, because it refuses what cannot be shared.
    const ref = new ReplicaRef<T>(cell, core)
    cell.beginShared(core)
    return ref
  }

  /** The exclusive borrow, until its end. Lend it to have it written on another core. */
  borrowMut(core: Core): Promise<ReplicaMut<T>> {
    return borrowReplicaMut<T>(core, this.#cell)
  }

  /** The exclusive borrow at once, or why there is none. Throws after a move or a drop. */
  tryBorrowMut(core: Core): ReplicaMut<T> | Absent | Conflict {
    const cell = this.#cell
    const other = cell.conflict(core, true)
    if (other !== undefined) return other
    if (!cell.isHere(core)) return ABSENT
    cell.beginExclusive(core)
    return new ReplicaMut<T>(cell, core)
  }

  [TAKE](): Replicated<T> {
    const { store, set, pointer } = this.#cell
    this.#cell.moveAway()
    return new Replicated<T>(new ReplicatedCell(store, set, pointer))
  }

  /** Frees the replicas of all cores. */
  [DROP](core: Core): void {
    this.#cell.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#cell.requireGone()
  }
}

/**
 * Becomes the owner of a value that every core gets a replica of when it reads it for the first
 * time; use it through the owner only. It must not own objects: OWN_NESTED.
 */
export async function replicated<T>(
  core: Core,
  value: T,
  options: ReplicatedOptions = {},
): Promise<Replicated<T>> {
  const publish = publishOf('replicated()', options)
  requireCore(core)
  const object = await symmetricObject(core, makeReplica, undefined)
  object.local(core).put(value, 1)
  return opened<T>(core, { id: storeOf(core).freshId(), object, array: undefined, publish })
}

/**
 * Becomes the owner of `length` elements of typed memory, all zero, at the same place on every
 * core. ORUJO_MEMORY_EXHAUSTED.
 */
export async function replicatedArray<E extends ElementType>(
  core: Core,
  type: E,
  length: number,
  options: ReplicatedOptions = {},
): Promise<Replicated<ViewOf<E>>> {
  const publish = publishOf('replicatedArray()', options)
  requireCore(core)
  // Handles of any type are made alike.
  const array = (await symmetric(core, type, length)) as unknown as SymmetricArray
  const object = await symmetricObject(core, makeReplica, array)
  return opened<ViewOf<E>>(core, { id: storeOf(core).freshId(), object, array, publish })
}

function opened<T>(core: Core, set: ReplicaSet): Replicated<T> {
  const cell = replicatedCell(core, set, { version: 1, source: core.id })
  const madeAt = storeOf(core).notes.ofCreation()
  set.object.local(core)[LEFT] = { name: cell.name, madeAt }
  return new Replicated<T>(cell)
}

function publishOf(what: string, options: ReplicatedOptions): Publish {
  record(what, options, OPTIONS)
  return oneOf('publish', options.publish ?? 'pull', WAYS)
}
