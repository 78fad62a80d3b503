/**
 * Store: what one endpoint holds for ownership: the objects whose home it is, the copies it has
 * fetched of others, and the exclusive borrows it has lent. Choices of the protocol (a fresh id,
 * the next colour) are methods of their own.
 *
 * States      of an object here: resident -> forgotten. Its id is never used again.
 * Invariants  a resident changes only under an exclusive borrow; while it is frozen, `packed` is
 *             what it is in bytes.
 * Access      its own endpoint. Typed memory of a core is also written and read by cores of its
 *             locale, under a borrow.
 * Ownership   a resident owns the owners inside its value: they are dropped with it.
 */
import { viewOn, type Endpoint, type EndpointState } from '@orujo/core/internal'
import type { Core, CoreId } from '@orujo/core'
import type { Body, Writer } from './body.ts'
import { CopyCache, type Contents } from './copy-cache.ts'
import { OwnershipError, isExhausted } from './errors.ts'
import { Guards } from './guard.ts'
import { isThing, leakLines } from './leaks.ts'
import {
  describeId,
  homeOf,
  objectId,
  SERIAL_LIMIT,
  type Color,
  type ObjectId,
} from './object-id.ts'
import { PlaceNotes, type PlaceNote } from './place-note.ts'
import { VALUE, bytesOf, type Shape, type TypedShape } from './shape.ts'

/** Where an object is and which version it has: what an owner holds. */
export interface Pointer {
  readonly id: ObjectId
  readonly color: Color
  /** Of typed memory, in the heap of its home; else 0. */
  readonly offset: number
}

/** Values as they are shared and as they travel; owners inside them are handles to others. */
export interface Packing {
  /** Whether a value is the owner of another object. */
  isOwner(value: object): boolean
  /** Makes the owners inside a value parts of it. */
  adopt(body: Body): void
  /** The same, and freezes the value. */
  freeze(body: Body): void
  /** A value that can be written, with the same owners inside. */
  thaw(value: unknown): unknown
  /** Bytes that mean the same on every core. */
  pack(value: unknown): Uint8Array
  /** A copy for readers, frozen. */
  unpackShared(bytes: Uint8Array, name: string): Contents
  /** The value itself, for its new home. */
  unpackMoved(bytes: Uint8Array): Contents
  /** Throws if something that is owned inside a value is borrowed. */
  requireFreeInside(value: unknown): void
  /** Drops all that is owned inside a value. */
  dropInside(core: Core, value: unknown): void
  /** What has moved along with `value`, as it was tied to it, is forgotten here. */
  forgetTied(value: unknown): void
}

/** An exclusive borrow whose owner has lent it to another core. */
export interface Lent {
  /** What the borrower has made of it. */
  update(pointer: Pointer): void
}

/** The owner of an object here that may live anywhere, as far as moving it takes. */
export interface RoamingOwner extends Lent {
  readonly state: string
  readonly pointer: Pointer
  readonly container: Body | undefined
}

/** An owner whose object is on its way here. */
export interface SettlingOwner extends RoamingOwner {
  readonly shape: Shape
  readonly isRoaming: boolean
}

/** Told of the memory in use here, and asked for more: the controller's part on this core. */
export interface MemoryWatch {
  /** Objects have come or gone. */
  changed(): void
  /** Moves objects away until typed memory of so many bytes can be had here, if possible. */
  makeRoom(core: Core, bytes: number): Promise<void>
}

/** An object at its home. */
export class Resident implements Body {
  /** Changed only by `Store.rename`. */
  id: ObjectId
  readonly shape: Shape
  value: unknown
  readonly offset: number
  madeAt: PlaceNote | undefined
  readonly isCopy = false
  isFrozen: boolean
  isKept = true
  readers = 0
  writer: Writer | undefined = undefined
  inner = 0
  onQuiet: (() => void) | undefined = undefined
  endedAt: PlaceNote | undefined = undefined
  /** The value as it travels, once it has been asked for. */
  packed: Uint8Array | undefined = undefined
  /** Bytes of a value when it was last packed; 0 before, and of typed memory. */
  measuredBytes = 0

  constructor(id: ObjectId, contents: Pick<Resident, 'shape' | 'value' | 'offset' | 'madeAt'>) {
    this.id = id
    this.shape = contents.shape
    this.value = contents.value
    this.offset = contents.offset
    this.madeAt = contents.madeAt
    this.isFrozen = contents.shape.kind === 'typed'
  }

  get pointer(): Pointer {
    return { id: this.id, color: 0, offset: this.offset }
  }
}

/** What has happened so far; counts.ts says what each means. */
export interface StoreCounts {
  fetches: number
  fetchedBytes: number
  hits: number
  moves: number
  ownerUpdates: number
  frees: number
  remoteDrops: number
}

