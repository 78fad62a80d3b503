/**
 * Stealing: where an idle core gets unbound tasks from, and how idle cores hear of them. Cores of
 * its locale are robbed in shared memory; cores of other locales are asked by message.
 *
 * Invariants  one request at a time is without an answer. A core that was told no is not asked
 *             again: it remembers who asked, and gives when it has more than one task.
 * Ordering    the oldest tasks go first; victims are tried in turn from a random one on.
 * Bounds      half of what waits, a lone task too, but MOST_TASKS at most; one place per core in
 *             the list of those who were told no.
 * Source      the list: Saraswat et al., Lifeline-based global load balancing, 2011. task/deque.md.
 */
import { COUNTER } from '../metrics.ts'
import { STEAL_ANSWER, STEAL_INVITE, STEAL_REQUEST } from '../message/handlers.ts'
import type { Topology } from '../place.ts'
import { type Destination, DequeOwner, DequeThief, dequeBytes } from '../task/deque.ts'
import { IdleCores, idleBytes } from '../task/idle-cores.ts'
import { RECORD_WORDS } from '../task/task-record.ts'
import { TaskQueue } from '../task/task-queue.ts'
import type { Transport } from '../transport/transport.ts'

/** Who takes unbound tasks from whom: everybody, cores of one locale only, nobody. */
export type StealingPolicy = 'all' | 'locale' | 'none'

/** Records of a deque: 2 MiB, so that overflow is rare and a big machine can have many. */
export const DEQUE_RECORDS = 2 ** 15

/** Tasks of one theft at most: a microsecond or two of copying, a small part of a ring. */
const MOST_TASKS = 32
/** Idle turns between two looks at the others grow to this, so that looking does not slow them. */
const MOST_TURNS_PER_LOOK = 32

/* What another core is to this one; at first it has never had tasks. */
const ASKABLE = 1
const ASKED = 2

/** What stealing needs to know of its core. */
export interface StealingOptions {
  /** Shared by the locale: `localeTaskBytes` long. */
  readonly memory: ArrayBufferLike
  readonly policy: StealingPolicy
  /** Records of each deque, a power of two. */
  readonly records: number
  /** Records that may wait on a core beyond its deque. */
  readonly maxOverflow?: number
  /** Decides whom to rob first. */
  readonly seed: number
}

/** How requests and answers travel. */
export interface StealingLink {
  signal(dst: number, operation: number, auxiliary: number): void
  words(dst: number, operation: number, auxiliary: number, words: Float64Array): void
}

/** Who this core is, and the bell of the others. */
type Wakes = Pick<Transport, 'endpoint' | 'wake'>

/** Told about steals, if a trace was asked for. */
export interface StealTrace {
  /** An attempt begins. */
  stealing(): void
  /** It, or a request made earlier, has brought `tasks` from core `victim`. */
  stolen(victim: number, tasks: number): void
}

/** Bytes of the memory that `cores` cores of one locale share for their unbound tasks. */
export function localeTaskBytes(cores: number, records: number): number {
  return idleBytes(cores) + cores * dequeBytes(records)
}

export class Stealing {
  readonly queue: TaskQueue
  readonly #transport: Wakes
  readonly #link: StealingLink
  readonly #counters: Float64Array
  readonly #trace: StealTrace | undefined
  readonly #random: () => number
  /** First core of this locale. */
  readonly #first: number
  /** The others of this locale that may be robbed, and their numbers. */
  readonly #victims: readonly DequeThief[]
  readonly #near: readonly number[]
  readonly #idle: IdleCores | undefined
  /** This core's own deque, from the thieves' side: to give from. */
  readonly #own: DequeThief
  /** Cores of other locales. */
  readonly #others: readonly number[]
  /** By core: 0 -> ASKABLE (it invites) -> ASKED -> ASKABLE (it has given). */
  readonly #standing: Uint8Array
  /** Who was told no, in order. */
  readonly #hungry: number[] = []
  #hasInvited: boolean
  /** Whose answer is awaited; -1: nobody's. */
  #awaited = -1
  #turnsToLook = 0
  #turnsPerLook = 1

  constructor(
    options: StealingOptions,
    topology: Topology,
    transport: Wakes,
    link: StealingLink,
    counters: Float64Array,
    trace?: StealTrace,
  ) {
    const { memory, policy, records, maxOverflow, seed } = options
    const here = transport.endpoint
    const perLocale = topology.coresPerLocale
    const locale = topology.localeOf(here)!
    const offsetOf = (core: number): number =>
      idleBytes(perLocale) + (core % perLocale) * dequeBytes(records)
    const everybody = Array.from({ length: topology.cores }, (_, core) => core)
    const isNear = (core: number): boolean => topology.localeOf(core) === locale
    const near = everybody.filter((core) => core !== here && isNear(core))
    this.#transport = transport
    this.#link = link
    this.#counters = counters
    this.#trace = trace
    this.#random = randomFrom(seed)
    this.#first = locale * perLocale
    this.#own = new DequeThief(memory, offsetOf(here), records)
    this.queue = new TaskQueue(new DequeOwner(memory, offsetOf(here), records), maxOverflow)
    this.#near = near
    this.#victims =
      policy === 'none' ? [] : near.map((core) => new DequeThief(memory, offsetOf(core), records))
    this.#idle =
      this.#victims.length > 0 ? new IdleCores(memory, 0, perLocale, here - this.#first) : undefined
    this.#others = policy === 'all' ? everybody.filter((core) => !isNear(core)) : []
    this.#hasInvited = this.#others.length === 0
    this.#standing = new Uint8Array(topology.cores)
  }

