/**
 * Remote counting semaphore: a counting semaphore as tasks of any core use it.
 *
 * Access      any core, through the address of a CountingSemaphore that its home holds.
 * Suspends    `acquire`, in the semaphore's queue at home; see remote-wait.ts for order and aborts.
 * Ownership   the guard belongs to the task that acquired; who passes permits from task to task
 *             leaves it alone and calls `release`. Either way a one-way message, under the scope of
 *             `core`.
 * Failure     releasing a guard twice throws; a release after the end of the runtime does nothing.
 */
import type { ObjectAddress } from '../memory/objects.ts'
import type { CountingSemaphore } from '../sync/counting-semaphore.ts'
import { type Granter, Guard } from '../sync/guard.ts'
import type { Core } from './core.ts'
import { task } from './define.ts'
import { granted, isAborted, objectAt } from './remote-wait.ts'

export class RemoteCountingSemaphore implements Granter {
  readonly core: Core
  readonly address: ObjectAddress<CountingSemaphore>

  constructor(core: Core, address: ObjectAddress<CountingSemaphore>) {
    this.core = core
    this.address = address
  }

  /** Takes `count` permits, first come, first served. The guard gives them back. */
  async acquire(count = 1): Promise<Guard<RemoteCountingSemaphore>> {
    const { core, address } = this
    const request = core.call(acquireHere, address.core, address.raw, count)
    const handOn = (taken: number): void => this.giveBack(taken)
    return new Guard(this, await granted(core, "semaphore 'acquire'", request, handOn))
  }

  /** A guard of `count` permits if, on arrival, nobody waits and there are enough. */
  async tryAcquire(count = 1): Promise<Guard<RemoteCountingSemaphore> | undefined> {
    const isTaken = await this.core.call(tryAcquireHere, this.address.core, this.address.raw, count)
    return isTaken ? new Guard(this, count) : undefined
  }

  /**
   * Gives back, or adds, `count` permits, one-way: done when the scope of `core` has ended.
   *
   * @returns false above the high-water mark, as `core.send`
   */
  release(count = 1): boolean {
    return this.core.send(releaseHere, this.address.core, this.address.raw, count)
  }

  /** Permits that are free when the request arrives. */
  value(): Promise<number> {
    return this.core.call(valueHere, this.address.core, this.address.raw)
  }

  /** For guards. */
  giveBack(count: number): void {
    if (this.core.endpoint.ended === undefined) this.release(count)
  }
}

const acquireHere = task(
  'orujo.semaphore.acquire',
  (core: Core, raw: number, count: number): number | Promise<number> => {
    const semaphore = objectAt<CountingSemaphore>(core, raw)
    if (!isAborted(core) && semaphore.tryTake(count)) return count
    return semaphore.take(count, core.signal)
  },
)

const tryAcquireHere = task(
  'orujo.semaphore.try-acquire',
  (core: Core, raw: number, count: number): boolean =>
    objectAt<CountingSemaphore>(core, raw).tryTake(count),
)

const releaseHere = task(
  'orujo.semaphore.release',
  (core: Core, raw: number, count: number): void => {
    objectAt<CountingSemaphore>(core, raw).release(count)
  },
)

const valueHere = task(
  'orujo.semaphore.value',
  (core: Core, raw: number): number => objectAt<CountingSemaphore>(core, raw).value,
)

/** Definitions that every core needs for semaphores. */
export const semaphoreDefinitions = Object.freeze([
  acquireHere,
  tryAcquireHere,
  releaseHere,
  valueHere,
])
