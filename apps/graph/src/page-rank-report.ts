/**
 * Reports: one run of `pagerank` as JSON for programs and as a table for people.
 */
import { median, milliseconds, plural, whole } from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import type { DistributedGraph } from '@orujo/graph'
import Table from 'cli-table3'
import type { GraphInput } from './graph-name.ts'
import type { Mode } from './graph-run.ts'
import { describeVertex } from './vertex-name.ts'

/** Vertices named in the table. */
const SHOWN = 5

/** Everything that a report may tell. */
export interface PageRankReport {
  readonly command: { readonly mode: Mode; readonly damping: number }
  readonly runtime: Runtime
  readonly input: GraphInput
  readonly graph: DistributedGraph
  readonly seconds: readonly number[]
  readonly iterations: number
  /** By how much the last iteration changed the ranks in all. */
  readonly change: number
  /** By vertex. */
  readonly ranks: Float64Array
  /** The L1 distance to the ranks of one thread. */
  readonly error: number
  readonly isVerified: boolean
}

/** One line of JSON. */
export function jsonOfRanking(report: PageRankReport): string {
  const { command, runtime, graph, seconds, iterations, change, error } = report
  return JSON.stringify({
    kernel: 'pagerank',
    mode: command.mode,
    graph: { vertices: graph.vertices, edges: graph.inputEdges, directed: graph.isDirected },
    locales: runtime.topology.locales,
    coresPerLocale: runtime.topology.coresPerLocale,
    seconds,
    median: median(seconds),
    iterations,
    change,
    error,
    verified: report.isVerified,
  })
}

/** A table. */
export function describeRanking(report: PageRankReport): string {
  const { command, runtime, input, graph, seconds, iterations, change, error } = report
  const { locales, coresPerLocale } = runtime.topology
  const table = new Table({ style: { head: [], border: [] } })
  const middle = median(seconds)
  const range = [Math.min(...seconds), Math.max(...seconds)].map(milliseconds)
  table.push(
    { graph: `${input.name}, ${graph.isDirected ? 'directed' : 'undirected'}` },
    { cores: `${plural(locales, 'locale')} x ${plural(coresPerLocale, 'core')}` },
    { mode: command.mode },
    { vertices: whole(graph.vertices) },
    { edges: `${whole(graph.inputEdges)} (${whole(graph.edges)} distinct, without self loops)` },
    { iterations: `${whole(iterations)}, the last changed ${change.toExponential(1)}` },
    { median: `${milliseconds(middle)} of ${plural(seconds.length, 'trial')}` },
    { 'min - max': range.join(' - ') },
    { 'an iteration': milliseconds(middle / Math.max(1, iterations)) },
    ...highest(report.ranks).map((vertex, place) => {
      const name = describeVertex(graph.idOf(vertex), input)
      return { [`rank ${place + 1}`]: `${report.ranks[vertex]!.toPrecision(3)}  ${name}` }
    }),
    { verified: `${report.isVerified ? 'yes' : 'NO'}, error ${error.toExponential(1)}` },
  )
  return `${table.toString()}\n`
}

/** The vertices with the highest ranks, highest first. */
function highest(ranks: Float64Array): number[] {
  const best: number[] = []
  for (let vertex = 0; vertex < ranks.length; vertex++) {
    if (best.length === SHOWN && ranks[vertex]! <= ranks[best[SHOWN - 1]!]!) continue
    const place = best.findIndex((other) => ranks[other]! < ranks[vertex]!)
    best.splice(place === -1 ? best.length : place, 0, vertex)
    best.length = Math.min(best.length, SHOWN)
  }
  return best
}
