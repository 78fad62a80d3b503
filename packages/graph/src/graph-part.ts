/**
 * Graph part: what one core has of a distributed graph. Rows are the core's vertices, targets are
 * slots of the partition.
 *
 * States      reading (edges as found, ids of the input) -> scattering (arcs by row, from all
 *             cores) -> built (adjacency). Memory of a state is given up when the next begins.
 * Access      home core only.
 */
import { InvariantError } from '@orujo/core'
import { buildAdjacency, type Adjacency } from './csr.ts'
import { EdgeBuffer, type EdgeChunk } from './edge-buffer.ts'
import { Partition } from './partition.ts'

/** Arcs by row as they arrived: pairs of row and slot. */
interface Arcs {
  readonly outgoing: Int32Array[]
  /** The same list as `outgoing` in an undirected graph. */
  readonly incoming: Int32Array[]
}

const NO_ROWS: Adjacency = { offsets: new Int32Array(1), targets: new Int32Array(0) }

export class GraphPart {
  readonly core: number
  partition = new Partition(0, 1)
  outgoing = NO_ROWS
  /** The same as `outgoing` in an undirected graph. */
  incoming = NO_ROWS
  /** What this core read of the input. */
  #found: EdgeBuffer | undefined = new EdgeBuffer()
  #arcs: Arcs | undefined

  constructor(core: number) {
    this.core = core
  }

  /** Vertices of this core. */
  get rows(): number {
    return this.partition.rowsOf(this.core)
  }

  /** The slot of this core's first row. */
  get firstSlot(): number {
    return this.partition.firstSlotOf(this.core)
  }

  /** Where the edges that this core reads go. */
  get sink(): EdgeBuffer {
    if (this.#found === undefined) {
      throw new InvariantError('This part of a graph has been read already.')
    }
    return this.#found
  }

  /** The edges that this core read. Only once: they are then the caller's. */
  takeFound(): EdgeChunk[] {
    const chunks = this.sink.chunks()
    this.#found = undefined
    return chunks
  }

  /** Begins to take arcs for a graph of `vertices` vertices. */
  open(vertices: number, cores: number, isDirected: boolean): void {
    const outgoing: Int32Array[] = []
    this.partition = new Partition(vertices, cores)
    this.#arcs = { outgoing, incoming: isDirected ? [] : outgoing }
  }

  /** Takes pairs of row and slot: arcs that leave the row, or that reach it. */
  addArcs(isOutgoing: boolean, pairs: Int32Array): void {
    if (this.#arcs === undefined) {
      throw new InvariantError('This part of a graph takes no arcs now.')
    }
    if (isOutgoing) this.#arcs.outgoing.push(pairs)
    else this.#arcs.incoming.push(pairs)
  }

  /** Makes adjacency of the arcs. How many distinct arcs leave this core's vertices. */
  build(): number {
    if (this.#arcs === undefined) {
      throw new InvariantError('This part of a graph was built already.')
    }
    const { outgoing, incoming } = this.#arcs
    this.#arcs = undefined
    this.outgoing = buildAdjacency(this.rows, outgoing)
    this.incoming = incoming === outgoing ? this.outgoing : buildAdjacency(this.rows, incoming)
    return this.outgoing.targets.length
  }

  /** The first vertex from `vertex` on that an edge leaves, of this core's; undefined if none. */
  vertexWithEdge(vertex: number): number | undefined {
    const { offsets } = this.outgoing
    const { cores } = this.partition
    for (let row = Math.max(0, Math.ceil((vertex - this.core) / cores)); row < this.rows; row++) {
      if (offsets[row] !== offsets[row + 1]) return row * cores + this.core
    }
    return undefined
  }
}
