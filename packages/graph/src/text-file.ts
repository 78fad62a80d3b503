/**
 * Text file: whole lines of a byte range, so that many cores can each read a part of one file.
 *
 * A file is cut into slices of equal length; a line belongs to the slice that holds its first byte.
 * Compressed data (gzip, known by its first bytes) cannot be entered in the middle, so slice 0 has
 * all of it. Nothing ever holds more than a block of text.
 *
 * Failure     a line that does not fit its format is an outcome (`Malformed`), because it may be
 *             found on another core than the one that reports it; a file that cannot be read or
 *             unpacked is an exception.
 * Bounds      a line has at most MAX_LINE_BYTES bytes; more is malformed, which is how a file that
 *             is no text at all is told.
 */
import { createReadStream, type ReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { EdgeSink } from './edge-buffer.ts'
import { GraphError, GraphFormatError } from './errors.ts'

/** Bytes asked of the file system at a time: large enough that the asking costs nothing. */
const BLOCK_BYTES = 1 << 20
/** A line of an edge list needs 50 bytes; the longest of WordNet has 16 thousand. */
const MAX_LINE_BYTES = 1 << 20
/** Bytes of an offending line that a message shows. */
const SHOWN_BYTES = 40
const NEWLINE = 10
/** The mark with which some editors begin a text in UTF-8. */
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf)

/** A file that was there when it was looked at. Plain data, so that it can be sent to cores. */
export interface TextFile {
  readonly path: string
  /** Length on disk in bytes. */
  readonly bytes: number
  readonly isCompressed: boolean
}

/** Part `index` of `count` equal parts. */
export interface Slice {
  readonly index: number
  readonly count: number
}

/** A line that does not fit. Offsets count unpacked bytes from the start of the file. */
export interface Malformed {
  readonly path: string
  readonly offset: number
  readonly expected: string
  readonly found: string
}

/** Turns whole lines into edges. */
export interface LineParser {
  /** What a line should hold, for messages. */
  readonly expected: string
  /** Reads `lines`, all ended by newlines; the index of the first bad line, -1 if all are good. */
  parse(lines: Uint8Array, sink: EdgeSink): number
}

/** Looks at a file: that it can be read, how long it is, whether it is compressed. */
export async function openTextFile(path: string): Promise<TextFile> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const stat = await handle.stat()
    if (!stat.isFile()) throw new GraphError('GRAPH_READ', `'${path}' is not a file`)
    const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0)
    const isCompressed = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
    return { path, bytes: stat.size, isCompressed }
  } catch (error) {
    throw readError(path, error)
  } finally {
    await handle?.close()
  }
}

/**
 * Feeds the lines of one slice to `parser`. `onProgress` is told the bytes read from disk since it
 * was last told. Suspends between blocks.
 */
export async function parseSlice(
  file: TextFile,
  slice: Slice,
  parser: LineParser,
  sink: EdgeSink,
  onProgress: (bytes: number) => void,
): Promise<Malformed | undefined> {
  const { begin, end } = byteRange(file, slice)
  if (begin >= end) return undefined
  // From the byte before the slice: if that is a newline, the line at `begin` is ours.
  const start = Math.max(0, begin - 1)
  const stream = createReadStream(file.path, { start, highWaterMark: BLOCK_BYTES })
  let offset = start
  let isSkipping = begin > 0
  let reported = 0
  for await (const block of lineBlocks(file, stream)) {
    if (block.isTooLong) return tooLong(file.path, offset, block.bytes)
    const { bytes } = block
    const first = offset === 0 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0
    const from = isSkipping ? bytes.indexOf(NEWLINE) + 1 : first
    const to = endWithin(bytes, end - offset)
    isSkipping = false
    const bad = from < to ? parser.parse(bytes.subarray(from, to), sink) : -1
    if (bad >= 0) return malformed(file.path, offset, bytes, from + bad, parser.expected)
    offset += bytes.length
    onProgress(stream.bytesRead - reported)
    reported = stream.bytesRead
    if (offset >= end) break
  }
  return undefined
}

