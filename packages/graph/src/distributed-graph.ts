/**
 * Distributed graph: a graph that lies on all cores, and what can be asked of it from anywhere.
 *
 * States      idle -> searching -> idle; one search at a time, as the cores keep one tree each.
 * Ownership   whoever loads it frees it.
 * Suspends    every method that returns a promise.
 * Misuse      a search while another is in progress, or a vertex that is none: InvariantError.
 */
import {
  factory,
  free,
  InvariantError,
  objectDelegate,
  onAllCores,
  symmetricObject,
  task,
  type Core,
  type ObjectAddress,
  type SymmetricObject,
} from '@orujo/core'
import { searchBreadthFirst } from './bfs.ts'
import { treeLevels, treePath, type BfsTree } from './bfs-tree.ts'
import type { GraphPart } from './graph-part.ts'
import { mixLarge } from './hash.ts'
import { rankOf } from './ids.ts'
import { loadParts, makeGraphPart, type LoadOutcome } from './loading.ts'
import { Partition } from './partition.ts'
import { SearchPart } from './search-part.ts'
import type { GraphSource } from './source.ts'
import { describeViolation, verifyRows, type Violation } from './verify-bfs.ts'

/** How to load a graph. */
export interface LoadGraphOptions {
  /** Follow edges in their direction only. Default false. */
  readonly isDirected?: boolean
  /** Told how much of the source has been read, in bytes or generated edges. */
  readonly onProgress?: (done: number, total: number) => void
}

export const makeSearchPart = factory(
  'graph.search.part',
  (core, graph: SymmetricObject<GraphPart>) => new SearchPart(graph.local(core)),
)

export const parentsHere = objectDelegate(
  'graph.search.parents',
  (_core: Core, part: SearchPart): Int32Array => part.parents,
)

export const verifyHere = task(
  'graph.search.verify',
  (
    core: Core,
    graph: SymmetricObject<GraphPart>,
    source: number,
    parents: Int32Array,
    levels: Int32Array,
  ): Violation | undefined => {
    const { incoming, firstSlot } = graph.local(core)
    return verifyRows(incoming, firstSlot, { source, parents }, levels)
  },
)

export const vertexWithEdgeHere = objectDelegate(
  'graph.vertex-with-edge',
  (_core: Core, part: GraphPart, vertex: number): number | undefined => part.vertexWithEdge(vertex),
)

/** Loads a graph on all cores. `core` may be the host or the core of a task. */
export async function loadGraph(
  core: Core,
  source: GraphSource,
  options: LoadGraphOptions = {},
): Promise<DistributedGraph> {
  const { isDirected = false, onProgress = () => undefined } = options
  const parts = await symmetricObject(core, makeGraphPart)
  try {
    const outcome = await loadParts(core, parts, source, { isDirected, onProgress })
    const search = await symmetricObject(core, makeSearchPart, parts)
    // As above.
    const handles = { graph: parts, search }
    return new DistributedGraph(handles, outcome, isDirected, core.cores)
  } catch (error) {
    // If giving back fails as well it is for the same reason, which is the one to tell.
    await free(core, parts).catch(() => undefined)
    throw error
  }
}

interface Handles {
  readonly graph: SymmetricObject<GraphPart>
  readonly search: SymmetricObject<SearchPart>
}

/** What a breadth-first search says of itself. */
export interface BfsOutcome {
  readonly source: number
  /** Levels, that of the source included. */
  readonly levels: number
}

/** A checked tree, gathered from all cores. */
export interface BfsResult {
  readonly tree: BfsTree
  /** By slot; -1 where not reached. */
  readonly levels: Int32Array
  /** Vertices in the tree, the source included. */
  readonly reached: number
}

/** What checking a tree gave. */
export type BfsVerdict =
  | { readonly isRight: true; readonly result: BfsResult }
  | { readonly isRight: false; readonly reason: string }

export class DistributedGraph {
  readonly vertices: number
  readonly isDirected: boolean
  /** Edges of the input: lines, pointers or generated pairs, duplicates and self loops included. */
  readonly inputEdges: number
  /** Distinct edges, self loops apart: what a search sees. */
  readonly edges: number
  readonly selfLoops: number
  readonly #handles: Handles
  readonly #ids: Float64Array | undefined
  readonly #partition: Partition
  /** Sum of out-degree + 1 over all vertices. */
  readonly #totalWeight: number
  #isSearching = false

  /** Use `loadGraph`. */
  constructor(handles: Handles, outcome: LoadOutcome, isDirected: boolean, cores: number) {
    this.vertices = outcome.vertices
    this.isDirected = isDirected
    this.inputEdges = outcome.inputEdges
    this.edges = isDirected ? outcome.arcs : outcome.arcs / 2
    this.selfLoops = outcome.selfLoops
    this.#handles = handles
    this.#ids = outcome.ids
    this.#partition = new Partition(outcome.vertices, cores)
    this.#totalWeight = outcome.arcs + outcome.vertices
  }

  /** What each core has of it; for kernels in other packages. */
  get parts(): SymmetricObject<GraphPart> {
    return this.#handles.graph
  }

  /** Which core has which vertex; for kernels in other packages. */
  get partition(): Partition {
    return this.#partition
  }

  /** Sum of out-degree + 1 over all vertices; for kernels in other packages. */
  get totalWeight(): number {
    return this.#totalWeight
  }

  /** Values by vertex from each core's values by row. */
  byVertex(parts: readonly Float64Array[]): Float64Array {
    const cores = parts.length
    const values = new Float64Array(this.vertices)
    for (const [core, part] of parts.entries()) {
      for (let row = 0; row < part.length; row++) values[row * cores + core] = part[row]!
    }
    return values
  }

