/**
 * Lock client: how the tasks of one core use a lock, wherever it is, while something keeps it.
 *
 * Ownership   what is held, or waited for, is kept by `keep`, so that whoever began may drop it.
 * Failure     an aborted wait: ORUJO_ABORTED, and a right that was granted by then goes back.
 */
import { OrujoError, type Core, type ObjectAddress } from '@orujo/core'
import { Mut, Ref } from '../borrow.ts'
import { Hold } from '../hold.ts'
import type { MutableIn, Shared, SharedIn } from '../lent.ts'
import { whileReading, whileWriting } from '../scoped.ts'
import type { Shape } from '../shape.ts'
import type { Pointer } from '../store.ts'
import { storeOf } from '../stores.ts'
import { ReadGuard, WriteGuard } from './lock-guard.ts'
import { acquire, release, tryAcquire, type LockHome, type LockMode } from './lock-home.ts'

/** What a lock would be dropped with. */
export interface Keeper {
  /** Throws if it is no longer there. */
  retain(verb: string, core: Core): void
  release(core: Core): void
}

export class LockClient<T> {
  readonly address: ObjectAddress<LockHome>
  readonly shape: Shape
  readonly #keep: Keeper

  constructor(address: ObjectAddress<LockHome>, shape: Shape, keep: Keeper) {
    this.address = address
    this.shape = shape
    this.#keep = keep
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

  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileReading(this.readLock(core), work)
  }

  /** Looks at the object exclusively: it comes here, but stays as it is, and is not copied. */
  async inspect<R>(core: Core, work: (value: Shared<T>) => R): Promise<R> {
    await using guard = await this.writeLock(core)
    return work(guard.view)
  }

  /** Changes the object here. */
  async change<R>(core: Core, work: (value: T) => R | PromiseLike<R>): Promise<R> {
    await using guard = await this.writeLock(core)
    return await work(guard.value)
  }

  write<R>(core: Core, work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileWriting(this.writeLock(core), work)
  }

  async #acquire(core: Core, mode: LockMode): Promise<Pointer> {
    // Who holds a lock, or waits for it, keeps it.
    this.#keep.retain('lock', core)
    try {
      const pointer = await acquire(core, this.address, mode)
      if (!core.scope.isAborted) return pointer
      release(core, this.address, mode, pointer)
      const cause: unknown = core.signal.reason
      throw new OrujoError('ORUJO_ABORTED', 'Waiting for a lock was aborted.', { cause })
    } catch (error) {
      this.#keep.release(core)
      throw error
    }
  }

  async #tryAcquire(core: Core, mode: LockMode): Promise<Pointer | undefined> {
    this.#keep.retain('lock', core)
    let pointer: Pointer | undefined
    try {
      pointer = await tryAcquire(core, this.address, mode)
      return pointer
    } finally {
      if (pointer === undefined) this.#keep.release(core)
    }
  }

  async #reader(core: Core, pointer: Pointer): Promise<ReadGuard<T>> {
    const hold = new Hold(storeOf(core), this.shape, pointer)
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
    const hold = new Hold(storeOf(core), this.shape, pointer)
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
    release(core, this.address, mode, pointer)
    this.#keep.release(core)
  }
}
