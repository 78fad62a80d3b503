/**
 * Replica: what one core has of a replicated object, under a name that is the same on all cores;
 * and the messages by which it gets the version that it has not.
 *
 * Invariants  `version` says what the contents are: every version means the same everywhere, and
 *             none is given twice. A core that has an older one knows by its number, from whoever
 *             wants to read: nobody tells it.
 *             Contents change only under the exclusive borrow, which nobody reads beside, or when
 *             a newer version takes the place of one that nobody may read any more.
 * Ordering    a version that comes twice, or late, finds the same or a newer one, and does nothing.
 */
import {
  delegate,
  factory,
  free,
  task,
  type Core,
  type SymmetricArray,
  type SymmetricObject,
} from '@orujo/core'
import { OwnershipError } from './errors.ts'
import { deepFreeze, forEachLeaf } from './freeze.ts'
import { LEFT, type Left, type Thing } from './leaks.ts'
import { isOwner } from './packing.ts'
import type { Store } from './store.ts'
import { storeOf } from './stores.ts'

/** Which version it is, and which core made it. */
export interface ReplicaPointer {
  readonly version: number
  readonly source: number
}

export class Replica implements Thing {
  /** On the core that made all of them. */
  [LEFT]: Left | undefined = undefined
  readonly #store: Store
  /** The memory of typed contents. */
  readonly #array: SymmetricArray | undefined
  version: number
  #value: unknown = undefined
  #isFrozen = false
  /** The value as it travels, once it has been asked for. */
  #packed: Uint8Array | undefined = undefined
  #pulling: { readonly version: number; readonly end: Promise<void> } | undefined = undefined

  constructor(core: Core, array: SymmetricArray | undefined) {
    this.#store = storeOf(core)
    this.#array = array
    // Typed memory is zero everywhere to begin with; a value is nowhere yet.
    this.version = array === undefined ? 0 : 1
  }

  /** The contents for readers, who do not change them. */
  shared(core: Core): unknown {
    if (this.#array !== undefined) return this.#array.local(core)
    this.#freeze()
    return this.#value
  }

  /** The contents for the writer. */
  writable(core: Core): unknown {
    if (this.#array !== undefined) return this.#array.local(core)
    if (this.#isFrozen) this.#value = this.#store.packing.thaw(this.#value)
    this.#isFrozen = false
    this.#packed = undefined
    return this.#value
  }

  /** The contents are these now. */
  put(value: unknown, version: number): void {
    this.#value = value
    this.#isFrozen = false
    this.#packed = undefined
    this.version = version
  }

  /** The contents in bytes, as they are sent. */
  bytes(core: Core): Uint8Array {
    if (this.#array !== undefined) return bytesOf(core.memory.ownHeap.buffer, this.#array)
    this.#freeze()
    return (this.#packed ??= this.#store.packing.pack(this.#value))
  }

  /** A newer version has come. */
  accept(core: Core, bytes: Uint8Array, version: number): void {
    if (version <= this.version) return
    if (this.#array !== undefined) core.memory.ownHeap.u8.set(bytes, this.#array.byteOffset)
    else {
      this.#value = this.#store.packing.unpackShared(bytes, NAME).value
      this.#isFrozen = true
      this.#packed = undefined
    }
    this.version = version
  }

  /** Gets a version that is not here, once for all who ask. Suspends unless it is in the locale. */
  pull(core: Core, object: SymmetricObject<Replica>, pointer: ReplicaPointer): Promise<void> {
    const { version } = pointer
    if (this.#pulling?.version === version) return this.#pulling.end
    const end = this.#fetch(core, object, pointer).finally(() => {
      if (this.#pulling?.version === version) this.#pulling = undefined
    })
    this.#pulling = { version, end }
    return end
  }

  async #fetch(
    core: Core,
    object: SymmetricObject<Replica>,
    { version, source }: ReplicaPointer,
  ): Promise<void> {
    const buffer = core.memory.bufferOf(source)
    if (this.#array !== undefined && buffer !== undefined) {
      this.accept(core, bytesOf(buffer, this.#array), version)
      return
    }
    const { counts } = this.#store
    counts.fetches++
    const bytes = await core.call(pullReplica, source, object, version)
    counts.fetchedBytes += bytes.byteLength
    this.accept(core, bytes, version)
  }

  #freeze(): void {
    if (this.#isFrozen) return
    forEachLeaf(this.#value, isOwner, () => {
      throw new OwnershipError(
        'OWN_NESTED',
        'A replicated value cannot own objects: there would be an owner of them on every core.',
        { object: NAME },
      )
    })
    deepFreeze(this.#value, isOwner, NAME)
    this.#isFrozen = true
  }
}

const NAME = 'a replicated value'

export const makeReplica = factory(
  'own.replica.make',
  (core: Core, array: SymmetricArray | undefined): Replica => new Replica(core, array),
)

/** FETCH and DATA: the version that the source has made. */
export const pullReplica = delegate(
  'own.replica.pull',
  (core: Core, object: SymmetricObject<Replica>, version: number): Uint8Array => {
    const replica = object.local(core)
    if (replica.version === version) return replica.bytes(core)
    throw new OwnershipError(
      'OWN_ESCAPED',
      `Version ${version} was asked for, and is ${replica.version} by now: its borrow has ended.`,
      { object: NAME },
    )
  },
)

/** A new version, from whoever made it. */
export const pushReplica = delegate(
  'own.replica.push',
  (core: Core, object: SymmetricObject<Replica>, version: number, bytes: Uint8Array): void =>
    object.local(core).accept(core, bytes, version),
)

/** The replicas of all cores are dropped. */
export const freeReplicas = task(
  'own.replica.free',
  async (
    core: Core,
    object: SymmetricObject<Replica>,
    array: SymmetricArray | undefined,
  ): Promise<void> => {
    await free(core, object)
    if (array !== undefined) await free(core, array)
  },
)

function bytesOf(buffer: ArrayBufferLike, array: SymmetricArray): Uint8Array {
  return new Uint8Array(buffer, array.byteOffset, array.length * array.type.bytes)
}
