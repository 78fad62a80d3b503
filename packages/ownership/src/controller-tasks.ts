/**
 * Task placement: which core a task goes to that is bound to none, by the loads last heard of and
 * what was placed since.
 *
 * Bounds      of staleness: whoever places with loads older than STALE_MS, or after
 *             PLACEMENTS_PER_CORE placements for each core, asks for newer ones, and goes on with
 *             the old ones until they are there. Who places nothing asks nothing.
 * Access      its own endpoint.
 */
import type { CoreId } from '@orujo/core'

const STALE_MS = 20
const PLACEMENTS_PER_CORE = 16

export interface TaskPlacerOptions {
  readonly cores: number
  /** Who places: of cores alike it is the first, if it is one. */
  readonly here: CoreId
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Sees to it that `take` is called. */
  readonly ask: () => void
}

export class TaskPlacer {
  readonly #options: TaskPlacerOptions
  /** Tasks by core: begun or waiting, as last heard. */
  #loads: Float64Array
  /** Placed since, by core. */
  readonly #placed: Float64Array
  /** Of those, how many were placed before the loads that are on their way were asked for. */
  readonly #told: Float64Array
  #isAsked = false
  #sinceAsked = 0
  #heardMs = -Infinity

  constructor(options: TaskPlacerOptions) {
    this.#options = options
    this.#loads = new Float64Array(options.cores)
    this.#placed = new Float64Array(options.cores)
    this.#told = new Float64Array(options.cores)
  }

  /** Tasks that a core has or will have, as far as is known here. */
  loadOf(core: CoreId): number {
    return this.#loads[core]! + this.#placed[core]!
  }

  /** The core with the least load, which has one task more from now on. */
  place(): CoreId {
    const { cores, here } = this.#options
    if (this.#isStale()) this.#ask()
    const first = here < cores ? here : 0
    let best = first
    for (let i = 1; i < cores; i++) {
      const core = (first + i) % cores
      if (this.loadOf(core) < this.loadOf(best)) best = core
    }
    this.#placed[best]!++
    this.#sinceAsked++
    return best
  }

  /** The loads that were asked for. */
  take(loads: Float64Array): void {
    this.#loads = loads
    for (let core = 0; core < this.#placed.length; core++) {
      this.#placed[core]! -= this.#told[core]!
    }
    this.#isAsked = false
    this.#heardMs = this.#options.now()
  }

  #isStale(): boolean {
    if (this.#isAsked) return false
    const { cores, now } = this.#options
    return this.#sinceAsked >= PLACEMENTS_PER_CORE * cores || now() - this.#heardMs > STALE_MS
  }

  #ask(): void {
    this.#told.set(this.#placed)
    this.#sinceAsked = 0
    this.#isAsked = true
    this.#options.ask()
  }
}
