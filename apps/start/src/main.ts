/**
 * Entry: runs the command line and sets the exit code. The only file here, threads apart, that does
 * something when it is imported.
 */
import { styleText } from 'node:util'
import { processTerminal } from '@orujo/cli'
import { runCli } from './cli.ts'

/** Where there is no terminal to ask. */
const PIPED_COLUMNS = 100

const isStyled = process.stdout.isTTY && process.env['NO_COLOR'] === undefined

process.exitCode = await runCli(process.argv.slice(2), {
  // When whoever read stdout has seen enough, nobody is left to show the rest to.
  ...processTerminal({ nowMs: () => performance.now(), onReaderGone: () => process.exit() }),
  bold: (text) => (isStyled ? styleText('bold', text) : text),
  columns: process.stdout.columns ?? PIPED_COLUMNS,
})
