/**
 * Reports: one run of `bfs` as JSON for programs and as a table for people.
 */
import { median, milliseconds, plural, rate, whole } from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import type { BfsResult, DistributedGraph } from '@orujo/graph'
import Table from 'cli-table3'
import type { GraphInput } from './graph-name.ts'
import type { Mode } from './graph-run.ts'
import { describeVertex } from './vertex-name.ts'

/** Everything that a report may tell. */
export interface BfsReport {
  readonly command: { readonly mode: Mode }
  readonly runtime: Runtime
  readonly input: GraphInput
  readonly graph: DistributedGraph
  /** The vertex searched from. */
  readonly source: number | undefined
  readonly seconds: readonly number[]
  readonly levels: number
  readonly result: BfsResult | undefined
  readonly violation: string | undefined
}

/** One line of JSON. */
export function jsonOf(report: BfsReport): string {
  const { runtime, graph, seconds, source } = report
  return JSON.stringify({
    kernel: 'bfs',
    mode: report.command.mode,
    graph: { vertices: graph.vertices, edges: graph.inputEdges, directed: graph.isDirected },
    locales: runtime.topology.locales,
    coresPerLocale: runtime.topology.coresPerLocale,
    seconds,
    median: median(seconds),
    verified: report.violation === undefined,
    result: {
      source: source === undefined ? null : graph.idOf(source),
      reached: report.result?.reached ?? 0,
      levels: report.levels,
    },
  })
}

/** A table. */
export function describeRun(report: BfsReport): string {
  const { runtime, input, graph, seconds, source } = report
  const { locales, coresPerLocale } = runtime.topology
  const table = new Table({ style: { head: [], border: [] } })
  const middle = median(seconds)
  table.push(
    { graph: `${input.name}, ${graph.isDirected ? 'directed' : 'undirected'}` },
    { cores: `${plural(locales, 'locale')} x ${plural(coresPerLocale, 'core')}` },
    { mode: report.command.mode },
    { vertices: whole(graph.vertices) },
    { edges: `${whole(graph.inputEdges)} (${whole(graph.edges)} distinct, without self loops)` },
  )
  if (source !== undefined) {
    const levels = plural(report.levels, 'level')
    const vertices = plural(report.result?.reached ?? 0, 'vertex', 'vertices')
    const range = [Math.min(...seconds), Math.max(...seconds)].map(milliseconds)
    table.push(
      { source: describeVertex(graph.idOf(source), input) },
      { reached: `${vertices} on ${levels}` },
      { median: `${milliseconds(middle)} of ${plural(seconds.length, 'trial')}` },
      { 'min - max': range.join(' - ') },
      { rate: `${rate(graph.inputEdges / middle)} edges of the input a second` },
    )
  }
  table.push({ verified: report.violation === undefined ? 'yes' : 'NO' })
  return `${table.toString()}\n`
}
