/**
 * Placer: the controller's part on one core: what this core knows of the others, what it decided,
 * and its own memory, which it keeps below the high-water mark.
 *
 * States      calm -> relieving (objects are moved away) -> calm.
 * Invariants  copies that nobody reads are the first to go: they get what is left below the mark.
 *             The controller knows what is used here but for a step.
 * Bounds      a report for every STEPS-th of the memory that was taken or given back; a relief for
 *             every such step beyond the mark. Neither has a timer.
 * Access      its own endpoint.
 */
import { Mutex, type Core, type CoreId } from '@orujo/core'
import { PlacementTable, hasRoom, needOfTyped, rowOf, type Need } from './controller-table.ts'
import { DecisionLog, type DecisionReason } from './controller-log.ts'
import { TaskPlacer } from './controller-tasks.ts'
import type { MemoryWatch, Pointer, RoamingOwner, Store } from './store.ts'

/** A core's memory changes by one part in so many before the others are told. */
const STEPS = 32

export interface PlacerOptions {
  /** Part of a core's memory beyond which it takes no new objects while others have room. */
  readonly highWater: number
  /** Decisions that are kept. */
  readonly keepDecisions: number
}

/** What a placer has done elsewhere. */
export interface PlacerLinks {
  /** Tells the controller. */
  report(row: Float64Array): void
  /** Starts a task that moves objects away, and then calls `relieved`. */
  relieve(): void
  /** Asks the controller for the loads. */
  askLoads(): void
  /** Moves objects away until it is enough, or none is left that can go. Suspends. */
  spill(core: Core, goal: SpillGoal): Promise<void>
}

/** What objects are moved away for. */
export interface SpillGoal {
  readonly why: 'makes-room' | 'over-high-water'
  /** What is needed in a row in the heap; Infinity if any bytes will do. */
  readonly pieceBytes: number
  readonly isEnough: () => boolean
}

export class Placer implements MemoryWatch {
  readonly store: Store
  readonly highWater: number
  readonly table: PlacementTable
  readonly tasks: TaskPlacer
  readonly log: DecisionLog
  /** Held by who moves objects away, so that two do not move more than both need. */
  readonly spilling = new Mutex()
  readonly #links: PlacerLinks
  readonly #capacityBytes: number
  /** Bound of the copies as it was set by the program. */
  readonly #cacheBytes: number
  #reportedBytes = 0
  /** Bytes in use when a relief has last ended without success. */
  #relievedBytes = 0
  #isRelieving = false

  constructor(store: Store, options: PlacerOptions, links: PlacerLinks) {
    const { endpoint } = store
    const { topology, clock } = endpoint
    const now = (): number => clock.now()
    this.store = store
    this.highWater = options.highWater
    this.table = new PlacementTable(topology)
    this.log = new DecisionLog(options.keepDecisions, now)
    const ask = (): void => links.askLoads()
    this.tasks = new TaskPlacer({ cores: topology.cores, here: endpoint.id, now, ask })
    this.#links = links
    this.#capacityBytes = endpoint.memory.ownHeap.usage().bytes
    this.#cacheBytes = store.copies.limitBytes
  }

  get here(): CoreId {
    return this.store.here
  }

  /** Bytes of all objects here. Copies are not counted: they give way. */
  get usedBytes(): number {
    const { store } = this
    return store.endpoint.memory.ownHeap.usage().bytesInUse + store.valueBytes
  }

  /** This core's row of a placement table. */
  row(): Float64Array {
    const { store } = this
    const { bytesInUse, largestFree } = store.endpoint.memory.ownHeap.usage()
    return rowOf({
      capacityBytes: this.#capacityBytes,
      heapBytes: bytesInUse,
      valueBytes: store.valueBytes,
      copyBytes: store.copies.bytes,
      largestFreeBytes: largestFree,
      residents: store.residentCount,
    })
  }

  /** Whether it can be had here, with no more than `limit` of the memory in use then. */
  hasRoom(need: Need, limit: number): boolean {
    return hasRoom(this.row(), need, limit)
  }

