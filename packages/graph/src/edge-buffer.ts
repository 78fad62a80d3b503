/**
 * Edge buffer: grows with the edges that a reader finds, without moving those it has. Ids are kept
 * in 4 bytes as long as they fit, in 8 from the first that does not.
 */

/** Edges per chunk: large enough to make chunks rare, small enough for a small graph. */
const CHUNK_EDGES = 1 << 16
const MAX_UINT32 = 0xffff_ffff

/** Takes what a reader finds. Ids are whole numbers from 0 to Number.MAX_SAFE_INTEGER. */
export interface EdgeSink {
  addEdge(from: number, to: number): void
  /** A vertex of which no edge may tell. */
  addVertex(id: number): void
}

/** Pairs from, to. */
export type EdgeChunk = Uint32Array | Float64Array

export class EdgeBuffer implements EdgeSink {
  readonly #full: EdgeChunk[] = []
  readonly #vertices: number[] = []
  #chunk: EdgeChunk = new Uint32Array(2 * CHUNK_EDGES)
  #isWide = false
  #used = 0

  /** Edges added so far. */
  get edges(): number {
    return this.#full.length * CHUNK_EDGES + this.#used / 2
  }

  /** Ids given to `addVertex`. */
  get vertices(): readonly number[] {
    return this.#vertices
  }

  addEdge(from: number, to: number): void {
    if (this.#used === 2 * CHUNK_EDGES) this.#startChunk()
    if (!this.#isWide && (from > MAX_UINT32 || to > MAX_UINT32)) this.#widen()
    this.#chunk[this.#used++] = from
    this.#chunk[this.#used++] = to
  }

  addVertex(id: number): void {
    this.#vertices.push(id)
  }

  /** All edges in the order in which they came. */
  chunks(): EdgeChunk[] {
    return [...this.#full, this.#chunk.subarray(0, this.#used)]
  }

  #startChunk(): void {
    this.#full.push(this.#chunk)
    this.#chunk = this.#isWide
      ? new Float64Array(2 * CHUNK_EDGES)
      : new Uint32Array(2 * CHUNK_EDGES)
    this.#used = 0
  }

  #widen(): void {
    const wide = new Float64Array(2 * CHUNK_EDGES)
    wide.set(this.#chunk)
    this.#chunk = wide
    this.#isWide = true
  }
}
