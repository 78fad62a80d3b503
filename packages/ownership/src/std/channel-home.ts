/**
 * Channel home: the queue of a channel, on the core that made it, and those who wait there: senders
 * for room, the receiver for values.
 *
 * States      open -> ended (no sender is left; what is queued can still be received) and open ->
 *             closed (the receiver is gone; nothing can be sent). When both, it is forgotten.
 * Invariants  values wait in `parked` only while the queue is full, and the receiver only while it
 *             is empty. A send is answered when its value is in the queue, and not before: the
 *             answer is the credit for the next.
 * Ordering    values of one sender arrive in the order in which they were sent: requests travel as
 *             tasks, which begin in order.
 * Ownership   a value accepted is the channel's until it is received; what the receiver leaves
 *             behind is dropped. A value refused goes back to its sender.
 * Suspends    `push` while the queue is full, `take` while it is empty.
 * Failure     an aborted push hands its value back; an aborted take has taken nothing.
 * Bounds      `capacity` values, and one for each send that nobody waits for the end of.
 */
import { ObjectAddress, task, type Core, type Wait, type WaitSource } from '@orujo/core'
import { WaitQueue } from '@orujo/core/internal'
import { LEFT, type Left, type Thing } from '../leaks.ts'
import type { PlaceNote } from '../place-note.ts'
import { handOver, dropInside } from './hand-over.ts'

/** Why a value comes back. */
export type RefusalKind = 'full' | 'closed' | 'aborted'
/** A value that comes back. */
export type Refusal = readonly [kind: RefusalKind, value: unknown]

/** Values that one message takes to a receiver elsewhere. */
const BATCH = 64

export class ChannelHome implements WaitSource, Thing {
  readonly [LEFT]: Left
  readonly capacity: number
  #values: unknown[] = []
  /** Index of the first value that has not been taken. */
  #first = 0
  readonly #parked = new WaitQueue<unknown, Refusal | undefined>('room in a channel')
  readonly #receiver = new WaitQueue<void, void>('values of a channel')
  #isEnded = false
  #isClosed = false
  /** Forgets this. */
  forget: (core: Core) => void = nothing

  constructor(capacity: number, madeAt: PlaceNote | undefined) {
    this.capacity = capacity
    this[LEFT] = { name: 'a channel', madeAt }
  }

  get size(): number {
    return this.#values.length - this.#first
  }

  /** Accepts a value when there is room, or hands it back. */
  push(core: Core, value: unknown): Refusal | undefined | Promise<Refusal | undefined> {
    // A run that is aborted is told so in the queue.
    if (core.scope.isAborted) return this.#park(core, value)
    const refusal = this.tryPush(value)
    return refusal?.[0] === 'full' ? this.#park(core, value) : refusal
  }

  tryPush(value: unknown): Refusal | undefined {
    if (this.#isClosed) return ['closed', value]
    if (this.size >= this.capacity) return ['full', value]
    this.#add(value)
    return undefined
  }

  /** The next values, at most `count`; undefined if there will be none. */
  take(core: Core, count: number): unknown[] | undefined | Promise<unknown[] | undefined> {
    const isEmpty = this.size === 0 && !this.#isEnded
    return isEmpty || core.scope.isAborted ? this.#await(core, count) : this.#takeNow(count)
  }

  /** The next values, if there are any. */
  tryTake(count: number): unknown[] | undefined {
    return this.#isEnded || this.size > 0 ? this.#takeNow(count) : []
  }

  /** The last sender is gone. None is parked, because a send keeps its sender. */
  end(core: Core): void {
    this.#isEnded = true
    if (this.#receiver.size > 0) this.#receiver.grant()
    if (this.#isClosed) this.forget(core)
  }

  /** The receiver is gone. */
  close(core: Core): void {
    this.#isClosed = true
    const left = this.#values.slice(this.#first)
    this.#values = []
    this.#first = 0
    while (this.#parked.size > 0) this.#parked.grant(['closed', this.#parked.first])
    dropInside(core, left)
    if (this.#isEnded) this.forget(core)
  }

  addWaits(found: Wait[]): void {
    this.#parked.addWaits(found)
    this.#receiver.addWaits(found)
  }

  async #park(core: Core, value: unknown): Promise<Refusal | undefined> {
    try {
      return await this.#parked.wait(value, core.signal)
    } catch {
      // Waits fail for one reason: the run that they belong to was aborted.
      return ['aborted', value]
    }
  }

  async #await(core: Core, count: number): Promise<unknown[] | undefined> {
    await this.#receiver.wait(undefined, core.signal)
    return this.#takeNow(count)
  }

  #takeNow(count: number): unknown[] | undefined {
    const size = Math.min(this.size, count)
    if (size === 0) return undefined
    const taken = this.#values.slice(this.#first, this.#first + size)
    this.#first += size
    // Taking from the front moves the rest, so it is done when there is less of that.
    if (2 * this.#first >= this.#values.length) {
      this.#values = this.#values.slice(this.#first)
      this.#first = 0
    }
    while (this.#parked.size > 0 && this.size < this.capacity) {
      this.#add(this.#parked.first)
      this.#parked.grant(undefined)
    }
    return taken
  }

  #add(value: unknown): void {
    this.#values.push(value)
    if (this.#receiver.size > 0) this.#receiver.grant()
  }
}

/** Sends a value; resolves with what comes back. */
export async function push(
  core: Core,
  address: ObjectAddress<ChannelHome>,
  value: unknown,
  isPatient: boolean,
): Promise<Refusal | undefined> {
  const { raw, core: home } = address
  if (home !== core.id) return core.call(isPatient ? pushHere : tryPushHere, home, raw, value)
  const channel = address.local(core)
  const moved = handOver(core, value)
  return isPatient ? channel.push(core, moved) : channel.tryPush(moved)
}

/** Values for the receiver, at least one unless there will be none, or it is impatient. */
export async function take(
  core: Core,
  address: ObjectAddress<ChannelHome>,
  isPatient: boolean,
): Promise<unknown[] | undefined> {
  const { raw, core: home } = address
  if (home !== core.id) return core.call(isPatient ? takeHere : tryTakeHere, home, raw, BATCH)
  const channel = address.local(core)
  return isPatient ? channel.take(core, 1) : channel.tryTake(1)
}

export const pushHere = task('own.channel.push', (core: Core, raw: number, value: unknown) => {
  return channelAt(core, raw).push(core, value)
})

export const tryPushHere = task('own.channel.try-push', (core: Core, raw: number, value: unknown) =>
  channelAt(core, raw).tryPush(value),
)

export const takeHere = task('own.channel.take', (core: Core, raw: number, count: number) => {
  return channelAt(core, raw).take(core, count)
})

export const tryTakeHere = task('own.channel.try-take', (core: Core, raw: number, count: number) =>
  channelAt(core, raw).tryTake(count),
)

export const closeHere = task('own.channel.close', (core: Core, raw: number): void => {
  channelAt(core, raw).close(core)
})

function channelAt(core: Core, raw: number): ChannelHome {
  return new ObjectAddress<ChannelHome>(raw).local(core)
}

function nothing(): void {
  // Until it is known what to forget.
}
