/**
 * The command line: two words or none to the tour.
 */
import { attachTerminal, runCommandLine } from '@orujo/cli'
import { Command } from 'commander'
import type { TourTerminal } from './terminal.ts'
import { runTour } from './tour.ts'

const DEFAULT_WORDS = ['coffee', 'jazz'] as const

const DESCRIPTION =
  'A tour of Orujo on this machine: a search over WordNet, the shortest chain of relations ' +
  'between two words, a shared counter, and rates beside other ways to talk to a thread.'

const EXAMPLES = `
Examples:
  npm start
  npm start -- octopus piano
  npm start -- 'hot dog' rainbow`

/** Runs the tour. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: TourTerminal): Promise<number> {
  const program = new Command('npm start --')
    .description(DESCRIPTION)
    .argument('[from]', 'word where the chain begins', DEFAULT_WORDS[0])
    .argument('[to]', 'word where it ends', DEFAULT_WORDS[1])
    .addHelpText('after', EXAMPLES)
    .action((from: string, to: string) => {
      const isAlone = program.args.length === 1
      if (isAlone) program.error(`error: which other word shall '${from}' lead to?`)
      return runTour(from, to, terminal)
    })
  return await runCommandLine(attachTerminal(program, terminal), args, { terminal })
}
