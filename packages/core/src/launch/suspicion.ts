/**
 * Suspicion: decides from looks at the whole runtime, and from what its cores answer, when it is
 * certain that nothing will ever happen again. See deadlock.md for why that is so.
 *
 * States      moving -> idle (two looks are alike) -> asked (a core may be resumed from outside:
 *             back to idle, asked again later and later) -> sure once, twice -> report.
 *             Any look that differs leads back to moving.
 * Invariants  'report' only if every look since `idleSince` was alike and idle, for `limitMs` at
 *             least, and two rounds of answers in that time named nothing external.
 */

/** Rounds of answers that must agree. */
const ROUNDS = 2
/** Between rounds that found something external: at first, and at most. */
const LEAST_PAUSE_MS = 50
const MOST_PAUSE_MS = 2000
/** The same for what only a close look finds, which takes each core some milliseconds. */
const LEAST_LONG_PAUSE_MS = 500
const MOST_LONG_PAUSE_MS = 30_000

/** What to do after a look, and after a round of answers. */
export type Step = 'wait' | 'ask' | 'report'

export class Suspicion {
  #stamps: readonly number[] | undefined
  #idleSince = 0
  #rounds = 0
  #pauseMs = LEAST_PAUSE_MS
  #longPauseMs = LEAST_LONG_PAUSE_MS
  #nextRound = 0

  /** How long nothing has happened, in milliseconds. */
  idleMs(nowMs: number): number {
    return this.#stamps === undefined ? 0 : nowMs - this.#idleSince
  }

  /**
   * A look. `stamps`: numbers of which one changes whenever an endpoint does anything; undefined if
   * one does something now. 'ask': let the cores say whether anything external is left.
   */
  look(stamps: readonly number[] | undefined, nowMs: number, limitMs: number): Step {
    if (stamps === undefined || !isSame(stamps, this.#stamps)) {
      this.#begin(stamps, nowMs)
      return 'wait'
    }
    // The first round comes half way, the second at the end.
    const dueMs = (limitMs * (this.#rounds + 1)) / ROUNDS
    return nowMs - this.#idleSince >= dueMs && nowMs >= this.#nextRound ? 'ask' : 'wait'
  }

  /**
   * Answers of all cores, and a look after the last of them. `isExternal`: one of them may be
   * resumed from outside, or something else says that all is not lost.
   */
  answered(stamps: readonly number[] | undefined, isExternal: boolean, nowMs: number): Step {
    if (stamps === undefined || !isSame(stamps, this.#stamps)) {
      this.#begin(stamps, nowMs)
      return 'wait'
    }
    if (isExternal) {
      this.#rounds = 0
      this.#nextRound = nowMs + this.#pauseMs
      this.#pauseMs = Math.min(MOST_PAUSE_MS, this.#pauseMs * 2)
      return 'wait'
    }
    if (this.#rounds < ROUNDS) this.#rounds++
    return this.#rounds === ROUNDS ? 'report' : 'wait'
  }

  /** After 'report': a closer look has found that something may go on after all. */
  putOff(nowMs: number): void {
    this.#rounds = 0
    this.#nextRound = nowMs + this.#longPauseMs
    this.#longPauseMs = Math.min(MOST_LONG_PAUSE_MS, this.#longPauseMs * 2)
  }

  #begin(stamps: readonly number[] | undefined, nowMs: number): void {
    this.#stamps = stamps
    this.#idleSince = nowMs
    this.#rounds = 0
    this.#pauseMs = LEAST_PAUSE_MS
    this.#longPauseMs = LEAST_LONG_PAUSE_MS
    this.#nextRound = 0
  }
}

function isSame(a: readonly number[], b: readonly number[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((value, index) => value === b[index])
}
