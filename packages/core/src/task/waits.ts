/**
 * Waits: how tables of waiting tasks say what is waited for, when a run seems to be deadlocked.
 * Nothing is kept for it: the tables that are there anyway are gone through when somebody asks.
 */

/** Some tasks of this core that wait for the same. */
export interface Wait {
  /** Completes "waits for ...": 'a mutex of core 3'. */
  readonly what: string
  readonly count: number
  /** Definition of the tasks that wait, where the table knows it. */
  readonly definition?: string
  /** If tasks of other cores wait, for an answer from here: which cores, and in which scope. */
  readonly callers?: readonly number[]
  readonly scope?: number
}

/** A table of waiting tasks. One that `endpoint.state` or `core.hold` keeps is asked. */
export interface WaitSource {
  /** Adds what is waited for here. */
  addWaits(found: Wait[]): void
}

/** Whether `value` can be asked for waits. */
export function isWaitSource(value: unknown): value is WaitSource {
  return typeof (value as Partial<WaitSource> | undefined)?.addWaits === 'function'
}
