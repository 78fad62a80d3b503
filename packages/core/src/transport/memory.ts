/**
 * Memory transport: all endpoints on one thread, and the caller decides when anything arrives. It
 * exists so that a protocol can be run under every order of delivery that a network may produce.
 *
 * The two ends of a ring are apart: each has words and control words of its own, and what one end
 * stores reaches the other only by `deliver`. A link is one direction between two endpoints. It
 * carries all that `src` tells `dst`: the words it published, the room it gave back in the ring
 * from `dst`, and its wake-ups.
 *
 * Ordering    FIFO per link. A wake-up arrives after every word and all room that came before it.
 *             Nothing is promised between different links.
 * Bounds      memory is 2 * endpoints^2 * ringWords words; of the wake-ups under way on a link only
 *             the last is kept, so an earlier one may come late, but never after all is delivered.
 * Suspends    `park` only. `deliver`, `lose` and `close` settle promises and run nothing else.
 * Failure     a loss or the close is seen by every endpoint at once, as it is on threads.
 */
import { invariant } from '../errors.ts'
import { PAD, frameWords } from './frame.ts'
import { RING_CONTROL_INTS, RING_HEAD, RING_TAIL, RingReader, RingWriter } from './ring.ts'
import { CLOSED, LOST, RUNNING, type Transport } from './transport.ts'

/** A direction between two endpoints. */
export interface Link {
  readonly src: number
  readonly dst: number
}

export class MemoryNetwork {
  readonly endpoints: number
  readonly #lanes: readonly Lane[]
  readonly #members: readonly Member[]
  readonly #outcome: Outcome = { state: RUNNING, lost: -1 }

  /**
   * Rings of `ringWords` words, a power of two. Positions in them begin at `firstPosition`, which
   * only matters to whoever wants to see them overflow.
   */
  constructor(endpoints: number, ringWords: number, firstPosition = 0) {
    const numbers = Array.from({ length: endpoints }, (_, number) => number)
    const rings = numbers.map(() => numbers.map(() => new SplitRing(ringWords, firstPosition)))
    const lanes = numbers.map((src) =>
      numbers.map((dst) => new Lane(src, dst, rings[src]![dst]!, rings[dst]![src]!)),
    )
    this.endpoints = endpoints
    this.#lanes = lanes.flat()
    this.#members = numbers.map((number) => new Member(number, lanes, this.#outcome))
  }

  /** The end of the transport that `endpoint` holds; the same object every time. */
  transport(endpoint: number): Transport {
    return this.#members[endpoint]!
  }

  /** Links with something under way, by `src`, then `dst`. */
  pending(): Link[] {
    return this.#lanes.filter((lane) => lane.isPending)
  }

  /**
   * Lets `link` deliver what is under way on it: all room given back, the next `messages` published
   * messages, and the wake-up if nothing that came before it is left.
   */
  deliver(link: Link, messages = Infinity): void {
    const lane = this.#lanes[link.src * this.endpoints + link.dst]!
    if (lane.deliver(messages)) this.#members[lane.dst]!.rouse()
  }

  deliverAll(): void {
    for (const lane of this.#lanes) this.deliver(lane)
  }

  /** True if no word anywhere is unpublished, undelivered or unread, and nothing is under way. */
  isQuiet(): boolean {
    return this.#lanes.every((lane) => !lane.isPending && lane.isRead)
  }

  /** True if `endpoint` waits in `park`. */
  isParked(endpoint: number): boolean {
    return this.#members[endpoint]!.isParked
  }

  /** Tells every endpoint that `endpoint` is lost. The first loss or close decides. */
  lose(endpoint: number): void {
    this.#end(LOST, endpoint)
  }

  /** Tells every endpoint that the transport is closed. */
  close(): void {
    this.#end(CLOSED, -1)
  }

  #end(state: number, lost: number): void {
    if (this.#outcome.state === RUNNING) {
      this.#outcome.state = state
      this.#outcome.lost = lost
    }
    for (const member of this.#members) member.rouse()
  }
}

/** How the network ended, seen by all its members. */
interface Outcome {
  state: number
  lost: number
}

/** An endpoint. Parks and wakes as `Doorbell` does, with a resolver in place of a shared word. */
class Member implements Transport {
  readonly endpoint: number
  readonly endpoints: number
  readonly writers: readonly RingWriter[]
  readonly readers: readonly RingReader[]
  readonly #outcome: Outcome
  readonly #lanes: readonly Lane[]
  #isArmed = false
  #parked: Promise<void> | undefined
  #resolve: (() => void) | undefined

  constructor(endpoint: number, lanes: readonly (readonly Lane[])[], outcome: Outcome) {
    this.endpoint = endpoint
    this.endpoints = lanes.length
    this.#lanes = lanes[endpoint]!
    this.writers = this.#lanes.map((lane) => lane.ring.writer)
    this.readers = lanes.map((from) => from[endpoint]!.ring.reader)
    this.#outcome = outcome
  }

  get isParked(): boolean {
    return this.#isArmed && this.#parked !== undefined
  }

