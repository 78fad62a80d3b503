/**
 * The command line: options to commands, outcomes to exit codes. Nobody but a developer should ever
 * see a stack: what a user can cause is told in one line.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { runBfs, type BfsCommand } from './bfs-command.ts'
import { parseGraphName } from './graph-name.ts'
import type { Terminal } from './terminal.ts'

const BFS_HELP = `
Graphs:
  PATH             a text file of edges, two vertex ids a line, plain or gzip; lines that begin
                   with # or % are comments, further columns of numbers are ignored
  wordnet          WordNet 3.1: synsets and the pointers between them
  kronecker:SCALE  2^SCALE vertices, 16 edges a vertex, as Graph500 generates them

In the report 'vertices' counts the ids that occur and 'edges' the edges of the input (lines,
pointers, generated pairs), duplicates and self loops included. 'levels' counts the levels of the
tree, that of the source included. Loading and checking are not timed.

Examples:
  bfs --graph wordnet --source dog
  bfs --graph kronecker:18 --locales 2 --cores 2 --json
  bfs --graph roads.txt.gz --source 17 --directed --out levels.txt`

/** Runs one command. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0
  const program = commandLine(terminal, async (command) => {
    exitCode = await runBfs(command, terminal)
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has written its message by itself.
    if (error instanceof CommanderError) return error.exitCode
    terminal.stderr.write(`error: ${explain(error)}\n`)
    return 1
  }
}

function commandLine(terminal: Terminal, onBfs: (command: BfsCommand) => Promise<void>): Command {
  const program = new Command('graph').description('Graph kernels on many cores').exitOverride()
  program.configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stderr.write(text),
  })
  program
    .command('bfs')
    .description('breadth-first search, checked as Graph500 does')
    .requiredOption('--graph <graph>', 'a file, wordnet, or kronecker:SCALE', parseGraphName)
    .option('--source <id>', 'vertex id, or a word of WordNet (default: chosen by the seed)')
    .option('--directed', 'follow edges in their direction only', false)
    .option('--locales <count>', 'groups of cores that share memory', count, 1)
    .option('--cores <count>', 'cores in each locale (default: hardware threads / locales)', count)
    .option('--trials <count>', 'timed searches', count, 5)
    .option('--seed <number>', 'for the generator and the choice of the source', wholeNumber, 1)
    .option('--json', 'print one JSON object', false)
    .option('--out <file>', "write 'id level' for each vertex reached")
    .addHelpText('after', BFS_HELP)
    .action(onBfs)
  return program
}

function count(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('It must be a whole number.')
}

/** What V8 says when there is no room for an array. */
const NO_ROOM = 'Array buffer allocation failed'

/** What to tell: the message of an error with a code, all of an error that nobody meant. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isNoRoom(error)) return 'there is not enough memory for this graph and its search'
  const isMeant = 'code' in error && typeof error.code === 'string'
  return isMeant ? error.message : (error.stack ?? error.message)
}

/** Whether memory ran out, here or on a core, of which several may have met it at once. */
function isNoRoom(error: Error): boolean {
  const errors = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : []
  return [error, ...errors].some((each) => each instanceof Error && each.message === NO_ROOM)
}
