/**
 * The command line: two words or none to the tour, outcomes to exit codes. What a user can cause,
 * and an answer that turns out wrong, is told in one line.
 */
import { Command, CommanderError } from 'commander'
import type { Terminal } from './terminal.ts'
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
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('npm start --')
    .description(DESCRIPTION)
    .argument('[from]', 'word where the chain begins', DEFAULT_WORDS[0])
    .argument('[to]', 'word where it ends', DEFAULT_WORDS[1])
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .action((from: string, to: string) => {
      const isAlone = program.args.length === 1
      if (isAlone) program.error(`error: which other word shall '${from}' lead to?`)
      return runTour(from, to, terminal)
    })
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has written its message by itself.
    if (error instanceof CommanderError) return error.exitCode
    terminal.stderr.write(`error: ${explain(error)}\n`)
    return 1
  }
}

/** What to tell: the message of an error with a code, all of an error that we never meant. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isMeant = 'code' in error && typeof error.code === 'string'
  return isMeant ? error.message : (error.stack ?? error.message)
}
