/**
 * Pacer: decides what a loop does after each turn, so that a busy endpoint lets the event loop
 * live, an idle one burns no CPU, and one that will have work in a moment does not go to sleep. It
 * also keeps the books of time.
 *
 * States      busy -> spinning (IDLE_TURNS_PER_CLOCK turns without progress) -> parked -> busy; any
 *             progress leads back to busy. With a spin of 0: busy -> parked.
 * Spinning    up to a budget that halves when spinning was in vain, and doubles when work came in
 *             time: with more to run than hardware threads, a core that spins may keep the very
 *             core it waits for from running.
 * Bounds      the clock is read once every BUSY_TURNS_PER_CLOCK or IDLE_TURNS_PER_CLOCK turns; the
 *             event loop waits SLICE_MS and what one such group of turns takes at most.
 */
import { BUSY, PARKED, SPINNING, markState } from '../metrics.ts'

/** Longest time without a turn of the event loop, so that timers, I/O and control keep going. */
const SLICE_MS = 4
/** Turns between two looks at the clock while there is work; idle turns are shorter. */
const BUSY_TURNS_PER_CLOCK = 8
const IDLE_TURNS_PER_CLOCK = 64
/** The budget for spinning falls to this part of `spinMs` at least: a few groups of idle turns. */
const LEAST_BUDGET = 1 / 16

/** What the loop does next. */
export const TURN = 0
/** Let the event loop have a turn, then `resumed`. */
export const BREATHE = 1
/** Sleep until there is work, `parked` before and `resumed` after. */
export const PARK = 2

export class Pacer {
  readonly #now: () => number
  readonly #spinMs: number
  readonly #counters: Float64Array
  #turns = 0
  #idleTurns = 0
  #isSpinning = false
  #budgetMs: number
  #spinEnd = 0
  #sliceEnd = 0

  /** `now`: milliseconds, monotonic. `counters`: the endpoint's row of metrics. */
  constructor(now: () => number, spinMs: number, counters: Float64Array) {
    this.#now = now
    this.#spinMs = this.#budgetMs = spinMs
    this.#counters = counters
  }

  /** Turns without progress since the last one with, or since the loop was resumed. */
  get idleTurns(): number {
    return this.#idleTurns
  }

  /** Called after every turn; says what comes next. */
  next(isProgress: boolean): number {
    if (isProgress) {
      if (this.#isSpinning) this.#endSpin()
      this.#idleTurns = 0
      if (++this.#turns % BUSY_TURNS_PER_CLOCK !== 0) return TURN
      return this.#now() < this.#sliceEnd ? TURN : BREATHE
    }
    if (this.#spinMs === 0) return PARK
    return ++this.#idleTurns % IDLE_TURNS_PER_CLOCK === 0 ? this.#spin() : TURN
  }

  /** The loop goes to sleep. */
  parked(): void {
    this.#mark(PARKED)
  }

  /** The loop begins, or goes on after it has let the event loop have a turn, or has slept. */
  resumed(): void {
    this.#isSpinning = false
    this.#idleTurns = 0
    this.#sliceEnd = this.#mark(BUSY) + SLICE_MS
  }

  #spin(): number {
    if (!this.#isSpinning) {
      this.#isSpinning = true
      this.#spinEnd = this.#mark(SPINNING) + this.#budgetMs
      return TURN
    }
    const now = this.#now()
    if (now >= this.#spinEnd) {
      this.#budget(1 / 2)
      return PARK
    }
    return now < this.#sliceEnd ? TURN : BREATHE
  }

  #endSpin(): void {
    this.#isSpinning = false
    this.#mark(BUSY)
    this.#budget(2)
  }

  #budget(factor: number): void {
    const spinMs = this.#spinMs
    this.#budgetMs = Math.min(spinMs, Math.max(spinMs * LEAST_BUDGET, this.#budgetMs * factor))
  }

  #mark(state: number): number {
    const now = this.#now()
    markState(this.#counters, state, now)
    return now
  }
}
