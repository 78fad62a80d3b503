/**
 * Trace file: where the records of a runtime go when it closes.
 *
 * States      open (empty, made at launch so that a wrong path is told then) -> written |
 *             given up (if the threads cannot even be ended) -> closed.
 * Ownership   the runtime's: it closes the file, written or not.
 * Bounds      events are made and written CHUNK_EVENTS at a time, however many there are; what
 *             is kept meanwhile: trace-events.ts.
 * Failure     ORUJO_OPTION if it cannot be opened, ORUJO_TRACE if it cannot be written.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'

import { Recorder } from '../delegate/recorder.ts'
import { OrujoError } from '../errors.ts'
import type { LoopClock } from '../task/scheduler.ts'
import { TraceRing, traceBytes } from '../trace.ts'
import { type Recording, traceEvents } from './trace-events.ts'

/** What became of a trace. */
export interface TraceSummary {
  /** Absolute path. */
  readonly file: string
  /** Records in the file. */
  readonly records: number
  /** Records that later ones took the place of; then raise `eventsPerCore`. */
  readonly lost: number
}

/** The shared memory behind the records of all endpoints; can be posted to a thread as it is. */
export interface TraceMemory {
  readonly memory: SharedArrayBuffer
  /** Records of each endpoint. */
  readonly capacity: number
}

/** Events written at a time: some 100 KiB. */
const CHUNK_EVENTS = 1024

export function traceMemory(endpoints: number, capacity: number): TraceMemory {
  return { memory: new SharedArrayBuffer(traceBytes(endpoints, capacity)), capacity }
}

/** Records of endpoint `id`. */
export function traceRing({ memory, capacity }: TraceMemory, id: number): TraceRing {
  return new TraceRing(memory, capacity, id)
}

/** The recorder of endpoint `id`; none without memory for it. */
export function recorderIn(
  trace: TraceMemory | undefined,
  id: number,
  clock: LoopClock,
  counters: Float64Array,
): Recorder | undefined {
  if (trace === undefined) return undefined
  return new Recorder(traceRing(trace, id), () => clock.now(), counters)
}

export class TraceFile {
  readonly #path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  /** Makes the file, or empties it. */
  static async open(file: string): Promise<TraceFile> {
    const path = resolve(file)
    try {
      return new TraceFile(path, await open(path, 'w'))
    } catch (cause) {
      throw failure('ORUJO_OPTION', `The file of launch({ trace }) cannot be opened`, cause)
    }
  }

  /** Writes `recording`. Once. */
  async write(recording: Recording): Promise<TraceSummary> {
    try {
      for (const chunk of chunksOf(recording)) await this.#handle.appendFile(chunk)
    } catch (cause) {
      throw failure('ORUJO_TRACE', `The trace cannot be written`, cause)
    }
    const { rings } = recording
    const lost = rings.reduce((sum, ring) => sum + ring.lost, 0)
    const records = rings.reduce((sum, ring) => sum + ring.written, 0) - lost
    return { file: this.#path, records, lost }
  }

  /** Closes the file, written or not. */
  close(): Promise<void> {
    return this.#handle.close()
  }
}

function* chunksOf(recording: Recording): Generator<string> {
  let text = '{"displayTimeUnit":"ns","traceEvents":[\n'
  let events = 0
  for (const event of traceEvents(recording)) {
    text += (events === 0 ? '' : ',\n') + JSON.stringify(event)
    if (++events % CHUNK_EVENTS !== 0) continue
    yield text
    text = ''
  }
  yield `${text}\n]}\n`
}

function failure(code: 'ORUJO_OPTION' | 'ORUJO_TRACE', what: string, cause: unknown): OrujoError {
  return new OrujoError(code, `${what}: ${(cause as Error).message}.`, { cause })
}
