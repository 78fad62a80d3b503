/**
 * Locks: an object that many may use, one after another: where owners refuse, locks wait. A mutex
 * lets one in; a readers-writer lock lets readers in together.
 *
 * The object travels to who writes it, and readers keep copies by its colour, as with owners: so
 * who locks again and again works in place, on what is there already, and who reads again what
 * nobody has written fetches nothing. For small changes from everywhere, `update` is better.
 *
 * Ordering    lock-home.ts: first come, first served. A writer's changes are known to the lock
 *             before anybody is let in after it, because the release tells both at once.
 * Ownership   a guard is released on every path: `using` for readers, `await using` for writers. It
 *             keeps the lock alive without a handle. The object is dropped with the last handle.
 * Failure     an aborted wait: ORUJO_ABORTED, and the lock goes to the next. Work that throws while
 *             it holds the lock releases it, with what it has changed.
 * Misuse      a holder that locks again waits for ever, and is reported: ORUJO_DEADLOCK.
 */
import { ObjectAddress, type Core, type CoreId } from '@orujo/core'
import { codecExtension, type Endpoint, type sendableBrand } from '@orujo/core/internal'
import { COUNTED } from '../counted.ts'
import { Hold } from '../hold.ts'
import type { MutableIn, SharedIn } from '../lent.ts'
import { own } from '../make.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from '../movable.ts'
import { cellOf, type Owned } from '../owned.ts'
import { decodeShape, encodeShape } from '../wire.ts'
import type { Shape } from '../shape.ts'
import { LockClient } from './lock-client.ts'
import type { ReadGuard, WriteGuard } from './lock-guard.ts'
import { LockHome } from './lock-home.ts'
import { Share } from './share.ts'

const KIND = 'lock'

/** A lock on an object that one may use at a time. */
export interface OwnedMutex<T> extends Movable<OwnedMutex<T>> {
  readonly [sendableBrand]?: true
  /** Where those who wait do so. */
  readonly core: CoreId
  /** Resolves with the guard of the only holder: `await using guard = await mutex.lock(core)`. */
  lock(core: Core): Promise<WriteGuard<T>>
  /** The guard if the mutex is free when the request arrives. */
  tryLock(core: Core): Promise<WriteGuard<T> | undefined>
  /** Holds the lock for as long as `work` takes. Nothing of the object may be kept or returned. */
  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R>
  /** One more handle, on this core. Costs no message. */
  clone(): OwnedMutex<T>
  /** Gives the handle up; the object is dropped with the last. */
  drop(core: Core): void
}

/** A lock on an object that many may read at a time, or one may write. */
export interface RwLock<T> extends Movable<RwLock<T>> {
  readonly [sendableBrand]?: true
  readonly core: CoreId
  readLock(core: Core): Promise<ReadGuard<T>>
  writeLock(core: Core): Promise<WriteGuard<T>>
  tryReadLock(core: Core): Promise<ReadGuard<T> | undefined>
  tryWriteLock(core: Core): Promise<WriteGuard<T> | undefined>
  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R>
  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R>
  clone(): RwLock<T>
  drop(core: Core): void
}

/** Makes a mutex of this core around a value, or around an object that is given up to it. */
export function ownedMutex<T>(core: Core, value: T): OwnedMutex<T> {
  return Lock.open(core, own(core, value))
}

/** Makes a readers-writer lock of this core around a value. */
export function rwLock<T>(core: Core, value: T): RwLock<T> {
  return Lock.open(core, own(core, value))
}

/** Makes a readers-writer lock of this core around an object, which is given up to it. */
export function lockOwned<T>(core: Core, owned: Owned<T>): RwLock<T> {
  return Lock.open(core, owned)
}

/** A handle of either kind of lock: a mutex is one that nobody reads. */
export class Lock<T> implements OwnedMutex<T>, RwLock<T> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #share: Share
  readonly #client: LockClient<T>

  /** Use `ownedMutex`, `rwLock` or `clone`. */
  constructor(share: Share, shape: Shape, address: ObjectAddress<LockHome>) {
    this.#share = share
    this.#client = new LockClient<T>(address, shape, share)
  }

  static open<T>(core: Core, owned: Owned<T>): Lock<T> {
    const hold = cellOf(owned)
    hold.requireFree('lock', core)
    const { store, shape } = hold
    const home = new LockHome(hold, (last, pointer) => {
      last.release(address)
      new Hold(store, shape, pointer).dropContents(last)
    })
    hold.moveAway()
    const address = core.hold(home)
    const share = Share.open(core, KIND, (last) => home.unused(last))
    return new Lock<T>(share, shape, address)
  }

  get core(): CoreId {
    return this.address.core
  }

  /** For sending this. */
  get share(): Share {
    return this.#share
  }

  /** For sending this. */
  get shape(): Shape {
    return this.#client.shape
  }

  /** For sending this. */
  get address(): ObjectAddress<LockHome> {
    return this.#client.address
  }

  lock(core: Core): Promise<WriteGuard<T>> {
    return this.writeLock(core)
  }

  tryLock(core: Core): Promise<WriteGuard<T> | undefined> {
    return this.tryWriteLock(core)
  }

  readLock(core: Core): Promise<ReadGuard<T>> {
    return this.#client.readLock(core)
  }

  tryReadLock(core: Core): Promise<ReadGuard<T> | undefined> {
    return this.#client.tryReadLock(core)
  }

  writeLock(core: Core): Promise<WriteGuard<T>> {
    return this.#client.writeLock(core)
  }

  tryWriteLock(core: Core): Promise<WriteGuard<T> | undefined> {
    return this.#client.tryWriteLock(core)
  }

  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return this.#client.read(core, work)
  }

  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return this.#client.write(core, work)
  }

  clone(): Lock<T> {
    return new Lock<T>(this.#share.clone(), this.shape, this.address)
  }

  drop(core: Core): void {
    this.#share.drop(core)
  }

  [TAKE](): Lock<T> {
    return new Lock<T>(this.#share.take(), this.shape, this.address)
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#share.life.requireGone()
  }
}

export const lockExtension = codecExtension<Endpoint, Lock<unknown>>({
  tag: 7,
  prototype: Lock.prototype,
  encode: ({ share, shape, address }, sink) => {
    share.encode(sink)
    encodeShape(shape, sink)
    sink.integer(address.raw)
  },
  decode: (source, endpoint) => {
    const share = Share.decode(source, endpoint, KIND)
    const shape = decodeShape(source)
    return new Lock(share, shape, new ObjectAddress<LockHome>(source.integer()))
  },
})
