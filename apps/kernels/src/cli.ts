/**
 * The command line: one command per kernel. `npm run gups -- ...` is `main.js gups ...`.
 */
import { runProblemCommands, type AddProblem, type Terminal } from '@orujo/cli'
import { addGups } from './gups/command.ts'
import { addIntSort } from './intsort/command.ts'
import { addNQueens } from './nqueens/command.ts'
import { addUts } from './uts/command.ts'

const KERNELS: readonly AddProblem[] = [addGups, addUts, addNQueens, addIntSort]

/** Runs one kernel. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const description = 'Kernels whose answers are known, on many cores'
  const usage = '<kernel> -- ...'
  return await runProblemCommands({ description, usage, problems: KERNELS }, args, terminal)
}
