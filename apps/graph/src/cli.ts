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
import { Command, InvalidArgumentError, Option } from 'commander'
import { runBfs, type BfsCommand } from './bfs-command.ts'
import { parseGraphName } from './graph-name.ts'
import { MODES } from './graph-run.ts'
import { runPageRank, type PageRankCommand } from './page-rank-command.ts'

const GRAPH_HELP = `
Graphs:
  PATH             a text file of edges, two vertex ids a line, plain or gzip; lines that begin
                   with # or % are comments, further columns of numbers are ignored
  wordnet          WordNet 3.1: synsets and the pointers between them
  kronecker:SCALE  2^SCALE vertices, 16 edges a vertex, as Graph500 generates them`

const BFS_HELP = `${GRAPH_HELP}

In the report 'vertices' counts the ids that occur and 'edges' the edges of the input (lines,
pointers, generated pairs), duplicates and self loops included. 'levels' counts the levels of the
tree, that of the source included. Loading and checking are not timed.

Examples:
  bfs --graph wordnet --source dog
  bfs --graph kronecker:18 --locales 2 --cores 2 --json
  bfs --graph roads.txt.gz --source 17 --directed --out levels.txt`

const PAGE_RANK_HELP = `${GRAPH_HELP}

Vertices that no edge leaves give their rank to all. Every run is compared with the same number of
iterations in one thread: 'error' is the sum of all differences. Loading and
comparing are not timed.

Examples:
  pagerank --graph kronecker:18 --iterations 20 --locales 2 --cores 2 --json
  pagerank --graph wordnet --directed --iterations 100 --tolerance 1e-6 --mode ownership`

/** Runs one command. The exit code: 0, or 1 after an error that has been told. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const subject = 'this graph and the work on it'
  return await runCommandLine(commandLine(terminal), args, { terminal, subject })
}

function commandLine(terminal: Terminal): Command {
  const program = new Command('graph').description('Graph kernels on many cores')
  attachTerminal(program, terminal)
  addGraphOptions(program.command('bfs'))
    .description('breadth-first search, checked as Graph500 does')
    .option('--source <id>', 'vertex id, or a word of WordNet (default: chosen by the seed)')
    .option('--trials <count>', 'timed searches', parseCount, 5)
    .option('--out <file>', "write 'id level' for each vertex reached")
    .addHelpText('after', BFS_HELP)
    .action((command: BfsCommand) => runBfs(command, terminal))
  addGraphOptions(program.command('pagerank'))
    .description('PageRank by pulling, compared with one thread')
    .option('--iterations <count>', 'iterations at most', parseCount, 20)
    .option('--tolerance <sum>', 'end when the ranks change by less in all', parseFraction, 0)
    .option('--damping <share>', 'share of a rank that is given away', parseFraction, 0.85)
    .option('--trials <count>', 'timed runs', parseCount, 3)
    .option('--out <file>', "write 'id rank' for each vertex")
    .addHelpText('after', PAGE_RANK_HELP)
    .action((command: PageRankCommand) => runPageRank(command, terminal))
  return program
}

function addGraphOptions(command: Command): Command {
  command
    .requiredOption('--graph <graph>', 'a file, wordnet, or kronecker:SCALE', parseGraphName)
    .addOption(
      new Option('--mode <mode>', 'send work to the data, or borrow the data')
        .choices(MODES)
        .default(MODES[0]),
    )
    .option('--directed', 'follow edges in their direction only', false)
    .option('--locales <count>', 'groups of cores that share memory', parseCount, 1)
    .option(
      '--cores <count>',
      'cores in each locale (default: hardware threads / locales)',
      parseCount,
    )
    .option('--seed <number>', 'for the generator and the choice of the source', parseWhole, 1)
    .option('--json', 'print one JSON object', false)
  addWatchOptions(command)
  return command
}

/** For options that are a number from 0 up to 1, 1 excluded. */
function parseFraction(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value < 1) return value
  throw new InvalidArgumentError('It must be a number from 0 up to 1, 1 excluded.')
}
