/**
 * Entry: runs the command line and sets the exit code. The only file here that does something when
 * it is imported.
 */
import { processTerminal } from '@orujo/cli'
import { runCli } from './cli.ts'

// When whoever read stdout has seen enough, nobody is left to show the rest to.
const terminal = processTerminal({
  nowMs: () => performance.now(),
  onReaderGone: () => process.exit(),
})

process.exitCode = await runCli(process.argv.slice(2), terminal)
