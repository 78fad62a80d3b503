/**
 * Compressed sparse rows: for each vertex the ascending list of its neighbours, each once, without
 * itself. Built by counting; the same code builds a whole graph and one core's part of it.
 */
import { GraphError } from './errors.ts'

/** Longest list that insertion sorts faster than the typed array's own sort, call included. */
const INSERTION_LENGTH = 24
/** Int32Array indexes must hold the number of arcs. */
const MAX_ARCS = 2 ** 31 - 1

/** Neighbours of row r: targets[offsets[r]] up to targets[offsets[r + 1] - 1]. */
export interface Adjacency {
  readonly offsets: Int32Array
  readonly targets: Int32Array
}

/** A whole graph in one thread. Undirected graphs have each edge in both rows. */
export interface Csr {
  readonly vertices: number
  readonly isDirected: boolean
  readonly outgoing: Adjacency
  /** The same object as `outgoing` in an undirected graph. */
  readonly incoming: Adjacency
  /** Distinct edges, self loops apart. */
  readonly edges: number
  readonly selfLoops: number
}

/** Adjacency of `rows` rows from chunks of pairs row, target in any order, duplicates included. */
export function buildAdjacency(rows: number, chunks: readonly Int32Array[]): Adjacency {
  const arcs = chunks.reduce((sum, chunk) => sum + chunk.length / 2, 0)
  if (arcs > MAX_ARCS) {
    throw new GraphError(
      'GRAPH_SIZE',
      `${arcs} arcs are too many for one core, which can hold ${MAX_ARCS}: use more cores`,
    )
  }
  const offsets = new Int32Array(rows + 1)
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i += 2) offsets[chunk[i]! + 1]!++
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!
  const targets = new Int32Array(arcs)
  const next = offsets.slice()
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i += 2) targets[next[chunk[i]!]!++] = chunk[i + 1]!
  }
  return withoutDuplicates(offsets, targets)
}

/** A graph of vertices 0 to `vertices` - 1 from chunks of pairs from, to. */
export function buildCsr(
  vertices: number,
  chunks: readonly Int32Array[],
  isDirected: boolean,
): Csr {
  const selfLoops = chunks.reduce((sum, chunk) => sum + countSelfLoops(chunk), 0)
  const forward = chunks.map((chunk) => withoutSelfLoops(chunk))
  const backward = forward.map((chunk) => reversed(chunk))
  if (!isDirected) {
    const both = buildAdjacency(vertices, [...forward, ...backward])
    const edges = both.targets.length / 2
    return { vertices, isDirected, outgoing: both, incoming: both, edges, selfLoops }
  }
  const outgoing = buildAdjacency(vertices, forward)
  const incoming = buildAdjacency(vertices, backward)
  const edges = outgoing.targets.length
  return { vertices, isDirected, outgoing, incoming, edges, selfLoops }
}

/** Sorts each row and closes the gaps that duplicates leave. Takes over its arguments. */
function withoutDuplicates(offsets: Int32Array, targets: Int32Array): Adjacency {
  let length = 0
  let begin = 0
  for (let row = 0; row < offsets.length - 1; row++) {
    const end = offsets[row + 1]!
    sortRange(targets, begin, end)
    const start = length
    for (let i = begin; i < end; i++) {
      const target = targets[i]!
      if (length === start || targets[length - 1] !== target) targets[length++] = target
    }
    offsets[row + 1] = length
    begin = end
  }
  return { offsets, targets: length === targets.length ? targets : targets.slice(0, length) }
}

function sortRange(values: Int32Array, begin: number, end: number): void {
  if (end - begin > INSERTION_LENGTH) {
    values.subarray(begin, end).sort()
    return
  }
  for (let i = begin + 1; i < end; i++) {
    const value = values[i]!
    let hole = i
    for (; hole > begin && values[hole - 1]! > value; hole--) values[hole] = values[hole - 1]!
    values[hole] = value
  }
}

function countSelfLoops(chunk: Int32Array): number {
  let loops = 0
  for (let i = 0; i < chunk.length; i += 2) if (chunk[i] === chunk[i + 1]) loops++
  return loops
}

function withoutSelfLoops(chunk: Int32Array): Int32Array {
  const kept = new Int32Array(chunk.length)
  let length = 0
  for (let i = 0; i < chunk.length; i += 2) {
    if (chunk[i] === chunk[i + 1]) continue
    kept[length++] = chunk[i]!
    kept[length++] = chunk[i + 1]!
  }
  return kept.subarray(0, length)
}

function reversed(chunk: Int32Array): Int32Array {
  const swapped = new Int32Array(chunk.length)
  for (let i = 0; i < chunk.length; i += 2) {
    swapped[i] = chunk[i + 1]!
    swapped[i + 1] = chunk[i]!
  }
  return swapped
}
