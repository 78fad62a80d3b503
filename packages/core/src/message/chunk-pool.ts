/**
 * Chunk pool: memory in which the messages of one endpoint wait for full rings. Chunks are used
 * again, because a fresh one is half a megabyte of zeros and brings the next garbage collection
 * nearer, each time a producer is faster than its reader.
 */
import { MAX_FRAME_WORDS } from '../transport/frame.ts'

/** Words of one chunk: as many as the longest frame has. */
export const CHUNK_WORDS = MAX_FRAME_WORDS + 1
/** Chunks kept for use: a full ring rarely needs more than one, and few are full at once. */
const MOST_SPARES = 4

export interface Chunk {
  readonly f64: Float64Array
  /** The same words as 32-bit halves. */
  readonly i32: Int32Array
  /** Words moved to the ring. */
  begin: number
  /** Words written. */
  end: number
}

export class ChunkPool {
  readonly #spares: Chunk[] = []

  /** An empty chunk. What it holds is left from earlier use. */
  take(): Chunk {
    const spare = this.#spares.pop()
    if (spare !== undefined) return spare
    const f64 = new Float64Array(CHUNK_WORDS)
    return { f64, i32: new Int32Array(f64.buffer), begin: 0, end: 0 }
  }

  /** Takes back a chunk that nobody looks at any more. */
  give(chunk: Chunk): void {
    if (this.#spares.length === MOST_SPARES) return
    chunk.begin = 0
    chunk.end = 0
    this.#spares.push(chunk)
  }
}
