/**
 * Owned map: entries on all cores, in buckets, each an owned object behind a readers-writer lock. A
 * bucket is read as a copy that stays good until somebody has written it, and travels to who writes
 * it here; small operations are sent to it instead.
 *
 * Ordering    operations on one key take effect one after another, each between its call and its
 *             end. What goes through all buckets sees each at a moment of its own.
 * Ownership   each handle is one share; with the last, all buckets are dropped. What is put in is
 *             the map's; what leaves is a copy, and what is lent ends with its scope.
 * Suspends    every operation: two messages to a bucket elsewhere for `get`, `set`, `delete`, and
 *             those of the lock for `read`, `update` and the guards.
 * Bounds      `buckets`: more of them are smaller, so that less is copied and fewer wait.
 * Misuse      writing to the map from within a scope that it lends to may be waiting for the own
 *             bucket: ORUJO_DEADLOCK. An owner inside a value: OWN_NESTED.
 */
import { ObjectAddress, onAllCores, task, type Core } from '@orujo/core'
import {
  codecExtension,
  record,
  whole,
  type Endpoint,
  type sendableBrand,
} from '@orujo/core/internal'
import { COUNTED } from '../counted.ts'
import { OwnershipError } from '../errors.ts'
import { forEachLeaf } from '../freeze.ts'
import { Hold } from '../hold.ts'
import type { MutableIn, SharedIn } from '../lent.ts'
import { own, requireCore } from '../make.ts'
import { DROP, REQUIRE_GONE, TAKE, gone, take, type Movable } from '../movable.ts'
import { Owned } from '../owned.ts'
import { VALUE } from '../shape.ts'
import { noteOf } from '../place-note.ts'
import { storeOf } from '../stores.ts'
import { Arc } from './arc.ts'
import { LockClient } from './lock-client.ts'
import type { ReadGuard, WriteGuard } from './lock-guard.ts'
import type { LockHome } from './lock-home.ts'
import { Lock } from './lock.ts'
import { MapEntry, entriesOf, valueOf } from './map-entry.ts'
import { bucketOf, type MapKey } from './map-key.ts'
import { Share } from './share.ts'

/** How a map is made. */
export interface OwnedMapOptions {
  /** Parts that are locked, copied and moved one by one. Default: 256 per core. */
  readonly buckets?: number
}

/** Default of `buckets`, per core: so that operations on different keys seldom meet. */
const BUCKETS_PER_CORE = 256

/** Where the buckets are: addresses of their locks. */
type Directory = readonly number[]

/** Makes an empty map over all cores. Messages: two per other core. */
export async function ownedMap<K extends MapKey, V>(
  core: Core,
  options: OwnedMapOptions = {},
): Promise<OwnedMap<K, V>> {
  record('ownedMap()', options, ['buckets'])
  requireCore(core)
  const { buckets = BUCKETS_PER_CORE * core.cores } = options
  whole('buckets', buckets, 1, 2 ** 20)
  const made = await onAllCores(core, makeBuckets, buckets, storeOf(core).notes.placeOfCreation())
  const locks = Array.from({ length: buckets }, (_, i) => {
    return made[i % core.cores]![Math.floor(i / core.cores)]!
  })
  const { hold } = own<Directory>(
    core,
    locks.map(({ address }) => address.raw),
  )
  const share = Share.open(core, 'map', (last) => {
    hold.drop(last)
    for (const lock of locks) lock.drop(last)
  })
  return new OwnedMap<K, V>(new Arc<Directory>(share, new Hold(hold.store, VALUE, hold.pointer)))
}

