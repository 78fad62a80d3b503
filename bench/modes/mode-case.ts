/**
 * Mode case: one program written twice, with delegates and with ownership, and once more for one
 * thread, which says what the answer is.
 *
 * Invariants  an operation is the same piece of work in all three, and the answer depends on the
 *             number of operations only, so that it can be checked after every trial.
 */
import type { Task } from '@orujo/core'
import type { Cost } from './meter.ts'

export const MODES = ['delegate', 'ownership'] as const
export type Mode = (typeof MODES)[number]

/** What the task of a trial says of it. */
export interface Outcome {
  readonly cost: Cost
  /** What the operations have left behind, as one number. */
  readonly answer: number
}

/** The same work in one thread. */
export interface Plain {
  readonly seconds: number
  readonly answer: number
}

export interface ModeCase {
  readonly name: string
  /** What one operation is, in a few words. */
  readonly operation: string
  /** Modules of its definitions. */
  readonly program: readonly string[]
  /** Operations of a full trial: some 100 ms on a free machine. One thread does as delegates. */
  readonly counts: Readonly<Record<Mode, number>>
  readonly tasks: Readonly<Record<Mode, Task<[count: number], Outcome>>>
  /** Makes the program for one thread, and what it keeps from one trial to the next. */
  openPlain(): (count: number) => Plain | Promise<Plain>
  /** How far an answer may be from that of one thread, relatively. Default: not at all. */
  readonly tolerance?: number
}

/** Cores and locales to measure on. */
export interface Place {
  readonly locales: number
  readonly cores: number
}

/** Where the modes differ: cores that share memory, cores that do not, and both. */
export const PLACES: readonly Place[] = Object.freeze([
  { locales: 1, cores: 2 },
  { locales: 2, cores: 1 },
  { locales: 2, cores: 2 },
])

export function describePlace({ locales, cores }: Place): string {
  return `${locales} x ${cores}`
}
