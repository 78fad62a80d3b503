/**
 * Files that the command line writes besides its report: refused early if they cannot be, or must
 * not be, written.
 */
import { open, stat } from 'node:fs/promises'
import type { WatchOptions } from '@orujo/cli'
import type { GraphName } from './graph-name.ts'

/** Lines written at a time. */
const LINES_PER_WRITE = 1 << 14

/** A file that was asked for cannot be written. */
class OutFileError extends Error {
  readonly code = 'GRAPH_WRITE'

  constructor(path: string, reason: string, cause?: unknown) {
    super(`cannot write '${path}': ${reason}`, { cause })
    this.name = 'OutFileError'
  }

  /** For what the file system had against it. */
  static from(path: string, cause: unknown): OutFileError {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = { ENOENT: 'there is no such directory', EISDIR: 'it is a directory' }
    return new OutFileError(path, reason[code as keyof typeof reason] ?? message, cause)
  }
}

/** The file of `--out`. */
export interface OutFile extends AsyncDisposable {
  /** Writes lines, each with its end. */
  write(lines: Iterable<string>): Promise<void>
}

/** Opens the file before the work, so that a wrong path costs no time. */
export async function openOut(
  path: string | undefined,
  graph: GraphName,
): Promise<OutFile | undefined> {
  if (path === undefined) return undefined
  if (graph.kind === 'file' && (await isSameFile(path, graph.path))) {
    throw new OutFileError(path, 'it is the graph')
  }
  const failed = (cause: unknown): never => {
    throw OutFileError.from(path, cause)
  }
  const file = await open(path, 'w').catch(failed)
  return {
    write: async (lines) => {
      for (const some of inBatches(lines)) await file.appendFile(some).catch(failed)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** The files that a command names. */
interface FileOptions extends WatchOptions {
  readonly graph: GraphName
  readonly out?: string
}

/** The trace must not take the place of what is read or written besides. */
export async function checkTraceFile({ trace, graph, out }: FileOptions): Promise<void> {
  if (trace === undefined) return
  if (graph.kind === 'file' && (await isSameFile(trace, graph.path))) {
    throw new OutFileError(trace, 'it is the graph')
  }
  if (out !== undefined && (await isSameFile(trace, out))) {
    throw new OutFileError(trace, 'it is the file of --out')
  }
}

/** Whether both paths lead to one file, by whatever names. */
async function isSameFile(path: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.allSettled([stat(path), stat(other)])
  if (a.status === 'rejected' || b.status === 'rejected') return false
  return a.value.ino === b.value.ino && a.value.dev === b.value.dev
}

function* inBatches(lines: Iterable<string>): Generator<string> {
  let batch: string[] = []
  for (const line of lines) {
    batch.push(line)
    if (batch.length < LINES_PER_WRITE) continue
    yield batch.join('')
    batch = []
  }
  yield batch.join('')
}