/** One of the handles of a map. What is put in is the map's from then on; it owns no objects. */
export class OwnedMap<K extends MapKey, V> implements Movable<OwnedMap<K, V>> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #directory: Arc<Directory>

  /** Use `ownedMap` or `clone`. */
  constructor(directory: Arc<Directory>) {
    this.#directory = directory
  }

  /** For sending this. */
  get directory(): Arc<Directory> {
    return this.#directory
  }

  /** A copy of the value, from its bucket's home. */
  async get(core: Core, key: K): Promise<V | undefined> {
    const bucket = await this.#bucketOf(core, key)
    const { core: home, raw } = bucket.address
    const found = await (home === core.id
      ? bucket.inspect(core, (entries) => packed(core, valueOf(entries, key)))
      : this.#atHome(core, () => core.call(getHere, home, raw, key)))
    return unpacked<V | undefined>(core, found)
  }

  /** Puts a value in. OWN_NESTED if it owns objects. */
  async set(core: Core, key: K, value: V): Promise<void> {
    requireNoOwners(core, value)
    const bucket = await this.#bucketOf(core, key)
    const { core: home, raw } = bucket.address
    if (home !== core.id) await this.#atHome(core, () => core.call(setHere, home, raw, key, value))
    else await bucket.change(core, (entries) => void entries.set(key, value))
  }

  /** Takes an entry out; whether it was there. */
  async delete(core: Core, key: K): Promise<boolean> {
    const bucket = await this.#bucketOf(core, key)
    const { core: home, raw } = bucket.address
    if (home === core.id) return bucket.change(core, (entries) => entries.delete(key))
    return this.#atHome(core, () => core.call(deleteHere, home, raw, key))
  }

  /**
   * Lends the value, shared, for as long as `work` takes, out of a copy of its bucket, which is
   * fetched only if the bucket was written since: for what is read more often than it changes, and
   * for large values. Nothing of it may be kept or returned.
   */
  async read<R>(
    core: Core,
    key: K,
    work: <L>(value: SharedIn<V, L> | undefined) => R | PromiseLike<R>,
  ): Promise<R> {
    const bucket = await this.#bucketOf(core, key)
    using guard = await bucket.readLock(core)
    // The compiler's L is nowhere at run time.
    return await work(valueOf(guard.value, key) as SharedIn<V, unknown> | undefined)
  }

  /**
   * Replaces a value by what `change` makes of it, as one operation, here: the bucket moves to this
   * core. `change` may also change the value that it is lent, and return that. `undefined` stands
   * for no entry, on both sides. Resolves with the new value, or a copy if it is an object.
   */
  async update(
    core: Core,
    key: K,
    change: <L>(value: MutableIn<V, L> | undefined) => V | undefined | PromiseLike<V | undefined>,
  ): Promise<V | undefined> {
    const bucket = await this.#bucketOf(core, key)
    const result = await bucket.change(core, async (entries) => {
      // As above.
      const value = await change(entries.get(key) as MutableIn<V, unknown> | undefined)
      requireNoOwners(core, value)
      if (value === undefined) entries.delete(key)
      else entries.set(key, value)
      return packed(core, value)
    })
    return unpacked<V | undefined>(core, result)
  }

  /** The bucket of a key, to be read while the guard is held: no message for what it contains. */
  async readBucket(core: Core, key: K): Promise<ReadGuard<Map<K, V>>> {
    return (await this.#bucketOf(core, key)).readLock(core)
  }

  /** The bucket of a key, to be written while the guard is held. */
  async writeBucket(core: Core, key: K): Promise<WriteGuard<Map<K, V>>> {
    return (await this.#bucketOf(core, key)).writeLock(core)
  }

  /**
   * All entries, bucket by bucket: `for await (const entry of map.entries(core))`. Each is lent for
   * one step of the loop, and its bucket can only be read meanwhile.
   */
  async *entries(core: Core): AsyncGenerator<MapEntry<K, V>, void, undefined> {
    for (const address of await this.#addresses(core)) {
      using guard = await this.#bucketAt(address).readLock(core)
      const bucket = new Owned<Map<K, V>>(guard.ref.hold)
      for (const key of entriesOf(guard.value).keys()) {
        // A borrow of its own, which ends when the loop goes on, or is left.
        using step = await bucket.borrow(core)
        yield new MapEntry<K, V>(step, key)
      }
    }
  }

  /**
   * Lends all entries to `visit`, one after another, bucket by bucket, each for as long as that
   * takes: then nothing of its value may be kept. Its bucket can only be read meanwhile.
   */
  async forEach(
    core: Core,
    visit: <L>(value: SharedIn<V, L>, key: K) => void | PromiseLike<void>,
  ): Promise<void> {
    for await (const entry of this.entries(core)) {
      await visit(entry.value as SharedIn<V, unknown>, entry.key) // as in `read`
    }
  }

  /** How many entries there are. */
  async size(core: Core): Promise<number> {
    const addresses = await this.#addresses(core)
    const counts = addresses.map((address) => {
      return this.#bucketAt(address).inspect(core, (entries) => entriesOf(entries).size)
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  /** One more handle, on this core. Costs no message. */
  clone(): OwnedMap<K, V> {
    return new OwnedMap<K, V>(this.#directory.clone())
  }

  /** Gives the handle up; the map is dropped with the last. */
  drop(core: Core): void {
    this.#directory.drop(core)
  }

  [TAKE](): OwnedMap<K, V> {
    return new OwnedMap<K, V>(take(this.#directory))
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    gone(this.#directory)
  }

  /** What is under way keeps the map. */
  async #atHome<R>(core: Core, operation: () => Promise<R>): Promise<R> {
    const { share } = this.#directory
    share.retain('use', core)
    try {
      return await operation()
    } finally {
      share.release(core)
    }
  }

  async #bucketOf(core: Core, key: K): Promise<LockClient<Map<K, V>>> {
    const addresses = await this.#addresses(core)
    return this.#bucketAt(addresses[bucketOf(key, addresses.length)]!)
  }

  #bucketAt(raw: number): LockClient<Map<K, V>> {
    const address = new ObjectAddress<LockHome>(raw)
    return new LockClient<Map<K, V>>(address, VALUE, this.#directory.share)
  }

  async #addresses(core: Core): Promise<Directory> {
    using ref = await this.#directory.borrow(core)
    // Frozen, and as long-lived as the handle.
    return behindOf(core, ref.value)
  }
}

/**
 * A value as it leaves the bucket while that is held: bytes, if it is an object, which nobody else
 * has. A value that is bytes itself is an object.
 */
function packed(core: Core, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return storeOf(core).packing.pack(behindOf(core, value))
}

function unpacked<V>(core: Core, value: unknown): V {
  const isPacked = value instanceof Uint8Array
  return (isPacked ? storeOf(core).packing.unpackMoved(value).value : value) as V // as it was set
}

/** The thing itself, which is not handed to the program. */
function behindOf<T extends object>(core: Core, lent: T): T {
  const { guards } = storeOf(core)
  return guards === undefined ? lent : (guards.behindOf(lent) as T) // what it stands for
}

function requireNoOwners(core: Core, value: unknown): void {
  const { packing } = storeOf(core)
  const isOwner = (leaf: object): boolean => packing.isOwner(leaf)
  forEachLeaf(value, isOwner, () => {
    const object = 'a value of a map'
    const text = `${object} cannot own objects: whoever gets a copy would own them, too.`
    throw new OwnershipError('OWN_NESTED', text, { object })
  })
}

export const makeBuckets = task(
  'own.map.make',
  (core: Core, buckets: number, place: string | undefined): Lock<Map<MapKey, unknown>>[] => {
    const store = storeOf(core)
    const count = Math.ceil((buckets - core.id) / core.cores)
    return Array.from({ length: Math.max(0, count) }, () => {
      const bucket = own(core, new Map<MapKey, unknown>())
      store.resident(bucket.hold.pointer.id).madeAt = noteOf(place)
      return Lock.open(core, bucket)
    })
  },
)

export const getHere = task('own.map.get', (core: Core, raw: number, key: MapKey) => {
  return bucketHere(raw).inspect(core, (entries) => packed(core, valueOf(entries, key)))
})

export const setHere = task(
  'own.map.set',
  (core: Core, raw: number, key: MapKey, value: unknown): Promise<void> => {
    return bucketHere(raw).change(core, (entries) => void entries.set(key, value))
  },
)

export const deleteHere = task('own.map.delete', (core: Core, raw: number, key: MapKey) => {
  return bucketHere(raw).change(core, (entries) => entries.delete(key))
})

/** A bucket at its home; whoever has sent the operation keeps the map. */
function bucketHere(raw: number): LockClient<Map<MapKey, unknown>> {
  return new LockClient(new ObjectAddress<LockHome>(raw), VALUE, KEPT)
}

const KEPT = Object.freeze({ retain: nothing, release: nothing })

function nothing(): void {
  // See bucketHere.
}

export const mapExtension = codecExtension<Endpoint, OwnedMap<MapKey, unknown>>({
  tag: 13,
  prototype: OwnedMap.prototype,
  encode: ({ directory }, sink) => sink.value(directory),
  decode: (source) => new OwnedMap(source.value() as Arc<Directory>), // as encoded
})
