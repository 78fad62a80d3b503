/**
 * Breadth-first search of a Kronecker graph. The kernels are those of `npm run graph -- bfs`.
 *
 * Delegate    small frontiers send batches of visits, large ones bitmaps to everybody.
 * Ownership   visits are owned lists that are given away, bits of the frontier are lent to all.
 * Means       many small exchanges between cores, one per level, in both modes.
 * Not meant   large graphs, where the edges decide: `npm run graph`.
 */
import { performance } from 'node:perf_hooks'
import { openOwnedBfs } from '@orujo/app-graph/owned'
import { task, type Core } from '@orujo/core'
import {
  DirectionOptimizingBfs,
  kroneckerSource,
  loadCsr,
  loadGraph,
  treeLevels,
  type BfsOutcome,
  type BfsTree,
  type Csr,
  type DistributedGraph,
  type LoadedCsr,
} from '@orujo/graph'
import { mixLarge } from '#graph/hash.js'
import { measured, meterHere } from './meter.ts'
import type { Mode, ModeCase, Outcome, Plain } from './mode-case.ts'

const SCALE = 14
const SEED = 1

/** A search in one of the modes. */
interface Kernel {
  searchBreadthFirst(core: Core, source: number): Promise<BfsOutcome>
  tree(core: Core, outcome: BfsOutcome): Promise<BfsTree>
}

/** What is made for the first trial of a runtime, and kept. */
interface Loaded {
  readonly graph: DistributedGraph
  readonly kernel: Kernel
}

const LOADED = Object.freeze({ name: 'bench.modes.bfs.loaded' })

export { meterHere }

export const delegateMode = task('bench.modes.bfs.delegate', (core: Core, count: number) =>
  search(core, 'delegate', count),
)

export const ownershipMode = task('bench.modes.bfs.ownership', (core: Core, count: number) =>
  search(core, 'ownership', count),
)

async function search(core: Core, mode: Mode, count: number): Promise<Outcome> {
  const { graph, kernel } = await core.endpoint.state(LOADED, () => load(core, mode))
  const sources: number[] = []
  for (let i = 0; i < count; i++) sources.push((await graph.seededVertex(core, i))!)
  const outcomes: BfsOutcome[] = []
  const cost = await measured(core, async () => {
    for (const source of sources) outcomes.push(await kernel.searchBreadthFirst(core, source))
  })
  const last = await kernel.tree(core, outcomes.at(-1)!)
  const levels = outcomes.reduce((sum, one) => sum + one.levels, 0)
  return { cost, answer: answerOf(levels, last) }
}

async function load(core: Core, mode: Mode): Promise<Loaded> {
  const graph = await loadGraph(core, kroneckerSource(SCALE, SEED))
  return { graph, kernel: mode === 'ownership' ? await openOwnedBfs(core, graph) : graph }
}

/** Levels of all searches, and of all vertices in the last. */
function answerOf(levels: number, last: BfsTree): number {
  const ofLast = treeLevels(last).levels ?? []
  let sum = levels * 1e9
  // Vertices not reached, and slots without a vertex, have -1.
  for (const level of ofLast) sum += Math.max(0, level)
  return sum
}

/** Searches the graph in one thread, which it loads when it is first asked. */
function openPlain(): (count: number) => Promise<Plain> {
  let loaded: Promise<LoadedCsr> | undefined
  return async (count) => {
    loaded ??= loadCsr(kroneckerSource(SCALE, SEED), false)
    const { csr } = await loaded
    const kernel = new DirectionOptimizingBfs(csr)
    let seconds = 0
    let levels = 0
    let last: BfsTree = { source: 0, parents: new Int32Array(0) }
    for (let seed = 0; seed < count; seed++) {
      const source = seededVertex(csr, seed)
      const start = performance.now()
      const parents = kernel.run(source)
      seconds += (performance.now() - start) / 1000
      last = { source, parents: Int32Array.from(parents) }
      levels += depthOf(last) + 1
    }
    return { seconds, answer: answerOf(levels, last) }
  }
}

function depthOf(tree: BfsTree): number {
  let depth = 0
  for (const level of treeLevels(tree).levels ?? []) depth = Math.max(depth, level)
  return depth
}

/** As `seededVertex` of a distributed graph. */
function seededVertex({ vertices, outgoing: { offsets } }: Csr, seed: number): number {
  let vertex = (mixLarge(seed) >>> 0) % vertices
  for (let tried = 0; tried < vertices && offsets[vertex] === offsets[vertex + 1]; tried++) {
    vertex = (vertex + 1) % vertices
  }
  return vertex
}

export const bfs: ModeCase = {
  name: 'bfs',
  operation: `a breadth-first search of kronecker:${SCALE}`,
  program: [
    import.meta.url,
    import.meta.resolve('@orujo/graph/program'),
    import.meta.resolve('@orujo/app-graph/owned/program'),
  ],
  counts: { delegate: 10, ownership: 10 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain,
}
