/**
 * Terminal: everything of the outside world that the tour uses.
 */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Whether somebody is watching stderr. */
  readonly isProgressWanted: boolean
  /** Makes text bold where stdout can show it. */
  readonly bold: (text: string) => string
  /** Width of a line on stdout. */
  readonly columns: number
  /** A clock in milliseconds. */
  readonly nowMs: () => number
}
