/**
 * Remote condition variable: a condition variable as tasks of any core use it.
 *
 * Invariants  the mutex is at the same home, so that releasing it and waiting are one step there.
 * Access      any core, through the address of a ConditionVariable that its home holds.
 * Suspends    `wait`, at home; see remote-wait.ts for order and aborts.
 * Failure     if `wait` rejects, the guard is not held; but if it could not even be asked for (an
 *             ended scope, a full outbox), nothing has changed and it is. A signal for a waiter
 *             whose run was aborted meanwhile goes on to the next.
 */
import type { ObjectAddress } from '../memory/objects.ts'
import type { ConditionVariable } from '../sync/condition-variable.ts'
import type { Guard } from '../sync/guard.ts'
import type { Core } from './core.ts'
import { task } from './define.ts'
import { type RemoteMutex, checkHome, mutexAt } from './remote-mutex.ts'
import { granted, objectAt } from './remote-wait.ts'

const WAIT = "condition variable 'wait'"

export class RemoteConditionVariable {
  readonly core: Core
  readonly address: ObjectAddress<ConditionVariable>

  constructor(core: Core, address: ObjectAddress<ConditionVariable>) {
    this.core = core
    this.address = address
  }

  /**
   * Releases the guard's mutex and waits for a signal; resolves when the guard is held again.
   * Without a guard, just waits for a signal. If it rejects, the guard is not held, unless nothing
   * could be sent: `guard.isHeld` tells.
   */
  async wait(guard?: Guard<RemoteMutex>): Promise<void> {
    const { core, address } = this
    if (guard === undefined) {
      const request = core.call(waitHere, address.core, address.raw)
      await granted(core, WAIT, request, () => this.signal())
      return
    }
    const { granter } = guard
    checkHome(granter.address, address)
    const ticket = guard.lend()
    let request: Promise<number>
    try {
      request = core.call(waitWithHere, address.core, address.raw, granter.address.raw, ticket)
    } catch (error) {
      // Nothing was sent, so that the mutex is still its holder's.
      guard.regain(ticket)
      throw error
    }
    const regained = await granted(core, WAIT, request, (right) => {
      granter.giveBack(right)
      this.signal()
    })
    guard.regain(regained)
  }

  /**
   * Wakes who has waited longest, one-way: done when the scope of `core` has ended.
   *
   * @returns false above the high-water mark, as `core.send`
   */
  signal(): boolean {
    return this.core.send(signalHere, this.address.core, this.address.raw)
  }

  /** Wakes all who wait, one-way, as `signal`. */
  broadcast(): boolean {
    return this.core.send(broadcastHere, this.address.core, this.address.raw)
  }
}

const waitHere = task('orujo.condition.wait', async (core: Core, raw: number): Promise<number> => {
  await objectAt<ConditionVariable>(core, raw).wait(undefined, core.signal)
  return 0
})

const waitWithHere = task(
  'orujo.condition.wait-with',
  (core: Core, raw: number, mutexRaw: number, ticket: number): Promise<number> => {
    const mutex = mutexAt(core, mutexRaw)
    let condition: ConditionVariable
    try {
      condition = objectAt<ConditionVariable>(core, raw)
    } catch (error) {
      // As after every other failure of a wait.
      mutex.giveBack(ticket)
      throw error
    }
    return condition.waitWith(mutex, ticket, core.signal)
  },
)

const signalHere = task('orujo.condition.signal', (core: Core, raw: number): void => {
  objectAt<ConditionVariable>(core, raw).signal()
})

const broadcastHere = task('orujo.condition.broadcast', (core: Core, raw: number): void => {
  objectAt<ConditionVariable>(core, raw).broadcast()
})

/** Definitions that every core needs for condition variables. */
export const conditionDefinitions = Object.freeze([
  waitHere,
  waitWithHere,
  signalHere,
  broadcastHere,
])
