/**
 * Waits: how whatever makes tasks wait says for what and how many do, so that a run in which nobody
 * can go on is reported with what each waiter waits for.
 */

/** Waiters of one kind at one place. */
export interface Wait {
  /** For what, as in "mutex 'lock'". */
  readonly what: string
  /** How many wait for it. */
  readonly count: number
}

/** Something that holds waiters. */
export interface WaitSource {
  /** Pushes one entry per kind of waiter that it holds; none if nobody waits. */
  addWaits(found: Wait[]): void
}