  wake(dst: number): void {
    this.#lanes[dst]!.wake()
  }

  state(): number {
    return this.#outcome.state
  }

  lostEndpoint(): number {
    return this.#outcome.lost
  }

  armPark(): void {
    this.#isArmed = true
  }

  disarmPark(): void {
    this.#isArmed = false
  }

  wantRoom(dst: number): void {
    this.#lanes[dst]!.ring.isRoomWanted = true
  }

  park(): Promise<unknown> | undefined {
    if (!this.#isArmed) return undefined
    this.#parked ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#parked
  }

  /** A wake-up arrived: ends the park, or the intent to park. Nothing otherwise. */
  rouse(): void {
    if (!this.#isArmed) return
    this.#isArmed = false
    this.#resolve?.()
    this.#parked = this.#resolve = undefined
  }
}

/** All that `src` tells `dst`. */
class Lane implements Link {
  readonly src: number
  readonly dst: number
  /** The ring from `src` to `dst`, whose words this lane carries. */
  readonly ring: SplitRing
  /** The ring from `dst` to `src`, whose room this lane gives back. */
  readonly #opposite: SplitRing
  /** Position of the ring up to which words must have arrived before the wake-up may. */
  #wakeAfter: number | undefined

  constructor(src: number, dst: number, ring: SplitRing, opposite: SplitRing) {
    this.src = src
    this.dst = dst
    this.ring = ring
    this.#opposite = opposite
  }

  get isPending(): boolean {
    return this.#wakeAfter !== undefined || this.ring.hasNews || this.#opposite.hasRoomNews
  }

  /** True if `dst` has given back every word that `src` reserved. */
  get isRead(): boolean {
    return this.ring.isRead
  }

  wake(): void {
    this.#wakeAfter = this.ring.writer.published
  }

  /** True if a wake-up arrived, or room that was asked for. */
  deliver(messages: number): boolean {
    const isRoomNews = this.#opposite.deliverRoom()
    this.ring.deliver(messages)
    if (this.#wakeAfter === undefined || this.ring.isBefore(this.#wakeAfter)) return isRoomNews
    this.#wakeAfter = undefined
    return true
  }
}

/** A ring whose ends share nothing: words and positions are copied from one to the other. */
class SplitRing {
  readonly writer: RingWriter
  readonly reader: RingReader
  /** The writer has asked to be woken by room. */
  isRoomWanted = false
  readonly #writerControl: Int32Array
  readonly #readerControl: Int32Array

  constructor(words: number, firstPosition: number) {
    this.#writerControl = new Int32Array(RING_CONTROL_INTS).fill(firstPosition)
    this.#readerControl = new Int32Array(RING_CONTROL_INTS).fill(firstPosition)
    this.writer = new RingWriter(new Float64Array(words), this.#writerControl)
    this.reader = new RingReader(new Float64Array(words), this.#readerControl)
  }

  /** True if published words have not arrived. */
  get hasNews(): boolean {
    return this.#readerControl[RING_TAIL] !== this.#writerControl[RING_TAIL]
  }

  /** True if room was given back that the writer does not know of. */
  get hasRoomNews(): boolean {
    return this.#readerControl[RING_HEAD] !== this.#writerControl[RING_HEAD]
  }

  get isRead(): boolean {
    return this.writer.tail === this.#readerControl[RING_HEAD]
  }

  /** True if words before `position` have not arrived. */
  isBefore(position: number): boolean {
    return ((this.#readerControl[RING_TAIL]! - position) | 0) < 0
  }

  /** True if room arrived that the writer has asked for. */
  deliverRoom(): boolean {
    const isNews = this.isRoomWanted && this.hasRoomNews
    if (isNews) this.isRoomWanted = false
    this.#writerControl[RING_HEAD] = this.#readerControl[RING_HEAD]!
    return isNews
  }

  deliver(messages: number): void {
    const published = this.#writerControl[RING_TAIL]!
    const from = this.#readerControl[RING_TAIL]!
    let tail = from
    if (messages === Infinity) tail = published
    else for (let i = 0; i < messages && tail !== published; i++) tail = this.#afterMessage(tail)
    this.#copy(from, tail)
    this.#readerControl[RING_TAIL] = tail
  }

  /** Position after the message at `position`, and after the filler before it if there is one. */
  #afterMessage(position: number): number {
    const { i32, capacity } = this.writer
    const index = position & (capacity - 1)
    if (i32[2 * index] === PAD) return this.#afterMessage((position + capacity - index) | 0)
    const words = frameWords(i32[2 * index]!)
    invariant(words > 0, `a message of 0 words was published at position ${position}`)
    return (position + words) | 0
  }

  /** By halves: a word may be raw bytes, and a double that is not a number may lose its bits. */
  #copy(from: number, to: number): void {
    const { i32, mask } = this.reader
    for (let position = from; position !== to; position = (position + 1) | 0) {
      const low = 2 * (position & mask)
      i32[low] = this.writer.i32[low]!
      i32[low + 1] = this.writer.i32[low + 1]!
    }
  }
}
