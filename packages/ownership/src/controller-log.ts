/**
 * Decision log: what an endpoint decided lately about where things live and run, and why.
 *
 * Bounds      the last `limit` decisions; equal ones in a row are one.
 */
import type { CoreId } from '@orujo/core'

/** What was decided. */
export type DecisionKind =
  /** Where a new object lives. */
  | 'place'
  /** Copies that nobody read were forgotten. */
  | 'evict'
  /** An object that may live anywhere was moved away. */
  | 'spill'
  /** Where a task runs. */
  | 'task'

/** Why. */
export type DecisionReason =
  /** There was room where it was asked for. */
  | 'room-here'
  /** It would have filled the core beyond the high-water mark, or had done so. */
  | 'over-high-water'
  /** No free piece of the core's heap was large enough. */
  | 'does-not-fit'
  /** Every core was beyond its high-water mark; this one could still take it. */
  | 'all-over-high-water'
  /** An object that is written here needed the memory. */
  | 'makes-room'
  /** No core had fewer tasks. */
  | 'least-loaded'

/** One decision, or several that are equal. */
export interface Decision {
  readonly what: DecisionKind
  readonly why: DecisionReason
  /** What it was about: '1000 f64', 'object 7 of core 1', 'copies', 'a task'. */
  readonly subject: string
  /** The core that decided, and for which. */
  readonly from: CoreId
  /** The core that got it; of an eviction the same. */
  readonly to: CoreId
  /** What it was based on: bytes used and at hand, or tasks. */
  readonly figures: Readonly<Record<string, number>>
  /** Milliseconds since the start, of the last of them. */
  readonly atMs: number
  /** How many were equal in a row. */
  readonly times: number
}

export class DecisionLog {
  readonly #limit: number
  readonly #now: () => number
  readonly #kept: Decision[] = []

  /** `now`: milliseconds, the same clock for all endpoints. */
  constructor(limit: number, now: () => number) {
    this.#limit = limit
    this.#now = now
  }

  add(decision: Omit<Decision, 'atMs' | 'times'>): void {
    const last = this.#kept.at(-1)
    const isEqual = last !== undefined && areAlike(last, decision)
    if (isEqual) this.#kept.pop()
    const times = isEqual ? last.times + 1 : 1
    this.#kept.push({ ...decision, atMs: this.#now(), times })
    if (this.#kept.length > this.#limit) this.#kept.shift()
  }

  all(): readonly Decision[] {
    return this.#kept
  }
}

/** Whether two decisions differ in their figures and objects only. */
function areAlike(a: Decision, b: Omit<Decision, 'atMs' | 'times'>): boolean {
  const isSame = a.what === b.what && a.why === b.why && a.from === b.from && a.to === b.to
  return isSame && (a.subject === b.subject || a.why === 'room-here')
}
