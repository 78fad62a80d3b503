/**
 * Replicated cell: the owner of a replicated object, or a reference that was lent: which version is
 * the newest, and who has borrowed it.
 *
 * States      free -> shared (readers) -> free; free -> exclusive -> free; free -> moved | dropped.
 * Invariants  one cell that is neither moved nor dropped, those of borrowers apart. Readers on any
 *             core have their version from here, and a writer's borrow does not end before it is
 *             here: so no older one is read after it.
 * Access      the endpoint it was made on. Through another it is OWN_FOREIGN.
 */
import { delegate, type Core, type SymmetricArray, type SymmetricObject } from '@orujo/core'
import { OwnershipError, type OwnershipCode } from './errors.ts'
import type { Loan } from './hold.ts'
import { homeOf, SERIAL_LIMIT, type ObjectId } from './object-id.ts'
import { describePlace, type PlaceNote } from './place-note.ts'
import { StandingBorrow } from './refusal.ts'
import { freeReplicas, pushReplica, type Replica, type ReplicaPointer } from './replica.ts'
import type { Store } from './store.ts'
import { storeOf } from './stores.ts'

/** How cores other than the writer's get a new version. */
export type Publish = 'pull' | 'push'

/** What is the same on all cores. */
export interface ReplicaSet {
  /** For people. */
  readonly id: ObjectId
  readonly object: SymmetricObject<Replica>
  /** The memory of typed contents. */
  readonly array: SymmetricArray | undefined
  readonly publish: Publish
}

type CellState = 'free' | 'shared' | 'exclusive' | 'moved' | 'dropped'

/** Cells whose exclusive borrow is lent, by number. */
export class LentReplicas {
  readonly cells = new Map<number, ReplicatedCell>()
  #serial = 1

  add(cell: ReplicatedCell): number {
    const number = this.#serial++
    this.cells.set(number, cell)
    return number
  }

  static of({ endpoint }: Pick<Core, 'endpoint'>): LentReplicas {
    return endpoint.state(LentReplicas, () => new LentReplicas())
  }
}

export class ReplicatedCell {
  readonly set: ReplicaSet
  /** Where the owner is told, if that is on another core. */
  readonly loan: Loan | undefined
  readonly #store: Store
  #pointer: ReplicaPointer
  #state: CellState = 'free'
  #readers = 0
  /** Where the state began. */
  #note: PlaceNote | undefined

  constructor(store: Store, set: ReplicaSet, pointer: ReplicaPointer, loan?: Loan) {
    this.#store = store
    this.set = set
    this.#pointer = pointer
    this.loan = loan
  }

  get pointer(): ReplicaPointer {
    return this.#pointer
  }

  get store(): Store {
    return this.#store
  }

  get name(): string {
    const home = homeOf(this.set.id)
    return `replicated object ${this.set.id - home * SERIAL_LIMIT} of core ${home}`
  }

  /** Where the state began. */
  get note(): PlaceNote | undefined {
    return this.#note
  }

  /** This core's replica. ORUJO_BAD_ADDRESS on the host. */
  replica(core: Core): Replica {
    return this.set.object.local(core)
  }

  /** Whether `core` has the newest version. */
  isHere(core: Core): boolean {
    return this.replica(core).version === this.#pointer.version
  }

