/**
 * Terminal: everything of the outside world that a command uses, so that tests can stand in for it.
 */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Whether somebody is watching stderr. */
  readonly isProgressWanted: boolean
  /** A clock in milliseconds. */
  readonly nowMs: () => number
}
