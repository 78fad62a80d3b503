/**
 * Channels: many senders and one receiver, on any cores. What is sent moves: owners and other
 * handles inside a value belong to whoever receives it.
 *
 * States      of the ends: live -> moved | dropped (life.ts); what the queue goes through:
 *             channel-home.ts. The queue is on the core that made the channel: make it where values
 *             are received, then a value costs one message there and one back.
 * Ordering    values of one sender arrive in order; of different ones in any.
 * Ownership   a value that could not be sent is the sender's again: `SendError.value`. What was
 *             sent and never received is dropped with the receiver.
 * Suspends    `send` while the channel is full, `receive` while it is empty.
 * Failure     `send` after the receiver is gone: SendError, OWN_CLOSED; of an aborted run: the same
 *             with ORUJO_ABORTED. A value that cannot be sent: ORUJO_NOT_SENDABLE.
 * Misuse      two receives at once: OWN_BORROWED.
 */
import { ObjectAddress, type Core, type CoreId } from '@orujo/core'
import {
  codecExtension,
  record,
  whole,
  type Endpoint,
  type SendableArguments,
  type sendableBrand,
} from '@orujo/core/internal'
import { COUNTED } from '../counted.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from '../movable.ts'
import { ChannelHome, closeHere, push, take } from './channel-home.ts'
import { storeOf } from '../stores.ts'
import { requireOn } from '../wire.ts'
import { dropInside } from './hand-over.ts'
import { Life } from './life.ts'
import { Share } from './share.ts'

/** How a channel is made. */
export interface ChannelOptions {
  /** Values that may wait to be received, 1 or more. Default: any number. */
  readonly capacity?: number
}

/** A value that comes back to its sender. */
export class SendError<T = unknown> extends Error {
  override readonly name = 'SendError'
  readonly code: 'OWN_CLOSED' | 'ORUJO_ABORTED'
  /** The sender's again, with everything that it owns. */
  readonly value: T

  constructor(code: SendError['code'], message: string, value: T) {
    super(message)
    this.code = code
    this.value = value
  }
}

/** Options, or, of values that cannot be sent, a sentence that nobody can give. */
type ChannelArguments<T> =
  SendableArguments<[T]> extends [T]
    ? [options?: ChannelOptions]
    : [options: ChannelOptions & SendableArguments<[T]>]

/** What `trySend` has done. */
export type TrySent<T> =
  { readonly kind: 'sent' } | { readonly kind: 'full' | 'closed'; readonly value: T }

/** What `tryReceive` has found. */
export type TryReceived<T> =
  { readonly kind: 'received'; readonly value: T } | { readonly kind: 'empty' | 'ended' }

const SENT = Object.freeze({ kind: 'sent' })
const EMPTY = Object.freeze({ kind: 'empty' })
const ENDED = Object.freeze({ kind: 'ended' })

/**
 * Makes a channel, whose queue is on this core from now on: the end to send into, which may be
 * cloned, and the one to receive from. Both may be sent to other cores, and are dropped by whoever
 * has them last.
 */
export function channel<T>(
  core: Core,
  ...[options = {}]: ChannelArguments<T>
): [sender: Sender<T>, receiver: Receiver<T>] {
  record('channel()', options, ['capacity'])
  const { capacity = Infinity } = options
  if (capacity !== Infinity) whole('capacity', capacity, 1, 2 ** 31)
  const home = new ChannelHome(capacity, storeOf(core).notes.ofCreation())
  const address = core.hold(home)
  home.forget = (last) => last.release(address)
  const share = Share.open(core, 'sender', (last) => home.end(last))
  return [new Sender<T>(share, address), new Receiver<T>(core.endpoint, address)]
}

