/**
 * The command line: what the graph app can be asked, and the help that says so.
 */
import {
  addWatchOptions,
  attachTerminal,
  parseCount,
  parseWhole,
  runCommandLine,
  type Terminal,
} from '@orujo/cli'
import { Command } from 'commander'
import { runBfs, type BfsCommand } from './bfs-command.ts'
import { parseGraphName } from './graph-name.ts'

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
  const subject = 'this graph and its search'
  return await runCommandLine(commandLine(terminal), args, { terminal, subject })
}

function commandLine(terminal: Terminal): Command {
  const program = new Command('graph').description('Graph kernels on many cores')
  const bfs = attachTerminal(program, terminal)
    .command('bfs')
    .description('breadth-first search, checked as Graph500 does')
    .requiredOption('--graph <graph>', 'a file, wordnet, or kronecker:SCALE', parseGraphName)
    .option('--source <id>', 'vertex id, or a word of WordNet (default: chosen by the seed)')
    .option('--directed', 'follow edges in their direction only', false)
    .option('--locales <count>', 'groups of cores that share memory', parseCount, 1)
    .option(
      '--cores <count>',
      'cores in each locale (default: hardware threads / locales)',
      parseCount,
    )
    .option('--trials <count>', 'timed searches', parseCount, 5)
    .option('--seed <number>', 'for the generator and the choice of the source', parseWhole, 1)
    .option('--json', 'print one JSON object', false)
    .option('--out <file>', "write 'id level' for each vertex reached")
    .addHelpText('after', BFS_HELP)
    .action((command: BfsCommand) => runBfs(command, terminal))
  addWatchOptions(bfs)
  return program
}
