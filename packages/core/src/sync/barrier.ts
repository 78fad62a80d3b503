/**
 * Barrier: a number of tasks that wait for each other, phase after phase. For one task on every
 * core there is the collective `barrier(core)`, which needs no object.
 *
 * States      of a phase: fewer than `parties` have arrived -> all have; then the next begins.
 * Invariants  the last arrival ends the phase and begins the next in one step, so that who arrives
 *             after it, even one just let go, is of the next phase.
 * Access      home core only. Other cores go through `RemoteBarrier`.
 * Ordering    waiters go on in the order in which they came, after the last has arrived.
 * Suspends    `wait` only, and not for the last.
 * Failure     an aborted wait takes its arrival back and rejects with ORUJO_ABORTED.
 * Bounds      `parties` waiters.
 */
import { invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'
import { WaitQueue } from './wait-queue.ts'

export class Barrier implements WaitSource {
  /** How many must arrive to end a phase. */
  readonly parties: number
  readonly #queue = new WaitQueue<void, number>("barrier 'wait'")
  /** Arrivals that nobody waits with. */
  #others = 0
  #phase = 0

  constructor(parties: number) {
    const isCount = Number.isSafeInteger(parties) && parties > 0
    invariant(isCount, `Barrier(${parties}): the number of those who meet is needed.`)
    this.parties = parties
  }

  /** How many have arrived in this phase. */
  get arrived(): number {
    return this.#others + this.#queue.size
  }

  /** Phases that have ended. */
  get phase(): number {
    return this.#phase
  }

  /** Whether the next to arrive ends the phase. */
  get isLast(): boolean {
    return this.arrived === this.parties - 1
  }

  /** Arrives, and resolves, with the number of the phase, when all have. */
  wait(signal?: AbortSignal): Promise<number> {
    if (signal?.aborted === true || !this.isLast) return this.#queue.wait(undefined, signal)
    return Promise.resolve(this.arrive())
  }

  /** Arrives without waiting; the number of the phase. */
  arrive(): number {
    const phase = this.#phase
    this.#others++
    if (this.arrived === this.parties) this.#endPhase(phase)
    return phase
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  #endPhase(phase: number): void {
    this.#phase++
    this.#others = 0
    while (this.#queue.size > 0) this.#queue.grant(phase)
  }
}
