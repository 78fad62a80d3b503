/**
 * Owned map: entries on all cores, in buckets, each an owned object behind a readers-writer lock. A
 * bucket is read as a copy that stays good until somebody has written it, and travels to who writes
 * it here; small operations are sent to it instead.
 *
 * Ordering    operations on one key take effect one after another, each between its call and its
 *             end. What goes through all buckets sees each at a moment of its own.
 * Ownership   each handle is one share; with the last, all buckets are dropped.
 * Suspends    every operation: two messages to a bucket elsewhere for `get`, `set`, `delete`, and
 *             those of the lock for `read`, `update` and the guards.
 * Bounds      `buckets`: more of them are smaller, so that less is copied and fewer wait.
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
import { Hold } from '../hold.ts'
import type { Shared } from '../lent.ts'
import { own } from '../make.ts'
import { DROP, REQUIRE_GONE, TAKE, gone, take, type Movable } from '../movable.ts'
import { VALUE } from '../shape.ts'
import { Arc } from './arc.ts'
import { LockClient } from './lock-client.ts'
import type { ReadGuard, WriteGuard } from './lock-guard.ts'
import type { LockHome } from './lock-home.ts'
import { Lock } from './lock.ts'
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
  const { buckets = BUCKETS_PER_CORE * core.cores } = options
  whole('buckets', buckets, 1, 2 ** 20)
  const made = await onAllCores(core, makeBuckets, buckets)
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

/**
 * One of the handles of a map. Values are without owners; what is put in is the map's, and what is
 * got out is shared with it: neither is changed any more.
 */
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

  /** The value, from its bucket's home. It is not to be changed. */
  async get(core: Core, key: K): Promise<Shared<V> | undefined> {
    const bucket = await this.#bucketOf(core, key)
    const { core: home, raw } = bucket.address
    if (home === core.id) return bucket.inspect(core, (entries) => valueOf(entries, key))
    const found = await this.#atHome(core, () => core.call(getHere, home, raw, key))
    return found as Shared<V> | undefined // as it was set
  }

  /** Puts a value in. */
  async set(core: Core, key: K, value: V): Promise<void> {
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
   * The value, out of a copy of its bucket, which is fetched only if the bucket was written since:
   * for what is read more often than it changes, and for large values.
   */
  async read(core: Core, key: K): Promise<Shared<V> | undefined> {
    const bucket = await this.#bucketOf(core, key)
    using guard = await bucket.readLock(core)
    return valueOf(guard.value, key)
  }

  /**
   * Replaces a value by what `change` makes of it, as one operation, here: the bucket moves to this
   * core. `undefined` stands for no entry, on both sides.
   */
  async update(
    core: Core,
    key: K,
    change: (value: V | undefined) => V | undefined | PromiseLike<V | undefined>,
  ): Promise<V | undefined> {
    const bucket = await this.#bucketOf(core, key)
    return bucket.change(core, async (entries) => {
      const value = await change(entries.get(key))
      if (value === undefined) entries.delete(key)
      else entries.set(key, value)
      return value
    })
  }

  /** The bucket of a key, to be read while the guard is held: no message for what it contains. */
  async readBucket(core: Core, key: K): Promise<ReadGuard<Map<K, V>>> {
    return (await this.#bucketOf(core, key)).readLock(core)
  }

  /** The bucket of a key, to be written while the guard is held. */
  async writeBucket(core: Core, key: K): Promise<WriteGuard<Map<K, V>>> {
    return (await this.#bucketOf(core, key)).writeLock(core)
  }

  /** All entries, bucket by bucket. */
  async *entries(core: Core): AsyncGenerator<readonly [K, Shared<V>], void, undefined> {
    for (const address of await this.#addresses(core)) {
      using guard = await this.#bucketAt(address).readLock(core)
      const found = [...entriesOf(guard.value)]
      // Nobody waits for whoever goes through them; what was read stays as it is.
      guard.release()
      yield* found
    }
  }

  /** Calls `visit` for all entries, bucket by bucket, one after another. */
  async forEach(
    core: Core,
    visit: (value: Shared<V>, key: K) => void | PromiseLike<void>,
  ): Promise<void> {
    for await (const [key, value] of this.entries(core)) await visit(value, key)
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
    return ref.value
  }
}

function valueOf<K extends MapKey, V>(entries: Shared<Map<K, V>>, key: K): Shared<V> | undefined {
  return entriesOf(entries).get(key)
}

function entriesOf<K extends MapKey, V>(entries: Shared<Map<K, V>>): ReadonlyMap<K, Shared<V>> {
  return entries as unknown as ReadonlyMap<K, Shared<V>> // K is no object
}

export const makeBuckets = task(
  'own.map.make',
  (core: Core, buckets: number): Lock<Map<MapKey, unknown>>[] => {
    const count = Math.ceil((buckets - core.id) / core.cores)
    return Array.from({ length: Math.max(0, count) }, () => {
      return Lock.open(core, own(core, new Map<MapKey, unknown>()))
    })
  },
)

export const getHere = task('own.map.get', (core: Core, raw: number, key: MapKey) => {
  return bucketHere(raw).inspect(core, (entries) => valueOf(entries, key))
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
