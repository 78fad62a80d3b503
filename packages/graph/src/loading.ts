/**
 * Loading a graph on all cores: each reads its slice of the source; ids are agreed on; each sends
 * the arcs of what it read to the owners of their vertices, and builds what it received.
 *
 * Ownership   `parts` are the caller's, also after a failure.
 * Suspends    all of it. Cores let others run between pieces of at most a megabyte.
 * Failure     a malformed line is an outcome of the reading, because the first of all slices must
 *             be told; a file that cannot be read fails the task that reads it.
 */
import {
  factory,
  objectDelegate,
  onAllCores,
  task,
  type Core,
  type ObjectAddress,
  type SymmetricObject,
} from '@orujo/core'
import { GraphPart } from './graph-part.ts'
import { IdMap, mergeIds } from './ids.ts'
import { collectIds, renumber } from './load-csr.ts'
import { ArcScatter } from './scatter.ts'
import { knownVertices, readSlice, sourceWork, type GraphSource } from './source.ts'
import { formatError, type Malformed } from './text-file.ts'

/** What reading one slice gave. */
export interface SliceOutcome {
  readonly fault: Malformed | undefined
  readonly edges: number
  /** Ids in the slice, ascending; undefined if ids are numbers already. */
  readonly ids: Float64Array | undefined
}

/** Adds up the work that cores report. Held by the one who asked for the graph. */
export class LoadProgress {
  readonly #onProgress: (done: number, total: number) => void
  readonly #total: number
  #done = 0

  constructor(total: number, onProgress: (done: number, total: number) => void) {
    this.#total = total
    this.#onProgress = onProgress
  }

  add(work: number): void {
    this.#done += work
    this.#onProgress(this.#done, this.#total)
  }
}

/** What `loadParts` found out. */
export interface LoadOutcome {
  readonly vertices: number
  readonly ids: Float64Array | undefined
  readonly inputEdges: number
  /** Distinct arcs, self loops apart: two for each edge of an undirected graph. */
  readonly arcs: number
  readonly selfLoops: number
}

export const makeGraphPart = factory('graph.part', (core) => new GraphPart(core.id))

export const reportProgress = objectDelegate(
  'graph.load.progress',
  (_core: Core, progress: LoadProgress, work: number): void => {
    progress.add(work)
  },
)

export const readHere = task(
  'graph.load.read',
  async (
    core: Core,
    parts: SymmetricObject<GraphPart>,
    source: GraphSource,
    progress: ObjectAddress<LoadProgress>,
  ): Promise<SliceOutcome> => {
    const { sink } = parts.local(core)
    const slice = { index: core.id, count: core.cores }
    const fault = await readSlice(source, slice, {
      sink,
      onProgress: (work) => core.send(reportProgress, progress, work),
      pause: () => core.yield(),
    })
    const isNumbered = fault !== undefined || knownVertices(source) !== undefined
    return { fault, edges: sink.edges, ids: isNumbered ? undefined : collectIds(sink) }
  },
)

export const takeArcs = objectDelegate(
  'graph.load.arcs',
  (_core: Core, part: GraphPart, isOutgoing: boolean, pairs: Int32Array): void => {
    part.addArcs(isOutgoing, pairs)
  },
)

export const openHere = task(
  'graph.load.open',
  (
    core: Core,
    parts: SymmetricObject<GraphPart>,
    vertices: number,
    isDirected: boolean,
  ): undefined => {
    parts.local(core).open(vertices, core.cores, isDirected)
  },
)

export const scatterHere = task(
  'graph.load.scatter',
  async (
    core: Core,
    parts: SymmetricObject<GraphPart>,
    ids: Float64Array | undefined,
    isDirected: boolean,
  ): Promise<number> => {
    const part = parts.local(core)
    const map = ids === undefined ? undefined : new IdMap(ids)
    let isOpen = true
    const scatter = new ArcScatter(part.partition, isDirected, (target, isOutgoing, pairs) => {
      isOpen = core.send(takeArcs, parts.on(target), isOutgoing, pairs) && isOpen
    })
    for (const chunk of part.takeFound()) {
      scatter.addEdges(map === undefined ? Int32Array.from(chunk) : renumber(chunk, map))
      // suspends: arcs from others are added
      await (isOpen ? core.yield() : core.drain())
      isOpen = true
    }
    scatter.flush()
    return scatter.selfLoops
  },
)

export const buildHere = task(
  'graph.load.build',
  (core: Core, parts: SymmetricObject<GraphPart>): number => parts.local(core).build(),
)

/** Fills the parts of all cores with the graph of `source`. */
export async function loadParts(
  core: Core,
  parts: SymmetricObject<GraphPart>,
  source: GraphSource,
  options: {
    readonly isDirected: boolean
    readonly onProgress: (done: number, total: number) => void
  },
): Promise<LoadOutcome> {
  const { isDirected } = options
  const slices = await readAll(core, parts, source, options.onProgress)
  const fault = slices.find((slice) => slice.fault !== undefined)?.fault
  if (fault !== undefined) throw await formatError(fault)
  const known = knownVertices(source)
  const ids = known === undefined ? mergeIds(slices.map((slice) => slice.ids!)) : undefined
  const vertices = known ?? ids!.length
  await onAllCores(core, openHere, parts, vertices, isDirected)
  const loops = await core.finish((inner) => onAllCores(inner, scatterHere, parts, ids, isDirected))
  const arcs = await onAllCores(core, buildHere, parts)
  return {
    vertices,
    ids,
    inputEdges: sum(slices.map((slice) => slice.edges)),
    arcs: sum(arcs),
    selfLoops: sum(loops),
  }
}

async function readAll(
  core: Core,
  parts: SymmetricObject<GraphPart>,
  source: GraphSource,
  onProgress: (done: number, total: number) => void,
): Promise<SliceOutcome[]> {
  const progress = core.hold(new LoadProgress(sourceWork(source), onProgress))
  try {
    return await core.finish((inner) => onAllCores(inner, readHere, parts, source, progress))
  } finally {
    core.release(progress)
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