  /** The id that a vertex has in the input. */
  idOf(vertex: number): number {
    return this.#ids === undefined ? vertex : this.#ids[vertex]!
  }

  /** The vertex of an id; undefined if the input has no such id. */
  vertexOf(id: number): number | undefined {
    const vertex = this.#ids === undefined ? id : rankOf(this.#ids, id)
    return this.#isVertex(vertex) && this.idOf(vertex) === id ? vertex : undefined
  }

  /** The ids of the input on either side of an id that it does not have. */
  nearestIds(id: number): number[] {
    if (this.vertices === 0) return []
    const rank = this.#ids === undefined ? id : rankOf(this.#ids, id)
    const around = [rank - 1, rank].map((vertex) => Math.min(vertex, this.vertices - 1))
    return [...new Set(around)].filter((vertex) => vertex >= 0).map((vertex) => this.idOf(vertex))
  }

  /**
   * A vertex to search from: chosen by the seed among those that an edge leaves, or among all if no
   * edge leaves any; undefined in an empty graph. The same whatever the number of cores.
   */
  async seededVertex(core: Core, seed: number): Promise<number | undefined> {
    if (this.vertices === 0) return undefined
    const start = (mixLarge(seed) >>> 0) % this.vertices
    for (const from of [start, 0]) {
      const calls = this.#onParts(core, (on) => core.call(vertexWithEdgeHere, on, from))
      const found = (await calls).filter((vertex) => vertex !== undefined)
      if (found.length > 0) return Math.min(...found)
    }
    return start
  }

  /** Searches breadth-first from a vertex. The tree stays on the cores until the next search. */
  async searchBreadthFirst(core: Core, source: number): Promise<BfsOutcome> {
    if (!this.#isVertex(source)) throw new InvariantError(`There is no vertex ${source}.`)
    if (this.#isSearching) throw new InvariantError('One search at a time: await the one before.')
    this.#isSearching = true
    try {
      const { slots } = this.#partition
      const size = { slots, totalWeight: this.#totalWeight }
      const slot = this.#partition.slotOf(source)
      return { source, levels: await searchBreadthFirst(core, this.#handles.search, slot, size) }
    } finally {
      this.#isSearching = false
    }
  }

  /** The tree of the last search. */
  async tree(core: Core, outcome: BfsOutcome): Promise<BfsTree> {
    const { search } = this.#handles
    const calls = Array.from({ length: core.cores }, (_, on) =>
      core.call(parentsHere, search.on(on)),
    )
    return this.treeOf(outcome, await Promise.all(calls))
  }

  /** A tree whose parents every core has for its own rows. */
  treeOf({ source }: BfsOutcome, parts: readonly Int32Array[]): BfsTree {
    const parents = new Int32Array(this.#partition.slots).fill(-1)
    for (const [on, part] of parts.entries()) {
      parents.set(part, this.#partition.firstSlotOf(on))
    }
    return { source: this.#partition.slotOf(source), parents }
  }

  /**
   * Checks a tree as Graph500 does, each core its own rows. `nameOf` says what to call the vertex
   * of an id in the reason.
   */
  async verify(
    core: Core,
    outcome: BfsOutcome,
    tree: BfsTree,
    nameOf: (id: number) => string = String,
  ): Promise<BfsVerdict> {
    const name = (slot: number) => nameOf(this.idOf(this.#partition.vertexAt(slot)))
    const { levels, fault } = treeLevels(tree)
    if (fault !== undefined) return wrong(describeViolation(fault, name))
    const { source, parents } = tree
    const { graph } = this.#handles
    const found = await onAllCores(core, verifyHere, graph, source, parents, levels)
    const violation = found.find((one) => one !== undefined)
    if (violation !== undefined) return wrong(describeViolation(violation, name))
    const depth = levels.reduce((deepest, level) => Math.max(deepest, level), 0)
    if (depth + 1 !== outcome.levels) {
      return wrong(`the search counted ${outcome.levels} levels, but its tree has ${depth + 1}`)
    }
    const reached = levels.reduce((sum, level) => sum + (level < 0 ? 0 : 1), 0)
    return { isRight: true, result: { tree, levels, reached } }
  }

  /** Ids and levels of the vertices reached, by ascending id. */
  *levelsById({ levels }: BfsResult): Generator<[id: number, level: number]> {
    for (let vertex = 0; vertex < this.vertices; vertex++) {
      const level = levels[this.#partition.slotOf(vertex)]!
      if (level >= 0) yield [this.idOf(vertex), level]
    }
  }

  /** Ids on the tree's way from its source to the vertex of `id`; empty if that was not reached. */
  pathTo(tree: BfsTree, id: number): number[] {
    const vertex = this.vertexOf(id)
    if (vertex === undefined) return []
    const slots = treePath(tree, this.#partition.slotOf(vertex))
    return slots.map((slot) => this.idOf(this.#partition.vertexAt(slot)))
  }

  /** Gives the graph's memory back on all cores. */
  async free(core: Core): Promise<void> {
    await free(core, this.#handles.search)
    await free(core, this.#handles.graph)
  }

  #isVertex(vertex: number): boolean {
    return Number.isInteger(vertex) && vertex >= 0 && vertex < this.vertices
  }

  #onParts<R>(core: Core, call: (part: ObjectAddress<GraphPart>) => Promise<R>): Promise<R[]> {
    const { graph } = this.#handles
    return Promise.all(Array.from({ length: core.cores }, (_, on) => call(graph.on(on))))
  }
}

function wrong(reason: string): BfsVerdict {
  return { isRight: false, reason }
}
