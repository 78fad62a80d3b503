/**
 * Problem commands: a command line with one command per problem, and the options that all have.
 */
import { Command } from 'commander'
import { attachTerminal, parseCount, runCommandLine } from './command-line.ts'
import type { AddProblem, NewCommand, RunProblem } from './problem.ts'
import { runProblem } from './run-problem.ts'
import type { Terminal } from './terminal.ts'
import { addWatchOptions } from './watching.ts'

/** How a command line of problems introduces itself. */
export interface ProblemCommands {
  readonly description: string
  readonly usage: string
  readonly problems: readonly AddProblem[]
}

/** Runs one problem. The exit code: 0, or 1 after an error that has been told. */
export async function runProblemCommands(
  { description, usage, problems }: ProblemCommands,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const program = attachTerminal(new Command('npm run'), terminal)
  program.description(description).usage(usage)
  const run: RunProblem = (problem, options) => runProblem(problem, options, terminal)
  for (const add of problems) add(withCommonOptions(program), run)
  return await runCommandLine(program, args, { terminal, subject: 'a problem of this size' })
}

/** How to add a command with the options that every problem has. */
function withCommonOptions(program: Command): NewCommand {
  return (name, description) => {
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
