/**
 * Vector runs: what one endpoint has of vectors: the runs of memory whose home it is, the copies it
 * has fetched of others, and the ranges it has lent.
 *
 * A run is an object of the store: its part of a linear array, or memory that elements have moved
 * into. It is forgotten when its last element has gone elsewhere.
 *
 * Invariants  `#live` of a run is how many of its elements some vector has in it.
 * Access      its own endpoint.
 */
import type { Core, ElementType } from '@orujo/core'
import type { Endpoint } from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import { homeOf, type ObjectId } from './object-id.ts'
import { bytesOf, typedShape } from './shape.ts'
import type { Resident, Store } from './store.ts'
import { storeOf } from './stores.ts'
import { VectorCopies } from './vector-copies.ts'
import type { Segment } from './vector-segments.ts'

/** A range that is lent exclusively, and is to be told of moves. */
export interface LentRange {
  update(segments: readonly Segment[]): void
}

export class VectorRuns {
  readonly store: Store
  readonly copies: VectorCopies
  readonly #lent = new Map<number, LentRange>()
  /** Elements, by run. */
  readonly #live = new Map<ObjectId, number>()
  #serial = 1

  constructor(store: Store) {
    this.store = store
    this.copies = new VectorCopies(store.copies.limitBytes)
  }

  /** Loans and runs of this endpoint; 0 when all vectors have ended. */
  get size(): number {
    return this.#lent.size + this.#live.size
  }

  /** A run in memory of this core, all zero. ORUJO_MEMORY_EXHAUSTED. */
  add(type: ElementType, length: number): Resident {
    const resident = this.store.addTyped(typedShape(type, length))
    this.#live.set(resident.id, length)
    return resident
  }

  /** A run of these bytes; undefined if there is no memory for it. */
  tryAdd(type: ElementType, bytes: Uint8Array): Resident | undefined {
    const length = bytes.byteLength / type.bytes
    const resident = this.store.tryAddTyped(typedShape(type, length), bytes)
    if (resident !== undefined) this.#live.set(resident.id, length)
    return resident
  }

  /** A run in memory that an array has here. */
  addPlaced(type: ElementType, length: number, offset: number): Resident {
    const resident = this.store.addPlaced(typedShape(type, length), offset)
    this.#live.set(resident.id, length)
    return resident
  }

  /** `count` elements have left a run. */
  free(id: ObjectId, count: number): void {
    const left = (this.#live.get(id) ?? 0) - count
    if (left > 0) this.#live.set(id, left)
    else {
      this.#live.delete(id)
      this.store.forget(this.store.resident(id))
    }
  }

  /** Bytes of a run, to be sent. */
  bytes(id: ObjectId, offset: number, bytes: number): Uint8Array {
    const resident = this.store.resident(id)
    const end = resident.shape.kind === 'typed' ? resident.offset + bytesOf(resident.shape) : 0
    if (offset < resident.offset || offset + bytes > end) {
      const object = `run ${id}`
      throw new OwnershipError('OWN_DROPPED', `${object} does not reach from ${offset} on.`, {
        object,
      })
    }
    return this.store.endpoint.memory.ownHeap.u8.subarray(offset, offset + bytes)
  }

  /** The memory of a run, if this endpoint may use it where it is. */
  bufferOf(id: ObjectId): ArrayBufferLike | undefined {
    return this.store.endpoint.memory.bufferOf(homeOf(id))
  }

  /** Notes a range that is lent; returns its number. */
  lend(range: LentRange): number {
    const number = this.#serial++
    this.#lent.set(number, range)
    return number
  }

  /** The loan has ended. */
  unlend(number: number): void {
    this.#lent.delete(number)
  }

  lent(number: number): LentRange {
    const range = this.#lent.get(number)
    if (range !== undefined) return range
    const object = `loan ${number} of core ${this.store.here}`
    throw new OwnershipError('OWN_ESCAPED', 'A lent range outlived the loan it was for.', {
      object,
    })
  }
}

export function runsOf(place: Core | { readonly endpoint: Endpoint }): VectorRuns {
  const { endpoint } = place
  return endpoint.state(VectorRuns, () => new VectorRuns(storeOf({ endpoint })))
}