  /** Gets the newest version here. Suspends. */
  async fetch(core: Core): Promise<void> {
    const replica = this.replica(core)
    while (replica.version < this.#pointer.version) {
      await replica.pull(core, this.set.object, this.#pointer)
    }
  }

  beginShared(core: Core): void {
    this.#check(core)
    if (this.#state !== 'free' && this.#state !== 'shared') throw this.#refusal('borrow')
    if (this.#readers++ === 0) this.#begin('shared')
  }

  endShared(): void {
    if (--this.#readers === 0) this.#state = 'free'
  }

  beginExclusive(core: Core): void {
    this.#check(core)
    if (this.#state !== 'free') throw this.#refusal('borrow exclusively')
    this.#begin('exclusive')
  }

  endExclusive(): void {
    this.#state = 'free'
  }

  /** The borrow for which another would be refused. Throws after a move or a drop. */
  conflict(core: Core, isExclusive: boolean): StandingBorrow | undefined {
    this.#check(core)
    if (this.#state === 'moved' || this.#state === 'dropped') throw this.#refusal('borrow')
    const isInTheWay = this.#state === 'exclusive' || (isExclusive && this.#state === 'shared')
    if (!isInTheWay) return undefined
    return new StandingBorrow({ name: this.name, state: this.#state, note: this.#note })
  }

  /** This core has written a new version: whoever must know is told. Suspends. */
  async wrote(core: Core): Promise<void> {
    const { object, publish } = this.set
    const version = this.#pointer.version + 1
    const replica = this.replica(core)
    replica.version = version
    this.#pointer = { version, source: core.id }
    if (publish === 'push' && core.cores > 1) {
      const bytes = replica.bytes(core)
      const others = Array.from({ length: core.cores }, (_, dst) => dst).filter(
        (dst) => dst !== core.id,
      )
      // suspends: nobody drops the replicas while some are still on their way
      await Promise.all(others.map((dst) => core.call(pushReplica, dst, object, version, bytes)))
    }
    await this.passOn(core)
  }

  /** Tells the lender, if there is one, what is newest. Suspends until it knows. */
  async passOn(core: Core): Promise<void> {
    if (this.loan === undefined) return
    const { version, source } = this.#pointer
    this.#store.counts.ownerUpdates++
    // suspends: until acknowledged, the object counts as borrowed
    await core.call(writeReplicaOwner, this.loan.core, this.loan.number, version, source)
  }

  /** A borrower elsewhere has made a new version. */
  update(pointer: ReplicaPointer): void {
    this.#pointer = pointer
  }

  /** Throws unless nobody has borrowed it and it is still owned by this. */
  requireFree(verb: string): void {
    if (this.#state !== 'free') throw this.#refusal(verb)
  }

  /** Throws unless it was given away or dropped. */
  requireGone(): void {
    if (this.#state === 'moved' || this.#state === 'dropped') return
    throw this.#error('OWN_KEPT', `${this.name} is still owned: nothing has moved or dropped it.`)
  }

  moveAway(): void {
    this.requireFree('move')
    this.#end('moved')
  }

  drop(core: Core): void {
    this.#check(core)
    this.requireFree('drop')
    this.#end('dropped')
    core.send(freeReplicas, core.id, this.set.object, this.set.array)
  }

  #begin(state: 'shared' | 'exclusive'): void {
    this.#state = state
    this.#note = this.#store.notes.ofBorrow()
  }

  #end(state: 'moved' | 'dropped'): void {
    this.#state = state
    this.#note = this.#store.notes.ofMove()
  }

  #check(core: Core): void {
    if (core.endpoint === this.#store.endpoint) return
    throw this.#error(
      'OWN_FOREIGN',
      `${this.name} is owned on core ${this.#store.here} and was used on core ${core.id}: ` +
        'send it there, which moves it, or lend it.',
    )
  }

  #refusal(verb: string): OwnershipError {
    const what = `cannot ${verb} ${this.name}`
    switch (this.#state) {
      case 'moved':
        return this.#error('OWN_MOVED', `${what}: it was moved away.`)
      case 'dropped':
        return this.#error('OWN_DROPPED', `${what}: it was dropped.`)
      case 'exclusive':
        return this.#error('OWN_BORROWED', `${what}: it is borrowed exclusively.`)
      default:
        return this.#error('OWN_BORROWED', `${what}: it is borrowed, shared.`)
    }
  }

  #error(code: OwnershipCode, message: string): OwnershipError {
    return new OwnershipError(code, message, {
      object: this.name,
      first: describePlace(this.#note),
    })
  }
}

/** WRITE_OWNER, answered by ACK: what was lent has a new version. */
export const writeReplicaOwner = delegate(
  'own.replica.write-owner',
  (core: Core, loan: number, version: number, source: number): void => {
    const cell = LentReplicas.of(core).cells.get(loan)
    if (cell === undefined) {
      throw new OwnershipError('OWN_ESCAPED', 'An exclusive borrow outlived the loan it was for.', {
        object: `loan ${loan} of core ${core.id}`,
      })
    }
    cell.update({ version, source })
  },
)

/** A cell on the endpoint of `core`. */
export function replicatedCell(
  place: Pick<Core, 'endpoint'>,
  set: ReplicaSet,
  pointer: ReplicaPointer,
  loan?: Loan,
): ReplicatedCell {
  return new ReplicatedCell(storeOf(place), set, pointer, loan)
}
