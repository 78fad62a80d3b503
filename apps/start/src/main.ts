/**
 * Entry: runs the command line and sets the exit code. The only file here, threads apart, that does
 * something when it is imported.
 */
import { styleText } from 'node:util'
import { runCli } from './cli.ts'

/** Where there is no terminal to ask. */
const PIPED_COLUMNS = 100

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read it has seen enough, as `head` has: nobody is left to show the rest to.
  if (error.code === 'EPIPE') process.exit()
  process.stderr.write(`error: cannot write to the standard output: ${error.message}\n`)
  process.exit(1)
})

const isStyled = process.stdout.isTTY && process.env['NO_COLOR'] === undefined

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  isProgressWanted: process.stderr.isTTY && process.env['CI'] === undefined,
  bold: (text) => (isStyled ? styleText('bold', text) : text),
  columns: process.stdout.columns ?? PIPED_COLUMNS,
  nowMs: () => performance.now(),
})
