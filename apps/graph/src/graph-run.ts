/**
 * Graph runs: what the commands have in common: options, the runtime, and the graph on it.
 */
import { startProgress, watchLaunch, type Terminal, type WatchOptions } from '@orujo/cli'
import { launch, type Runtime } from '@orujo/core'
import { loadGraph, type DistributedGraph } from '@orujo/graph'
import type { GraphInput, GraphName } from './graph-name.ts'

/** How data reaches other cores: work is sent to it, or it is borrowed. */
export const MODES = ['delegate', 'ownership'] as const
export type Mode = (typeof MODES)[number]

/** Options of every command, as parsed. */
export interface GraphCommand extends WatchOptions {
  readonly graph: GraphName
  readonly mode: Mode
  readonly directed: boolean
  readonly locales: number
  /** Cores in each locale. */
  readonly cores?: number
  readonly trials: number
  readonly seed: number
  readonly json: boolean
  readonly out?: string
}

/** Starts the cores with what the mode needs. */
export async function launchFor(command: GraphCommand): Promise<Runtime> {
  const ownership = [
    import.meta.resolve('@orujo/ownership/program'),
    new URL('./owned/program.js', import.meta.url),
  ]
  return await launch({
    program: [
      import.meta.resolve('@orujo/graph/program'),
      ...(command.mode === 'ownership' ? ownership : []),
    ],
    locales: command.locales,
    ...(command.cores === undefined ? {} : { coresPerLocale: command.cores }),
    ...watchLaunch(command),
  })
}

/** Loads the graph on all cores. */
export async function load(
  runtime: Runtime,
  input: GraphInput,
  command: GraphCommand,
  terminal: Terminal,
): Promise<DistributedGraph> {
  const isShown = terminal.isProgressWanted && !command.json
  using progress = startProgress(`Loading ${input.name}`, isShown, terminal)
  return await loadGraph(runtime.host, input.source, {
    isDirected: command.directed,
    onProgress: progress.update,
  })
}
