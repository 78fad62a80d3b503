/**
 * The command `bfs`: loads a graph on all cores, searches it as often as asked, checks each tree
 * outside the clock, and reports.
 */
import { open, stat } from 'node:fs/promises'
import {
  startProgress,
  watch,
  watchLaunch,
  WrongAnswerError,
  type Terminal,
  type WatchOptions,
} from '@orujo/cli'
import { launch, type Runtime } from '@orujo/core'
import { loadGraph, type BfsResult, type DistributedGraph } from '@orujo/graph'
import { openGraph, type GraphInput, type GraphName } from './graph-name.ts'
import { describeRun, jsonOf, type BfsReport } from './report.ts'
import { describeVertex, resolveVertex, VertexNameError } from './vertex-name.ts'

/** Options as parsed. */
export interface BfsCommand extends WatchOptions {
  readonly graph: GraphName
  readonly source?: string
  readonly directed: boolean
  readonly locales: number
  /** Cores in each locale. */
  readonly cores?: number
  readonly trials: number
  readonly seed: number
  readonly json: boolean
  readonly out?: string
}

/** Lines written to the file of `--out` at a time. */
const LINES_PER_WRITE = 1 << 14

/** Throws WrongAnswerError, after the report, if a tree was wrong. */
export async function runBfs(command: BfsCommand, terminal: Terminal): Promise<void> {
  const input = await openGraph(command.graph, command.seed)
  const wanted = command.source === undefined ? undefined : resolveVertex(command.source, input)
  // Before the work, so that a wrong path costs no time.
  await using out = await openOut(command.out, command.graph)
  await checkTraceFile(command)
  await using runtime = await launch({
    program: import.meta.resolve('@orujo/graph/program'),
    locales: command.locales,
    ...(command.cores === undefined ? {} : { coresPerLocale: command.cores }),
    ...watchLaunch(command),
  })
  using _watching = watch(runtime, command, terminal)
  const graph = await load(runtime, input, command, terminal)
  const source = await chooseSource(runtime, graph, wanted, input, command.seed)
  const trials = await search(runtime, graph, source, { command, input, terminal })
  const report: BfsReport = { command, runtime, input, graph, source, ...trials }
  if (trials.result !== undefined) await out?.write(graph, trials.result)
  terminal.stdout.write(command.json ? `${jsonOf(report)}\n` : describeRun(report))
  if (trials.violation !== undefined) throw new WrongAnswerError(trials.violation)
}

async function load(
  runtime: Runtime,
  input: GraphInput,
  command: BfsCommand,
  terminal: Terminal,
): Promise<DistributedGraph> {
  const isShown = terminal.isProgressWanted && !command.json
  using progress = startProgress(`Loading ${input.name}`, isShown, terminal)
  return await loadGraph(runtime.host, input.source, {
    isDirected: command.directed,
    onProgress: progress.update,
  })
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

async function search(
  runtime: Runtime,
  graph: DistributedGraph,
  source: number | undefined,
  { command, input, terminal }: { command: BfsCommand; input: GraphInput; terminal: Terminal },
): Promise<Trials> {
  const { host } = runtime
  const seconds: number[] = []
  let last: { levels: number; result: BfsResult } | undefined
  const trials = source === undefined ? 0 : command.trials
  for (let trial = 0; trial < trials; trial++) {
    const start = terminal.nowMs()
    const outcome = await graph.searchBreadthFirst(host, source!)
    seconds.push((terminal.nowMs() - start) / 1000)
    const tree = await graph.tree(host, outcome)
    const nameOf = (id: number) => describeVertex(id, input)
    const verdict = await graph.verify(host, outcome, tree, nameOf)
    const { levels } = outcome
    if (!verdict.isRight) return { seconds, levels, result: undefined, violation: verdict.reason }
    last = { levels, result: verdict.result }
  }
  return { seconds, levels: last?.levels ?? 0, result: last?.result, violation: undefined }
}

/** A file that was asked for cannot be written. */
class OutFileError extends Error {
  readonly code = 'GRAPH_WRITE'

  constructor(path: string, reason: string, cause?: unknown) {
    super(`cannot write '${path}': ${reason}`, { cause })
    this.name = 'OutFileError'
  }

  /** For what the file system had against it. */
  static from(path: string, cause: unknown): OutFileError {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = { ENOENT: 'there is no such directory', EISDIR: 'it is a directory' }
    return new OutFileError(path, reason[code as keyof typeof reason] ?? message, cause)
  }
}

/** The file of `--out`. */
interface OutFile extends AsyncDisposable {
  write(graph: DistributedGraph, result: BfsResult): Promise<void>
}

async function openOut(path: string | undefined, graph: GraphName): Promise<OutFile | undefined> {
  if (path === undefined) return undefined
  if (graph.kind === 'file' && (await isSameFile(path, graph.path))) {
    throw new OutFileError(path, 'it is the graph')
  }
  const failed = (cause: unknown): never => {
    throw OutFileError.from(path, cause)
  }
  const file = await open(path, 'w').catch(failed)
  return {
    write: async (graph, result) => {
      for (const lines of linesOf(graph, result)) await file.appendFile(lines).catch(failed)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** The trace must not take the place of what is read or written besides. */
async function checkTraceFile({ trace, graph, out }: BfsCommand): Promise<void> {
  if (trace === undefined) return
  if (graph.kind === 'file' && (await isSameFile(trace, graph.path))) {
    throw new OutFileError(trace, 'it is the graph')
  }
  if (out !== undefined && (await isSameFile(trace, out))) {
    throw new OutFileError(trace, 'it is the file of --out')
  }
}

/** Whether both paths lead to one file, by whatever names. */
async function isSameFile(path: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.allSettled([stat(path), stat(other)])
  if (a.status === 'rejected' || b.status === 'rejected') return false
  return a.value.ino === b.value.ino && a.value.dev === b.value.dev
}

function* linesOf(graph: DistributedGraph, result: BfsResult): Generator<string> {
  let lines: string[] = []
  for (const [id, level] of graph.levelsById(result)) {
    lines.push(`${id} ${level}\n`)
    if (lines.length < LINES_PER_WRITE) continue
    yield lines.join('')
    lines = []
  }
  yield lines.join('')
}
