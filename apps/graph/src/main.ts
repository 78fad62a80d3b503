/**
 * Entry: runs the command line and sets the exit code. The only file here that does something when
 * it is imported.
 */
import { runCli } from './cli.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read it has seen enough, as `head` has. The work, and the file of --out, go on.
  if (error.code === 'EPIPE') return
  process.stderr.write(`error: cannot write to the standard output: ${error.message}\n`)
  process.exit(1)
})

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  isProgressWanted: process.stderr.isTTY && process.env['CI'] === undefined,
  nowMs: () => performance.now(),
})
