/**
 * The command `uts`: one timed search, whose counts must be those published for the tree.
 */
import {
  rate,
  whole,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type NewCommand,
  type Outcome,
  type RunProblem,
} from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import { InvalidArgumentError, Option } from 'commander'
import { withMeter } from '../work-meter.ts'
import { searchTree } from './program.ts'
import { countTree } from './reference.ts'
import { TREES, type TreeCounts } from './tree.ts'

const NAMES = TREES.map(({ name }) => name).join(', ')

const HELP = `
Trees, the samples of the benchmark: T1, T2, T5 are geometric, T3 binomial, T4 a hybrid of both,
all of some 4 million nodes; T1L, T2L, T3L have 100 million. 'tiny' is T1 cut off at depth 8. The
counts must be those published; those of 'tiny' must be those of a sequential search.

Example:
  npm run --silent uts -- --tree T3 --cores 2 --json`

export function addUts(newCommand: NewCommand, run: RunProblem): void {
  newCommand('uts', 'unbalanced tree search: counts the nodes of a tree that nobody can foresee')
    .addOption(new Option('--tree <name>', NAMES).argParser(parseTree).default(0, TREES[0]!.name))
    .addHelpText('after', HELP)
    .action(({ tree, ...options }: ProblemOptions & { tree: number }) => run(uts(tree), options))
}

function parseTree(text: string): number {
  const index = TREES.findIndex(({ name }) => name.toLowerCase() === text.toLowerCase())
  if (index >= 0) return index
  throw new InvalidArgumentError(`It must be one of ${NAMES}.`)
}

/** The search of one of TREES. */
function uts(tree: number): Problem {
  return {
    kind: 'kernel',
    name: 'uts',
    program: new URL('./program.js', import.meta.url),
    solve: (runtime, context) => solve(runtime, tree, context),
  }
}

async function solve(runtime: Runtime, tree: number, context: ProblemContext): Promise<Outcome> {
  const { nowMs, progress } = context
  const { host } = runtime
  const sample = TREES[tree]!
  const expected = sample.counts ?? countTree(sample)
  const before = stealsOf(runtime)
  const { found, seconds } = await withMeter(host, progress, expected.nodes, async (meter) => {
    const start = nowMs()
    const counts = await searchTree(host, tree, meter)
    return { found: counts, seconds: (nowMs() - start) / 1000 }
  })
  const { nodes, leaves, depth } = found
  const steals = stealsOf(runtime) - before
  return {
    figures: { tree: sample.name, nodes, leaves, depth, seconds, steals },
    rows: [
      ['tree', sample.name],
      ['nodes', whole(nodes)],
      ['leaves', whole(leaves)],
      ['depth', whole(depth)],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${rate(nodes / seconds)} nodes a second`],
      ['steals', whole(steals)],
    ],
    fault: describeFault(found, expected),
  }
}

function describeFault(found: TreeCounts, expected: TreeCounts): string | undefined {
  const names = ['nodes', 'leaves', 'depth'] as const
  const wrong = names.filter((name) => found[name] !== expected[name])
  if (wrong.length === 0) return undefined
  return wrong.map((name) => `${found[name]} ${name}, not ${expected[name]}`).join('; ')
}

/** Steals since the start, by all cores. */
function stealsOf(runtime: Runtime): number {
  return runtime.metrics().total.steals
}
