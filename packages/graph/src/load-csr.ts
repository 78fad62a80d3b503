/**
 * Loads a whole graph into one thread: the graph for the sequential baselines and for tests.
 */
import { buildCsr, type Csr } from './csr.ts'
import { EdgeBuffer, type EdgeChunk } from './edge-buffer.ts'
import { IdMap, IdSet } from './ids.ts'
import { knownVertices, readSlice, type GraphSource } from './source.ts'
import { formatError } from './text-file.ts'

/** A graph in one thread with the ids that its vertices have outside. */
export interface LoadedCsr {
  readonly csr: Csr
  /** Ids by vertex, ascending; undefined where a vertex's id is its number. */
  readonly ids: Float64Array | undefined
  /** Edges in the input, duplicates and self loops among them. */
  readonly inputEdges: number
}

/** Reads a source and builds its graph. */
export async function loadCsr(source: GraphSource, isDirected: boolean): Promise<LoadedCsr> {
  const sink = new EdgeBuffer()
  const whole = { index: 0, count: 1 }
  const reading = { sink, onProgress: () => undefined, pause: () => Promise.resolve() }
  const fault = await readSlice(source, whole, reading)
  if (fault !== undefined) throw await formatError(fault)
  const vertices = knownVertices(source)
  if (vertices !== undefined) {
    const chunks = sink.chunks().map((chunk) => Int32Array.from(chunk))
    return { csr: buildCsr(vertices, chunks, isDirected), ids: undefined, inputEdges: sink.edges }
  }
  const ids = collectIds(sink)
  const map = new IdMap(ids)
  const chunks = sink.chunks().map((chunk) => renumber(chunk, map))
  return { csr: buildCsr(ids.length, chunks, isDirected), ids, inputEdges: sink.edges }
}

/** Every id in a buffer, ascending. */
export function collectIds(buffer: EdgeBuffer): Float64Array {
  const ids = new IdSet()
  for (const chunk of buffer.chunks()) for (let i = 0; i < chunk.length; i++) ids.add(chunk[i]!)
  for (const id of buffer.vertices) ids.add(id)
  return ids.sorted()
}

/** The pairs of a chunk by number instead of id. */
export function renumber(chunk: EdgeChunk, map: IdMap): Int32Array {
  const numbers = new Int32Array(chunk.length)
  for (let i = 0; i < chunk.length; i++) numbers[i] = map.numberOf(chunk[i]!)
  return numbers
}