export interface StoreOptions {
  /** Bound of the copies that nobody reads. */
  readonly cacheBytes: number
  /** Colours that an object may have before it must move. */
  readonly colorLimit: number
  /** Whether all places are noted. */
  readonly isChecked: boolean
}

export const STORE_DEFAULTS: StoreOptions = Object.freeze({
  cacheBytes: 2 ** 28,
  colorLimit: 2 ** 16,
  isChecked: false,
})

export class Store implements EndpointState {
  readonly endpoint: Endpoint
  readonly packing: Packing
  readonly copies: CopyCache
  readonly notes: PlaceNotes
  /** In checked mode: what borrowers get in place of the contents. */
  readonly guards: Guards | undefined
  readonly counts: StoreCounts = {
    fetches: 0,
    fetchedBytes: 0,
    hits: 0,
    moves: 0,
    ownerUpdates: 0,
    frees: 0,
    remoteDrops: 0,
  }
  /** Exclusive borrows of this core that are lent, by number. */
  readonly lent = new Map<number, Lent>()
  /** Owners on this core of objects here that may live anywhere. */
  readonly roaming = new Map<ObjectId, RoamingOwner>()
  /** Bytes of all values here whose size is known. */
  valueBytes = 0
  /** If a controller looks after this core. */
  watch: MemoryWatch | undefined = undefined
  readonly #residents = new Map<ObjectId, Resident>()
  readonly #colorLimit: number
  #serial = 1
  #lentSerial = 1

  constructor(endpoint: Endpoint, options: StoreOptions, makePacking: (store: Store) => Packing) {
    this.endpoint = endpoint
    this.copies = new CopyCache(options.cacheBytes)
    this.notes = new PlaceNotes(options.isChecked, () => endpoint.clock.now())
    this.guards = options.isChecked ? new Guards((value) => this.packing.isOwner(value)) : undefined
    this.#colorLimit = options.colorLimit
    this.packing = makePacking(this)
  }

  /** The store of an endpoint that has one already: it has made or received an owner. */
  static of({ endpoint }: { readonly endpoint: Endpoint }): Store {
    return endpoint.state(Store, () => {
      throw new OwnershipError('OWN_DROPPED', `Endpoint ${endpoint.id} never owned anything.`, {
        object: `an object of core ${endpoint.id}`,
      })
    })
  }

  get here(): CoreId {
    return this.endpoint.id
  }

  /** An id that no object ever had. */
  freshId(): ObjectId {
    const serial = this.#serial++
    if (serial < SERIAL_LIMIT) return objectId(this.here, serial)
    throw new OwnershipError('OWN_EXHAUSTED', `Core ${this.here} has used up its object ids.`, {
      object: `core ${this.here}`,
    })
  }

  /** The colour after a write; undefined if there is none left and the object must move. */
  nextColor(color: Color): Color | undefined {
    return color + 1 < this.#colorLimit ? color + 1 : undefined
  }

  /** Keeps a value here. */
  addValue(value: unknown): Resident {
    return this.#add({ shape: VALUE, value, offset: 0, madeAt: this.notes.ofCreation() })
  }

  /** Becomes the home of a value that has moved. */
  addMoved(bytes: Uint8Array): Resident {
    const { value, parts } = this.packing.unpackMoved(bytes)
    const resident = this.addValue(value)
    for (const part of parts) part.container = resident
    this.measure(resident, bytes.byteLength)
    return resident
  }

  /** Allocates typed memory here: zeros, or `bytes`. ORUJO_MEMORY_EXHAUSTED. */
  addTyped(shape: TypedShape, bytes?: Uint8Array): Resident {
    const { ownHeap } = this.endpoint.memory
    const offset = ownHeap.allocate(shape.type, shape.length)
    if (bytes === undefined) ownHeap.u8.fill(0, offset, offset + bytesOf(shape))
    else ownHeap.u8.set(bytes, offset)
    const value: unknown = viewOn(shape.type, ownHeap.buffer, offset, shape.length)
    const resident = this.#add({ shape, value, offset, madeAt: this.notes.ofCreation() })
    this.watch?.changed()
    return resident
  }

  /** The same; undefined if there is no memory. */
  tryAddTyped(shape: TypedShape, bytes: Uint8Array): Resident | undefined {
    try {
      return this.addTyped(shape, bytes)
    } catch (error) {
      if (isExhausted(error)) return undefined
      throw error
    }
  }

  /**
   * Becomes the home of what has moved here to be written. Suspends where others must move away for
   * it.
   */
  async settle(core: Core, owner: SettlingOwner, bytes: Uint8Array): Promise<Resident> {
    const { shape, isRoaming } = owner
    this.counts.moves++
    if (shape.kind === 'typed') await this.watch?.makeRoom(core, bytes.byteLength)
    const resident = shape.kind === 'typed' ? this.addTyped(shape, bytes) : this.addMoved(bytes)
    if (isRoaming) this.roaming.set(resident.id, owner)
    return resident
  }

