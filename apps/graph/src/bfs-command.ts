/**
 * The command `bfs`: loads a graph on all cores, searches it as often as asked, checks each tree
 * outside the clock, and reports.
 */
import { watch, WrongAnswerError, type Terminal } from '@orujo/cli'
import type { Core, Runtime } from '@orujo/core'
import type { BfsOutcome, BfsResult, BfsTree, DistributedGraph } from '@orujo/graph'
import { openGraph, type GraphInput } from './graph-name.ts'
import { launchFor, load, type GraphCommand } from './graph-run.ts'
import { checkTraceFile, openOut } from './out-file.ts'
import { openOwnedBfs } from './owned/index.ts'
import { describeRun, jsonOf, type BfsReport } from './report.ts'
import { describeVertex, resolveVertex, VertexNameError } from './vertex-name.ts'

/** Options as parsed. */
export interface BfsCommand extends GraphCommand {
  readonly source?: string
}

/** A search in one of the modes. */
interface Kernel {
  searchBreadthFirst(core: Core, source: number): Promise<BfsOutcome>
  tree(core: Core, outcome: BfsOutcome): Promise<BfsTree>
}

/** Throws WrongAnswerError, after the report, if a tree was wrong. */
export async function runBfs(command: BfsCommand, terminal: Terminal): Promise<void> {
  const input = await openGraph(command.graph, command.seed)
  const wanted = command.source === undefined ? undefined : resolveVertex(command.source, input)
  await using out = await openOut(command.out, command.graph)
  await checkTraceFile(command)
  await using runtime = await launchFor(command)
  using _watching = watch(runtime, command, terminal)
  const graph = await load(runtime, input, command, terminal)
  const source = await chooseSource(runtime, graph, wanted, input, command.seed)
  const kernel = command.mode === 'ownership' ? await openOwnedBfs(runtime.host, graph) : graph
  const trials = await search(runtime, kernel, source, { graph, command, input, terminal })
  const report: BfsReport = { command, runtime, input, graph, source, ...trials }
  if (trials.result !== undefined) await out?.write(linesOf(graph, trials.result))
  terminal.stdout.write(command.json ? `${jsonOf(report)}\n` : describeRun(report))
  if (trials.violation !== undefined) throw new WrongAnswerError(trials.violation)
}

/** The vertex to search from; undefined if there is none at all. */
async function chooseSource(
  runtime: Runtime,
  graph: DistributedGraph,
  wanted: number | undefined,
  input: GraphInput,
  seed: number,
): Promise<number | undefined> {
  if (wanted === undefined) return await graph.seededVertex(runtime.host, seed)
  const vertex = graph.vertexOf(wanted)
  if (vertex !== undefined) return vertex
  const nearest = graph.nearestIds(wanted).join(' and ')
  const hint = nearest === '' ? '; it has none at all' : `; the nearest: ${nearest}`
  throw new VertexNameError(`${input.name} has no vertex ${wanted}${hint}`)
}

/** What the trials gave. */
interface Trials {
  readonly seconds: readonly number[]
  readonly levels: number
  /** Of the last trial; undefined if there was nothing to search or a tree was wrong. */
  readonly result: BfsResult | undefined
  /** What is wrong with the first wrong tree. */
  readonly violation: string | undefined
}

/** What a search is about. */
interface Setting {
  readonly graph: DistributedGraph
  readonly command: BfsCommand
  readonly input: GraphInput
  readonly terminal: Terminal
}

async function search(
  runtime: Runtime,
  kernel: Kernel,
  source: number | undefined,
  { graph, command, input, terminal }: Setting,
): Promise<Trials> {
  const { host } = runtime
  const seconds: number[] = []
  let last: { levels: number; result: BfsResult } | undefined
  const trials = source === undefined ? 0 : command.trials
  for (let trial = 0; trial < trials; trial++) {
    const start = terminal.nowMs()
    const outcome = await kernel.searchBreadthFirst(host, source!)
    seconds.push((terminal.nowMs() - start) / 1000)
    const tree = await kernel.tree(host, outcome)
    const nameOf = (id: number) => describeVertex(id, input)
    const verdict = await graph.verify(host, outcome, tree, nameOf)
    const { levels } = outcome
    if (!verdict.isRight) return { seconds, levels, result: undefined, violation: verdict.reason }
    last = { levels, result: verdict.result }
  }
  return { seconds, levels: last?.levels ?? 0, result: last?.result, violation: undefined }
}

function* linesOf(graph: DistributedGraph, result: BfsResult): Generator<string> {
  for (const [id, level] of graph.levelsById(result)) yield `${id} ${level}\n`
}
