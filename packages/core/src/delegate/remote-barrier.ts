/**
 * Remote barrier: a Barrier as tasks of any core use it.
 *
 * Access      any core, through the address of a Barrier that its home holds.
 * Suspends    `wait`, at home; see remote-wait.ts for order and aborts.
 */
import type { ObjectAddress } from '../memory/objects.ts'
import type { Barrier } from '../sync/barrier.ts'
import type { Core } from './core.ts'
import { task } from './define.ts'
import { isAborted, objectAt } from './remote-wait.ts'

export class RemoteBarrier {
  readonly core: Core
  readonly address: ObjectAddress<Barrier>

  constructor(core: Core, address: ObjectAddress<Barrier>) {
    this.core = core
    this.address = address
  }

  /** Arrives, and resolves, with the number of the phase, when all have. */
  wait(): Promise<number> {
    const { core, address } = this
    return core.call(waitHere, address.core, address.raw)
  }

  /**
   * Arrives without waiting, one-way: done when the scope of `core` has ended.
   *
   * @returns false above the high-water mark, as `core.send`
   */
  arrive(): boolean {
    return this.core.send(arriveHere, this.address.core, this.address.raw)
  }
}

const waitHere = task('orujo.barrier.wait', (core: Core, raw: number): number | Promise<number> => {
  const barrier = objectAt<Barrier>(core, raw)
  return barrier.isLast && !isAborted(core) ? barrier.arrive() : barrier.wait(core.signal)
})

const arriveHere = task('orujo.barrier.arrive', (core: Core, raw: number): void => {
  objectAt<Barrier>(core, raw).arrive()
})

/** Definitions that every core needs for barriers. */
export const barrierDefinitions = Object.freeze([waitHere, arriveHere])
