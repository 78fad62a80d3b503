/**
 * Case: one thing to measure, in the form that the harness drives.
 *
 * Ownership   `open` gives the caller a subject, which the caller closes on every path.
 * Invariants  a trial has checked its answer before it returns a figure; a wrong one throws.
 * Ordering    one trial at a time; between trials a subject uses no CPU, because the next trial
 *             belongs to another case that wants both hardware threads.
 */

/** Whether a larger figure is the better one (a rate) or a smaller (a time). */
export type Better = 'more' | 'less'

/** A case made ready: threads started, memory shared, nothing running. */
export interface Subject {
  /**
   * One verified measurement, in the unit of the case.
   *
   * @param scale factor on the amount of work, 1 for a full trial
   */
  trial(scale: number): Promise<number>
  close(): Promise<void>
}

export interface MicroCase {
  readonly name: string
  readonly unit: string
  readonly better: Better
  /**
   * Name of the case of the same family and unit that this one is compared with. Without one it is
   * nothing but a baseline of others, and has no line of its own in the report.
   */
  readonly baseline?: string
  open(): Subject | Promise<Subject>
}

/** A computation of a trial whose answer is wrong: its time means nothing. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError'
  readonly code = 'BENCH_WRONG_ANSWER'
}

/** Throws WrongAnswerError unless `found` is exactly `expected`. */
export function verify(name: string, found: number, expected: number): void {
  if (found === expected) return
  throw new WrongAnswerError(`${name}: expected the answer ${expected}, found ${found}`)
}

/** `count` at `scale`, whole and at least 1. */
export function scaled(count: number, scale: number): number {
  return Math.max(1, Math.round(count * scale))
}

/** Millions of operations a second. */
export function millionsPerSecond(operations: number, seconds: number): number {
  return operations / seconds / 1e6
}

/** Microseconds for one operation. */
export function microsecondsEach(operations: number, seconds: number): number {
  return (seconds * 1e6) / operations
}
