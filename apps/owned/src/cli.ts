/**
 * The command line: one command per app. `npm run kvstore -- ...` is `main.js kvstore ...`.
 */
import { runProblemCommands, type AddProblem, type Terminal } from '@orujo/cli'
import { addDataFrame } from './dataframe/command.ts'
import { addGemm } from './gemm/command.ts'
import { addKvStore } from './kvstore/command.ts'
import { addSocial } from './social/command.ts'

const APPS: readonly AddProblem[] = [addKvStore, addGemm, addDataFrame, addSocial]

/** Runs one app. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const description = 'Programs on owned objects, on many cores'
  return await runProblemCommands(
    { description, usage: '<app> -- ...', problems: APPS },
    args,
    terminal,
  )
}
