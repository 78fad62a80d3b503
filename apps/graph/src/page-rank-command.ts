/**
 * The command `pagerank`: loads a graph on all cores, ranks its vertices as often as asked,
 * compares with one thread outside the clock, and reports.
 */
import { watch, WrongAnswerError, type Terminal } from '@orujo/cli'
import type { Core, Runtime } from '@orujo/core'
import {
  l1Distance,
  loadCsr,
  openPageRank,
  referencePageRank,
  type DistributedGraph,
  type PageRankOptions,
  type PageRankOutcome,
} from '@orujo/graph'
import { openGraph, type GraphInput } from './graph-name.ts'
import { launchFor, load, type GraphCommand } from './graph-run.ts'
import { checkTraceFile, openOut } from './out-file.ts'
import { openOwnedPageRank } from './owned/index.ts'
import { describeRanking, jsonOfRanking, type PageRankReport } from './page-rank-report.ts'

/** Options as parsed. */
export interface PageRankCommand extends GraphCommand {
  readonly iterations: number
  readonly tolerance: number
  readonly damping: number
}

/** A ranking in one of the modes. */
interface Kernel {
  run(core: Core, options: PageRankOptions): Promise<PageRankOutcome>
  ranks(core: Core): Promise<Float64Array>
}

/** Sums of differences above this are no rounding. */
const MAX_ERROR = 1e-9

/** Throws WrongAnswerError, after the report, if ranks were wrong. */
export async function runPageRank(command: PageRankCommand, terminal: Terminal): Promise<void> {
  const input = await openGraph(command.graph, command.seed)
  await using out = await openOut(command.out, command.graph)
  await checkTraceFile(command)
  await using runtime = await launchFor(command)
  using _watching = watch(runtime, command, terminal)
  const graph = await load(runtime, input, command, terminal)
  const trials = await rank(runtime, graph, command, terminal)
  const error = await errorOf(input, command, trials)
  const isVerified = error < MAX_ERROR
  const report: PageRankReport = { command, runtime, input, graph, ...trials, error, isVerified }
  if (isVerified) await out?.write(linesOf(graph, trials.ranks))
  terminal.stdout.write(command.json ? `${jsonOfRanking(report)}\n` : describeRanking(report))
  if (isVerified) return
  throw new WrongAnswerError(`the ranks differ from those of one thread by ${error} in all`)
}

/** What the trials gave. */
interface Trials extends PageRankOutcome {
  readonly seconds: readonly number[]
  /** Of the last trial, by vertex. */
  readonly ranks: Float64Array
}

async function rank(
  { host }: Runtime,
  graph: DistributedGraph,
  { mode, trials, iterations, tolerance, damping }: PageRankCommand,
  terminal: Terminal,
): Promise<Trials> {
  const open = mode === 'ownership' ? openOwnedPageRank : openPageRank
  const kernel: Kernel = await open(host, graph)
  const seconds: number[] = []
  let outcome: PageRankOutcome = { iterations: 0, change: 0 }
  for (let trial = 0; trial < trials; trial++) {
    const start = terminal.nowMs()
    outcome = await kernel.run(host, { iterations, tolerance, damping })
    seconds.push((terminal.nowMs() - start) / 1000)
  }
  return { ...outcome, seconds, ranks: await kernel.ranks(host) }
}

/** The L1 distance to the ranks that one thread finds in as many iterations. */
async function errorOf(
  input: GraphInput,
  { directed, damping }: PageRankCommand,
  { iterations, ranks }: Trials,
): Promise<number> {
  if (iterations === 0) return 0
  const { csr } = await loadCsr(input.source, directed)
  return l1Distance(ranks, referencePageRank(csr, { damping, iterations }).ranks)
}

function* linesOf(graph: DistributedGraph, ranks: Float64Array): Generator<string> {
  for (const [vertex, value] of ranks.entries()) yield `${graph.idOf(vertex)} ${value}\n`
}
