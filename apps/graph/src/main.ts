/**
 * Entry: runs the command line and sets the exit code. The only file here that does something when
 * it is imported.
 */
import { runCli } from './cli.ts'

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  isProgressWanted: process.stderr.isTTY && process.env['CI'] === undefined,
  nowMs: () => performance.now(),
})
