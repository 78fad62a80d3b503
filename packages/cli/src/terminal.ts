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

export interface TerminalOptions {
  readonly nowMs: () => number
  /** Called when whoever read stdout has seen enough, as `head` has. */
  readonly onReaderGone: () => void
}

/** The terminal of this process, which ends if stdout cannot be written to. Once a process. */
export function processTerminal({ nowMs, onReaderGone }: TerminalOptions): Terminal {
  const { stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      onReaderGone()
      return
    }
    stderr.write(`error: cannot write to the standard output: ${error.message}\n`)
    process.exit(1)
  })
  const isProgressWanted = stderr.isTTY && process.env['CI'] === undefined
  return { stdout, stderr, isProgressWanted, nowMs }
}