/** The end of a channel that values are sent into; one of many. */
export class Sender<T> implements Movable<Sender<T>> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #share: Share
  readonly #address: ObjectAddress<ChannelHome>

  /** Use `channel` or `clone`. */
  constructor(share: Share, address: ObjectAddress<ChannelHome>) {
    this.#share = share
    this.#address = address
  }

  /** Where the queue is. */
  get core(): CoreId {
    return this.#address.core
  }

  /** For sending this. */
  get share(): Share {
    return this.#share
  }

  /** For sending this. */
  get address(): ObjectAddress<ChannelHome> {
    return this.#address
  }

  /** Sends a value, which moves. Resolves when the channel has it: waits while that is full. */
  async send(core: Core, value: T): Promise<void> {
    const refused = await this.#push(core, value, true)
    if (refused === undefined) return
    const [kind, back] = refused
    const text = 'The value was not sent, and is in `value`'
    if (kind === 'aborted') throw new SendError('ORUJO_ABORTED', `${text}: the run is over.`, back)
    throw new SendError('OWN_CLOSED', `${text}: the receiver was dropped.`, back)
  }

  /** Sends a value if there is room; else it stays the caller's: it is in the outcome. */
  async trySend(core: Core, value: T): Promise<TrySent<T>> {
    const refused = await this.#push(core, value, false)
    if (refused === undefined) return SENT
    const [kind, back] = refused
    return { kind: kind === 'full' ? 'full' : 'closed', value: back as T } // what was pushed
  }

  /** One more sender, on this core. Costs no message. */
  clone(): Sender<T> {
    return new Sender<T>(this.#share.clone(), this.#address)
  }

  /** Gives the sender up. When the last is gone, and all is received, the channel has ended. */
  drop(core: Core): void {
    this.#share.drop(core)
  }

  [TAKE](): Sender<T> {
    return new Sender<T>(this.#share.take(), this.#address)
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#share.life.requireGone()
  }

  async #push(core: Core, value: T, isPatient: boolean): ReturnType<typeof push> {
    // What is under way keeps the channel open, whoever drops this meanwhile.
    this.#share.retain('send into', core)
    try {
      return await push(core, this.#address, value, isPatient)
    } finally {
      this.#share.release(core)
    }
  }
}

/** The end of a channel that values are received from; the only one. */
export class Receiver<T> implements Movable<Receiver<T>> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #life: Life
  readonly #address: ObjectAddress<ChannelHome>
  /** What has come in one message, the next value last. */
  #waiting: unknown[]
  #isEnded = false

  /** Use `channel`. */
  constructor(endpoint: Endpoint, address: ObjectAddress<ChannelHome>, waiting: unknown[] = []) {
    this.#life = new Life(endpoint, `receiver of a channel of core ${address.core}`)
    this.#address = address
    this.#waiting = waiting
  }

  /** Where the queue is. */
  get core(): CoreId {
    return this.#address.core
  }

  /** For sending this. */
  get life(): Life {
    return this.#life
  }

  /** For sending this. */
  get address(): ObjectAddress<ChannelHome> {
    return this.#address
  }

  /** For sending this: what it has fetched and not given to anybody. */
  get waiting(): readonly unknown[] {
    return this.#waiting
  }

  /** The next value, when there is one; undefined when all senders are gone and all is received. */
  async receive(core: Core): Promise<T | undefined> {
    const next = await this.#next(core, true)
    return next.kind === 'received' ? next.value : undefined
  }

  /** The next value if there is one. */
  async tryReceive(core: Core): Promise<TryReceived<T>> {
    return this.#next(core, false)
  }

  /** All values, until every sender is gone: `for await (const value of receiver.values(core))`. */
  async *values(core: Core): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = await this.#next(core, true)
      if (next.kind !== 'received') return
      yield next.value
    }
  }

  /** Gives the receiver up: what was not received is dropped, and nothing more can be sent. */
  drop(core: Core): void {
    this.#life.require('drop', core)
    this.#life.end('dropped')
    dropInside(core, this.#waiting)
    this.#waiting = []
    const { core: home, raw } = this.#address
    // At home at once: who sends afterwards is refused.
    if (home === core.id) this.#address.local(core).close(core)
    else core.send(closeHere, home, raw)
  }

  [TAKE](): Receiver<T> {
    const life = this.#life
    life.requireLive('move')
    life.end('moved')
    const moved = new Receiver<T>(life.endpoint, this.#address, this.#waiting)
    this.#waiting = []
    moved.#isEnded = this.#isEnded
    return moved
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#life.requireGone()
  }

  async #next(core: Core, isPatient: boolean): Promise<TryReceived<T>> {
    this.#life.require('receive from', core)
    if (this.#waiting.length === 0 && !this.#isEnded) await this.#fetch(core, isPatient)
    if (this.#waiting.length > 0) {
      return { kind: 'received', value: this.#waiting.pop() as T } // what a sender of T has sent
    }
    return this.#isEnded ? ENDED : EMPTY
  }

  async #fetch(core: Core, isPatient: boolean): Promise<void> {
    this.#life.work('receive()')
    try {
      const values = await take(core, this.#address, isPatient)
      if (values === undefined) this.#isEnded = true
      else this.#waiting = values.reverse()
    } finally {
      this.#life.rest()
    }
  }
}

export const senderExtension = codecExtension<Endpoint, Sender<unknown>>({
  tag: 4,
  prototype: Sender.prototype,
  encode: ({ share, address }, sink) => {
    share.encode(sink)
    sink.integer(address.raw)
  },
  decode: (source, endpoint) => {
    const share = Share.decode(source, endpoint, 'sender')
    return new Sender(share, new ObjectAddress<ChannelHome>(source.integer()))
  },
})

export const receiverExtension = codecExtension<Endpoint, Receiver<unknown>>({
  tag: 5,
  prototype: Receiver.prototype,
  encode: ({ life, address, waiting }, sink) => {
    requireOn(sink.place, life.endpoint, life.name)
    life.requireLive('send')
    sink.integer(address.raw)
    sink.value(waiting)
    sink.onSent(() => life.end('moved'))
  },
  decode: (source, endpoint) => {
    const address = new ObjectAddress<ChannelHome>(source.integer())
    return new Receiver(endpoint, address, source.value() as unknown[]) // as encoded
  },
})