  /** The bytes of a value here have become known. */
  measure(resident: Resident, bytes: number): void {
    this.valueBytes += bytes - resident.measuredBytes
    resident.measuredBytes = bytes
    this.watch?.changed()
  }

  /** An owner whose object may live anywhere is on this core. */
  noteRoaming(owner: RoamingOwner): void {
    if (homeOf(owner.pointer.id) === this.here) this.roaming.set(owner.pointer.id, owner)
  }

  /** Becomes the home of memory that something else allocates and frees: a part of an array. */
  addPlaced(shape: TypedShape, offset: number): Resident {
    const value: unknown = viewOn(
      shape.type,
      this.endpoint.memory.ownHeap.buffer,
      offset,
      shape.length,
    )
    return this.#add({ shape, value, offset, madeAt: this.notes.ofCreation() })
  }

  /** The object of an id whose home is here. */
  resident(id: ObjectId): Resident {
    const resident = this.#residents.get(id)
    if (resident !== undefined) return resident
    const object = describeId(id)
    throw new OwnershipError('OWN_DROPPED', `There is no ${object} any more.`, { object })
  }

  /** Whether this is the home of an object with that id. */
  has(id: ObjectId): boolean {
    return this.#residents.has(id)
  }

  get residentCount(): number {
    return this.#residents.size
  }

  /** In checked mode: what was never dropped. */
  closing(): Iterable<string> {
    if (this.guards === undefined) return []
    const held = [...this.endpoint.memory.objects.held()]
    return leakLines(held.filter(isThing), this.residents())
  }

  residents(): Iterable<Resident> {
    return this.#residents.values()
  }

  /** Forgets an object, and its memory; what is owned inside is not touched. */
  forget(resident: Resident): void {
    this.#residents.delete(resident.id)
    this.roaming.delete(resident.id)
    resident.isKept = false
    this.valueBytes -= resident.measuredBytes
    if (resident.shape.kind === 'typed') this.#freeMemory(resident.offset)
    this.watch?.changed()
  }

  /** Gives an object here a new id, because it has used up its colours. */
  rename(resident: Resident): void {
    this.#residents.delete(resident.id)
    // The same body: what is inside stays part of it.
    const owner = this.roaming.get(resident.id)
    this.roaming.delete(resident.id)
    resident.id = this.freshId()
    this.#residents.set(resident.id, resident)
    if (owner !== undefined) this.roaming.set(resident.id, owner)
  }

  /** What a reader or the next home gets: bytes that mean the same everywhere. */
  bytesOf(resident: Resident): Uint8Array {
    const { shape, offset } = resident
    if (shape.kind === 'typed') {
      return this.endpoint.memory.ownHeap.u8.subarray(offset, offset + bytesOf(shape))
    }
    if (!resident.isFrozen) this.freeze(resident)
    if (resident.packed !== undefined) return resident.packed
    resident.packed = this.packing.pack(resident.value)
    this.measure(resident, resident.packed.byteLength)
    return resident.packed
  }

  /** From here on the value does not change until an exclusive borrow. */
  freeze(resident: Resident): void {
    this.packing.freeze(resident)
    resident.isFrozen = true
  }

  /** The value of an object here, for one who may write it. */
  writableValue(resident: Resident): unknown {
    if (resident.isFrozen && resident.shape.kind === 'value') {
      resident.value = this.packing.thaw(resident.value)
      resident.isFrozen = false
    }
    resident.packed = undefined
    return resident.value
  }

  /** A view on typed memory elsewhere, if this endpoint may look at it itself. */
  viewOf(shape: TypedShape, { id, offset }: Pointer): unknown {
    const buffer = this.endpoint.memory.bufferOf(homeOf(id))
    return buffer === undefined ? undefined : viewOn(shape.type, buffer, offset, shape.length)
  }

  /** Notes an exclusive borrow that is lent; returns its number. */
  addLent(lent: Lent): number {
    const number = this.#lentSerial++
    this.lent.set(number, lent)
    return number
  }

  /** Below the own part are the arrays of the runtime: see `addPlaced`. */
  #freeMemory(offset: number): void {
    const { ownHeap } = this.endpoint.memory
    if (offset >= ownHeap.sharedBytes) ownHeap.free(offset)
  }

  #add(contents: Pick<Resident, 'shape' | 'value' | 'offset' | 'madeAt'>): Resident {
    const resident = new Resident(this.freshId(), contents)
    this.#residents.set(resident.id, resident)
    return resident
  }
}
