/**
 * Sources of graphs: what they are, and how one slice of their edges is read. Plain data, so that a
 * source can be sent to all cores, each of which reads its own slice.
 */
import type { EdgeSink } from './edge-buffer.ts'
import { edgeListParser } from './edge-list.ts'
import { kroneckerEdgeCount, kroneckerEdges, kroneckerVertices } from './kronecker.ts'
import {
  openTextFile,
  parseSlice,
  type LineParser,
  type Malformed,
  type Slice,
  type TextFile,
} from './text-file.ts'
import { WORDNET_PARTS, wordNetDataPath, wordNetParser } from './wordnet-format.ts'

/** Edges generated between two chances for others to run. */
const GENERATED_EDGES = 1 << 16

export type GraphSource =
  | { readonly kind: 'edge-list'; readonly file: TextFile }
  | { readonly kind: 'wordnet'; readonly files: readonly TextFile[] }
  | { readonly kind: 'kronecker'; readonly scale: number; readonly seed: number }

/** What reading a slice needs besides the slice. */
export interface SliceReading {
  readonly sink: EdgeSink
  /** Told of each piece of work done, in the units of `sourceWork`. */
  readonly onProgress: (work: number) => void
  /** Lets others run; awaited between pieces that need no input. */
  readonly pause: () => Promise<void>
}

/** A file of edges, plain or compressed. */
export async function edgeListSource(path: string): Promise<GraphSource> {
  return { kind: 'edge-list', file: await openTextFile(path) }
}

/** The database files of WordNet in `directory`. */
export async function wordNetSource(directory: string): Promise<GraphSource> {
  const paths = WORDNET_PARTS.map((part) => wordNetDataPath(directory, part))
  return { kind: 'wordnet', files: await Promise.all(paths.map(openTextFile)) }
}

/** A generated graph. */
export function kroneckerSource(scale: number, seed: number): GraphSource {
  kroneckerVertices(scale)
  return { kind: 'kronecker', scale, seed }
}

/** All the work of reading a source: bytes on disk, or edges to generate. */
export function sourceWork(source: GraphSource): number {
  switch (source.kind) {
    case 'edge-list':
      return source.file.bytes
    case 'wordnet':
      return source.files.reduce((sum, file) => sum + file.bytes, 0)
    case 'kronecker':
      return kroneckerEdgeCount(source.scale)
  }
}

/** Vertices, if ids are already 0 to vertices - 1; undefined if they must be collected. */
export function knownVertices(source: GraphSource): number | undefined {
  return source.kind === 'kronecker' ? kroneckerVertices(source.scale) : undefined
}

/** Reads one slice into the sink. The outcome is the first line that does not fit, if any. */
export async function readSlice(
  source: GraphSource,
  slice: Slice,
  reading: SliceReading,
): Promise<Malformed | undefined> {
  switch (source.kind) {
    case 'edge-list':
      return await parse(source.file, slice, edgeListParser, reading)
    case 'wordnet':
      for (const [index, file] of source.files.entries()) {
        const parser = wordNetParser(WORDNET_PARTS[index]!)
        const fault = await parse(file, slice, parser, reading)
        if (fault !== undefined) return fault
      }
      return undefined
    case 'kronecker':
      await generate(source, slice, reading)
      return undefined
  }
}

async function parse(
  file: TextFile,
  slice: Slice,
  parser: LineParser,
  { sink, onProgress }: SliceReading,
): Promise<Malformed | undefined> {
  return await parseSlice(file, slice, parser, sink, onProgress)
}

async function generate(
  graph: { scale: number; seed: number },
  slice: Slice,
  { sink, onProgress, pause }: SliceReading,
): Promise<void> {
  const edges = kroneckerEdgeCount(graph.scale)
  const last = Math.floor((edges * (slice.index + 1)) / slice.count)
  let begin = Math.floor((edges * slice.index) / slice.count)
  while (begin < last) {
    const end = Math.min(last, begin + GENERATED_EDGES)
    const pairs = kroneckerEdges(graph, begin, end)
    for (let i = 0; i < pairs.length; i += 2) sink.addEdge(pairs[i]!, pairs[i + 1]!)
    onProgress(end - begin)
    begin = end
    await pause()
  }
}
