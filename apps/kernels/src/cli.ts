/**
 * The command line: one command per kernel. `npm run gups -- ...` is `main.js gups ...`.
 */
import {
  addWatchOptions,
  attachTerminal,
  parseCount,
  runCommandLine,
  type Terminal,
} from '@orujo/cli'
import { Command } from 'commander'
import { addGups } from './gups/command.ts'
import { addIntSort } from './intsort/command.ts'
import type { AddKernel, RunKernel } from './kernel.ts'
import { addNQueens } from './nqueens/command.ts'
import { runKernel } from './run-kernel.ts'
import { addUts } from './uts/command.ts'

const KERNELS: readonly AddKernel[] = [addGups, addUts, addNQueens, addIntSort]

/** Runs one kernel. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = attachTerminal(new Command('npm run'), terminal)
  program.description('Kernels whose answers are known, on many cores').usage('<kernel> -- ...')
  for (const add of KERNELS) {
    const run: RunKernel = (kernel, options) => runKernel(kernel, options, terminal)
    add(addCommonOptions(program), run)
  }
  return await runCommandLine(program, args, { terminal, subject: 'a problem of this size' })
}

/** How to add a command with the options that every kernel has. */
function addCommonOptions(program: Command) {
  return (name: string, description: string): Command => {
    const command = program
      .command(name)
      .description(description)
      .usage('-- [options]')
      .option('--locales <count>', 'groups of cores that share memory', parseCount, 1)
      .option(
        '--cores <count>',
        'cores in each locale (default: hardware threads / locales)',
        parseCount,
      )
      .option('--json', 'print one JSON object', false)
    return addWatchOptions(command)
  }
}
