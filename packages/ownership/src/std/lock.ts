/**
 * Locks: an object that many may use, one after another: where owners refuse, locks wait. A mutex
 * lets one in; a readers-writer lock lets readers in together.
 *
 * The object travels to who writes it, and readers keep copies by its colour, as with owners: so who
 * locks again and again works on what is there, in place, and who reads again what nobody has written
 * fetches nothing. For small changes from everywhere, working at home is better: `update`.
 *
 * Ordering    lock-home.ts: first come, first served. A writer's changes are known to the lock
 *             before anybody is let in after it, because the release tells both at once.
 * Ownership   a guard is released on every path: `using` for readers, `await using` for writers. It
 *             keeps the lock alive without a handle. The object is dropped with the last handle.
 * Failure     an aborted wait: ORUJO_ABORTED, and the lock goes to the next. Work that throws while
 *             it holds the lock releases it, with what it has changed.
 * Misuse      a holder that locks again waits for ever, and is reported: ORUJO_DEADLOCK.
 */
import { ObjectAddress, OrujoError, type Core, type CoreId } from '@orujo/core'
import { codecExtension, type Endpoint, type sendableBrand } from '@orujo/core/internal'
import { Mut, Ref } from '../borrow.ts'
import { COUNTED } from '../counted.ts'
import { Hold } from '../hold.ts'
import type { MutableIn, SharedIn } from '../lent.ts'
import { own } from '../make.ts'
import type { Owned } from '../owned.ts'
import { decodeShape, encodeShape } from '../packing.ts'
import type { Shape } from '../shape.ts'
import type { Pointer } from '../store.ts'
import { storeOf } from '../stores.ts'
import { ReadGuard, WriteGuard } from './lock-guard.ts'
import { LockHome, acquire, release, tryAcquire, type LockMode } from './lock-home.ts'
import { Share } from './share.ts'

const KIND = 'lock'

/** A lock on an object that one may use at a time. */
export interface OwnedMutex<T> {
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
export interface RwLock<T> {
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
  readonly #shape: Shape
  readonly #address: ObjectAddress<LockHome>

  /** Use `ownedMutex`, `rwLock` or `clone`. */
  constructor(share: Share, shape: Shape, address: ObjectAddress<LockHome>) {
    this.#share = share
    this.#shape = shape
    this.#address = address
  }

  static open<T>(core: Core, { hold }: Owned<T>): Lock<T> {
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
    return this.#address.core
  }

  /** For sending this: all of it. */
  get parts(): readonly [Share, Shape, ObjectAddress<LockHome>] {
    return [this.#share, this.#shape, this.#address]
  }

  lock(core: Core): Promise<WriteGuard<T>> {
    return this.writeLock(core)
  }

  tryLock(core: Core): Promise<WriteGuard<T> | undefined> {
    return this.tryWriteLock(core)
  }

  async readLock(core: Core): Promise<ReadGuard<T>> {
    return this.#reader(core, await this.#acquire(core, 'read'))
  }

  async tryReadLock(core: Core): Promise<ReadGuard<T> | undefined> {
    const pointer = await this.#tryAcquire(core, 'read')
    return pointer === undefined ? undefined : this.#reader(core, pointer)
  }

  async writeLock(core: Core): Promise<WriteGuard<T>> {
    return this.#writer(core, await this.#acquire(core, 'write'))
  }

  async tryWriteLock(core: Core): Promise<WriteGuard<T> | undefined> {
    const pointer = await this.#tryAcquire(core, 'write')
    return pointer === undefined ? undefined : this.#writer(core, pointer)
  }

  async read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    using guard = await this.readLock(core)
    // The compiler's L is nowhere at run time.
    return await work(guard.value as SharedIn<T, unknown>)
  }

  async write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    await using guard = await this.writeLock(core)
    // As above.
    return await work(guard.value as MutableIn<T, unknown>)
  }

  clone(): Lock<T> {
    return new Lock<T>(this.#share.clone(), this.#shape, this.#address)
  }

  drop(core: Core): void {
    this.#share.drop(core)
  }

  async #acquire(core: Core, mode: LockMode): Promise<Pointer> {
    // Who holds a lock, or waits for it, keeps it.
    this.#share.retain('lock', core)
    try {
      const pointer = await acquire(core, this.#address, mode)
      if (!core.scope.isAborted) return pointer
      release(core, this.#address, mode, pointer)
      const cause: unknown = core.signal.reason
      throw new OrujoError('ORUJO_ABORTED', 'Waiting for a lock was aborted.', { cause })
    } catch (error) {
      this.#share.release(core)
      throw error
    }
  }

  async #tryAcquire(core: Core, mode: LockMode): Promise<Pointer | undefined> {
    this.#share.retain('lock', core)
    const pointer = await tryAcquire(core, this.#address, mode)
    if (pointer === undefined) this.#share.release(core)
    return pointer
  }

  async #reader(core: Core, pointer: Pointer): Promise<ReadGuard<T>> {
    const hold = new Hold(storeOf(core), this.#shape, pointer)
    const giveBack = (): void => this.#giveBack(core, 'read', hold)
    try {
      const body = hold.beginShared(core) ?? (await hold.fetchForReading(core))
      return new ReadGuard(new Ref<T>(hold, body), giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async #writer(core: Core, pointer: Pointer): Promise<WriteGuard<T>> {
    const hold = new Hold(storeOf(core), this.#shape, pointer)
    const giveBack = (): void => this.#giveBack(core, 'write', hold)
    try {
      hold.beginExclusive(core)
      const body = hold.localForWriting() ?? (await hold.bodyForWriting(core))
      return new WriteGuard(new Mut<T>(hold, core, pointer, body), giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  #giveBack(core: Core, mode: LockMode, { pointer }: Hold): void {
    release(core, this.#address, mode, pointer)
    this.#share.release(core)
  }
}

export const lockExtension = codecExtension<Endpoint, Lock<unknown>>({
  tag: 7,
  prototype: Lock.prototype,
  encode: ({ parts: [share, shape, address] }, sink) => {
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
