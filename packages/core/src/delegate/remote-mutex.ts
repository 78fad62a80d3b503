/**
 * Remote mutex: a mutex as tasks of any core use it.
 *
 * Access      any core, through the address of a Mutex that its home holds (`core.hold`).
 * Suspends    `lock`, in the mutex's queue at home; see remote-wait.ts for order and aborts.
 * Ownership   the guard belongs to the task that locked. Its release is a one-way message under the
 *             scope of `core`, which therefore ends after it has arrived.
 * Failure     releasing twice throws; a release after the end of the runtime does nothing.
 */
import { invariant } from '../errors.ts'
import type { ObjectAddress } from '../memory/objects.ts'
import { type Granter, Guard } from '../sync/guard.ts'
import type { Mutex } from '../sync/mutex.ts'
import type { Core } from './core.ts'
import { task } from './define.ts'
import { granted, isAborted, objectAt } from './remote-wait.ts'

export class RemoteMutex implements Granter {
  readonly core: Core
  readonly address: ObjectAddress<Mutex>

  constructor(core: Core, address: ObjectAddress<Mutex>) {
    this.core = core
    this.address = address
  }

  /** Resolves with the guard of the only holder, first come, first served. */
  async lock(): Promise<Guard<RemoteMutex>> {
    const { core, address } = this
    const request = core.call(lockHere, address.core, address.raw)
    const handOn = (ticket: number): void => this.giveBack(ticket)
    return new Guard(this, await granted(core, "mutex 'lock'", request, handOn))
  }

  /** A guard if the mutex is free when the request arrives; undefined if not. */
  async tryLock(): Promise<Guard<RemoteMutex> | undefined> {
    const ticket = await this.core.call(tryLockHere, this.address.core, this.address.raw)
    return ticket === 0 ? undefined : new Guard(this, ticket)
  }

  /** For guards. */
  giveBack(ticket: number): void {
    const { core, address } = this
    if (core.endpoint.ended === undefined) core.send(releaseHere, address.core, address.raw, ticket)
  }
}

/** The mutex at `raw`, for definitions beside it. */
export function mutexAt(core: Core, raw: number): Mutex {
  return objectAt<Mutex>(core, raw)
}

const lockHere = task('orujo.mutex.lock', (core: Core, raw: number): number | Promise<number> => {
  const mutex = mutexAt(core, raw)
  const isFree = !mutex.isLocked && !isAborted(core)
  return isFree ? mutex.tryAcquire() : mutex.acquire(core.signal)
})

const tryLockHere = task('orujo.mutex.try-lock', (core: Core, raw: number): number => {
  return mutexAt(core, raw).tryAcquire()
})

const releaseHere = task('orujo.mutex.release', (core: Core, raw: number, ticket: number): void => {
  mutexAt(core, raw).giveBack(ticket)
})

/** Definitions that every core needs for mutexes. */
export const mutexDefinitions = Object.freeze([lockHere, tryLockHere, releaseHere])

/** Checks that a mutex is at the home of what is waited for with it. */
export function checkHome(mutex: ObjectAddress<Mutex>, other: ObjectAddress): void {
  invariant(
    mutex.core === other.core,
    `A condition variable on core ${other.core} was waited for with a mutex on core ` +
      `${mutex.core}: hold both on one core.`,
  )
}