  /** A record was added to the queue. */
  added(): void {
    if (this.#idle !== undefined) {
      const core = this.#idle.pick()
      if (core >= 0) this.#transport.wake(this.#first + core)
    }
    if (!this.#hasInvited) this.#invite()
  }

  /** A turn that found nothing: looks whether others have tasks. True if some are here now. */
  look(): boolean {
    if (this.#turnsToLook > 0) {
      this.#turnsToLook--
      return false
    }
    if (this.#rob()) {
      this.found()
      return true
    }
    this.#ask()
    this.#turnsToLook = this.#turnsPerLook
    this.#turnsPerLook = Math.min(2 * this.#turnsPerLook, MOST_TURNS_PER_LOOK)
    return false
  }

  /** There is work again: the next look comes at once. */
  found(): void {
    this.#turnsToLook = 0
    this.#turnsPerLook = 1
  }

  /** Whether a look would find something in shared memory; then the next turn has one. */
  isDue(): boolean {
    for (const victim of this.#victims) {
      if (victim.size <= 0) continue
      this.#turnsToLook = 0
      return true
    }
    return false
  }

  announce(): void {
    this.#idle?.announce()
  }

  withdraw(): void {
    this.#idle?.withdraw()
  }

  /** `src` has unbound tasks. */
  invited(src: number): void {
    this.#standing[src] = ASKABLE
    this.found()
  }

  /** `src` asks for tasks: it gets some, or a place among those who will. */
  requested(src: number): void {
    if (this.#give(src)) return
    this.#hungry.push(src)
    this.#link.signal(src, STEAL_ANSWER, 0)
  }

  /** `src` has answered with `count` tasks, which are in the queue by now. */
  answered(src: number, count: number): void {
    if (this.#awaited === src) this.#awaited = -1
    this.found()
    if (count === 0) return
    this.#standing[src] = ASKABLE
    this.#trace?.stealing()
    this.#trace?.stolen(src, count)
    this.#counters[COUNTER.steals]!++
    this.#counters[COUNTER.stolenTasks]! += count
    this.#taken(count)
  }

  /** Shows thieves more of what waits, and gives to one who was told no if two can have some. */
  feed(): void {
    if (!this.queue.isOpen && this.queue.refill()) this.added()
    if (this.#hungry.length === 0 || this.queue.visible <= 1) return
    // Another thief may be quicker: then the place in the list stays.
    if (this.#give(this.#hungry[0]!)) this.#hungry.shift()
  }

  /** Tasks of another core are here. A lone one is for this core: it would wander if more woke. */
  #taken(count: number): void {
    if (count > 1) this.added()
  }

  #invite(): void {
    this.#hasInvited = true
    for (const core of this.#others) this.#link.signal(core, STEAL_INVITE, 0)
  }

  /** Takes from the first victim that has anything, beginning at a random one. */
  #rob(): boolean {
    const victims = this.#victims
    const count = victims.length
    if (count === 0) return false
    const start = count === 1 ? 0 : this.#random() % count
    for (let step = 0; step < count; step++) {
      const victim = victims[(start + step) % count]!
      if (victim.size <= 0) continue
      this.#counters[COUNTER.stealAttempts]!++
      this.#trace?.stealing()
      const taken = victim.stealHalf(this.queue, MOST_TASKS)
      if (taken === 0) continue
      this.#trace?.stolen(this.#near[(start + step) % count]!, taken)
      this.#counters[COUNTER.steals]!++
      this.#counters[COUNTER.stolenTasks]! += taken
      this.#taken(taken)
      return true
    }
    return false
  }

  /** Asks a core of another locale, if there is one to ask. */
  #ask(): void {
    const others = this.#others
    const count = others.length
    if (count === 0 || this.#awaited >= 0) return
    const start = this.#random() % count
    for (let step = 0; step < count; step++) {
      const core = others[(start + step) % count]!
      if (this.#standing[core] !== ASKABLE) continue
      this.#standing[core] = ASKED
      this.#awaited = core
      this.#counters[COUNTER.stealAttempts]!++
      this.#link.signal(core, STEAL_REQUEST, 0)
      return
    }
  }

  /** Sends `dst` half of what waits. False if nothing does. */
  #give(dst: number): boolean {
    const parcel = new Parcel()
    const count = this.#own.stealHalf(parcel, MOST_TASKS)
    if (count === 0) return false
    this.#link.words(dst, STEAL_ANSWER, count, parcel.words)
    return true
  }
}

/** Records on their way to another locale. */
class Parcel implements Destination {
  readonly f64 = new Float64Array(MOST_TASKS * RECORD_WORDS)
  readonly i32 = new Int32Array(this.f64.buffer)
  #count = 0

  get words(): Float64Array {
    return this.f64.subarray(0, this.#count * RECORD_WORDS)
  }

  reserve(): number {
    return this.#count * RECORD_WORDS
  }

  commit(): void {
    this.#count++
  }
}

/** Whole numbers, 0 or more: Marsaglia's xorshift. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