  /** Why something does not go here. */
  reasonAgainst(need: Need): DecisionReason {
    return this.hasRoom({ ...need, isTyped: false }, this.highWater)
      ? 'does-not-fit'
      : 'over-high-water'
  }

  /** Evicts copies that nobody reads until all and `bytes` more are below the mark, if possible. */
  evictFor(bytes: number): void {
    const { copies } = this.store
    const copyBytes = copies.bytes
    const left = this.highWater * this.#capacityBytes - this.usedBytes - bytes
    const freed = copies.limitTo(Math.min(this.#cacheBytes, Math.max(0, left)))
    if (freed === 0) return
    const { usedBytes } = this
    const capacityBytes = this.#capacityBytes
    const figures = { freedBytes: freed, copyBytes, usedBytes, capacityBytes }
    this.decided('evict', 'over-high-water', 'copies', this.here, figures)
  }

  /** Notes a decision. */
  decided(
    what: 'place' | 'evict' | 'spill' | 'task',
    why: DecisionReason,
    subject: string,
    to: CoreId,
    figures: Readonly<Record<string, number>>,
  ): void {
    this.log.add({ what, why, subject, from: this.here, to, figures })
  }

  /** The memory of this core and of another, for a decision between them. */
  figuresFor(to: CoreId, bytes: number): Readonly<Record<string, number>> {
    const { usedBytes } = this
    const own = { bytes, usedBytes, capacityBytes: this.#capacityBytes }
    if (to === this.here) return own
    const usedThere = this.table.usedBytes(to)
    return { ...own, usedThere, capacityThere: this.table.capacityBytes(to) }
  }

  // What the store tells.

  changed(): void {
    if (this.store.endpoint.ended !== undefined) return
    this.evictFor(0)
    const { usedBytes } = this
    const stepBytes = this.#capacityBytes / STEPS
    if (Math.abs(usedBytes - this.#reportedBytes) >= stepBytes) {
      this.#reportedBytes = usedBytes
      this.#links.report(this.row())
    }
    if (!this.isOverHighWater) this.#relievedBytes = 0
    else if (!this.#isRelieving && usedBytes >= this.#relievedBytes + stepBytes) {
      this.#isRelieving = true
      this.#links.relieve()
    }
  }

  get isOverHighWater(): boolean {
    return this.usedBytes > this.highWater * this.#capacityBytes
  }

  /** The relief has ended. */
  relieved(): void {
    this.#isRelieving = false
    this.#relievedBytes = this.usedBytes
  }

  /** Whether an object may be moved away: its owner alone says where it is, and nobody uses it. */
  mayMove({ state, container }: RoamingOwner): boolean {
    return state === 'free' && container === undefined
  }

  /** Whether the bytes that were packed under `before` may become the object: nothing happened. */
  mayCommit(owner: RoamingOwner, before: Pointer): boolean {
    return this.mayMove(owner) && owner.pointer === before
  }

  async makeRoom(core: Core, bytes: number): Promise<void> {
    const need = needOfTyped(bytes)
    const { ownHeap } = this.store.endpoint.memory
    const isEnough = (): boolean => need.bytes <= ownHeap.usage().largestFree
    if (isEnough()) return
    await this.#links.spill(core, { why: 'makes-room', pieceBytes: need.bytes, isEnough })
  }
}

/** Where an endpoint keeps its placer. */
class PlacerSlot {
  placer: Placer | undefined = undefined
}

/** The placer of a core; undefined if no controller looks after it. */
export function placerOf(core: Pick<Core, 'endpoint'>): Placer | undefined {
  return slotOf(core).placer
}

export function setPlacer(core: Pick<Core, 'endpoint'>, placer: Placer | undefined): void {
  const slot = slotOf(core)
  const store = (placer ?? slot.placer)?.store
  slot.placer = placer
  if (store !== undefined) store.watch = placer
}

function slotOf({ endpoint }: Pick<Core, 'endpoint'>): PlacerSlot {
  return endpoint.state(PlacerSlot, () => new PlacerSlot())
}