/** The error for a malformed line, with its number, for which the file is read once more. */
export async function formatError(fault: Malformed): Promise<GraphFormatError> {
  const file = await openTextFile(fault.path)
  let line = 1
  let offset = 0
  for await (const chunk of chunks(file, createReadStream(file.path))) {
    const before = chunk.subarray(0, Math.max(0, fault.offset - offset))
    for (let at = before.indexOf(NEWLINE); at >= 0; at = before.indexOf(NEWLINE, at + 1)) line++
    offset += chunk.length
    if (offset >= fault.offset) break
  }
  return new GraphFormatError({ ...fault, file: file.path, line })
}

function startsWithMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)
}

function byteRange(file: TextFile, slice: Slice): { begin: number; end: number } {
  if (file.isCompressed) return { begin: 0, end: slice.index === 0 ? Infinity : 0 }
  return {
    begin: Math.floor((file.bytes * slice.index) / slice.count),
    end: Math.floor((file.bytes * (slice.index + 1)) / slice.count),
  }
}

/** Index after the last line of `bytes` that starts before index `limit`. */
function endWithin(bytes: Uint8Array, limit: number): number {
  if (limit >= bytes.length) return bytes.length
  return limit <= 0 ? 0 : bytes.indexOf(NEWLINE, limit - 1) + 1
}

interface Block {
  /** Whole lines, the last one ended too; valid until the next block is asked for. */
  readonly bytes: Uint8Array
  /** No line end within MAX_LINE_BYTES: `bytes` is the start of that line. */
  readonly isTooLong: boolean
}

async function* lineBlocks(file: TextFile, stream: ReadStream): AsyncGenerator<Block> {
  const buffer = new Uint8Array(MAX_LINE_BYTES + BLOCK_BYTES + 1)
  let held = 0
  for await (const chunk of chunks(file, stream)) {
    buffer.set(chunk, held)
    held += chunk.length
    const end = buffer.lastIndexOf(NEWLINE, held - 1) + 1
    if (end > 0) {
      yield { bytes: buffer.subarray(0, end), isTooLong: false }
      buffer.copyWithin(0, end, held)
      held -= end
    }
    if (held > MAX_LINE_BYTES) yield { bytes: buffer.subarray(0, held), isTooLong: true }
  }
  if (held === 0) return
  buffer[held] = NEWLINE
  yield { bytes: buffer.subarray(0, held + 1), isTooLong: false }
}

/** Unpacked bytes of a stream over a file, in pieces of at most BLOCK_BYTES. */
async function* chunks(file: TextFile, stream: ReadStream): AsyncGenerator<Uint8Array> {
  // The callback does nothing because an error also reaches the loop below.
  const unpacked = file.isCompressed
    ? pipeline(stream, createGunzip({ chunkSize: BLOCK_BYTES >> 2 }), () => undefined)
    : stream
  try {
    yield* unpacked
  } catch (error) {
    throw readError(file.path, error)
  } finally {
    stream.destroy()
  }
}

function tooLong(path: string, offset: number, bytes: Uint8Array): Malformed {
  return malformed(path, offset, bytes, 0, `lines of at most ${MAX_LINE_BYTES} bytes`)
}

function malformed(
  path: string,
  offset: number,
  bytes: Uint8Array,
  index: number,
  expected: string,
): Malformed {
  const newline = bytes.indexOf(NEWLINE, index)
  const end = newline < 0 ? bytes.length : newline
  const text = Buffer.from(bytes.subarray(index, Math.min(end, index + SHOWN_BYTES))).toString()
  const rest = end > index + SHOWN_BYTES ? '...' : ''
  return { path, offset: offset + index, expected, found: quote(text.trimEnd()) + rest }
}

/** Text in single quotes in which nothing can upset a terminal, and nothing is invisible. */
function quote(text: string): string {
  const quoted = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return `'${quoted.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter)}'`
}

function escapeCharacter(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
}

function readError(path: string, error: unknown): Error {
  if (error instanceof GraphError || !(error instanceof Error)) return error as Error
  const code = 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR') {
    const found = 'an early end: the file was cut short'
    return new GraphFormatError(gzipFault(path, found), { cause: error })
  }
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new GraphFormatError(gzipFault(path, error.message), { cause: error })
  }
  const reason = code === 'ENOENT' ? 'there is no such file' : error.message
  return new GraphError('GRAPH_READ', `cannot read '${path}': ${reason}`, { cause: error })
}

function gzipFault(path: string, found: string) {
  return { file: path, line: undefined, expected: 'sound gzip data', found }
}
