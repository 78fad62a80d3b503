/**
 * Recorder: writes what one endpoint does into its trace ring. It exists only where a trace was
 * asked for; loop, outboxes and endpoint call it once per batch, turn or task.
 *
 * Access      its endpoint's thread only.
 * Bounds      as the ring's; a suspended task or wait whose record was overwritten meanwhile is
 *             written anew when it ends, so that long ones, which matter most, are not lost.
 */
import { COUNTER } from '../metrics.ts'
import {
  FRAGMENT_FIRST,
  FRAGMENT_MORE,
  HandlerTable,
  REPLY_COUNTED,
  REPLY_ERROR,
  REPLY_NUMBER,
  REPLY_VOID,
  definitionOf,
} from '../message/handlers.ts'
import type { OutboxTrace } from '../message/outbox.ts'
import type { LoopTrace } from '../task/scheduler.ts'
import { TRACE, type TraceRing } from '../trace.ts'
import { PAD, frameOperation, frameWords } from '../transport/frame.ts'
import type { RingReader, RingWriter } from '../transport/ring.ts'
import type { StealTrace } from './stealing.ts'
import type { HostedTask } from './task-run.ts'
import type { UnboundTrace } from './unbound.ts'

/** Subjects that are no definition: answers, pieces of long messages, other control messages. */
export const ANSWERS = -1
export const PIECES = -2
export const CONTROL = -3

/** Shorter turns of microtasks and of the event loop are not worth a record, in milliseconds. */
const RESUMED_MIN_MS = 0.002
const EVENT_LOOP_MIN_MS = 0.05

/** A record that may be overwritten before it ends. */
interface Lasting {
  readonly record: number
  readonly startMs: number
}

export class Recorder implements OutboxTrace, LoopTrace, StealTrace, UnboundTrace {
  readonly #ring: TraceRing
  readonly #now: () => number
  readonly #counters: Float64Array
  #table = new HandlerTable([])
  /** Tasks that have suspended and not ended. */
  readonly #suspended = new Map<HostedTask, Lasting>()
  /** The task in its first section. */
  #task: HostedTask | undefined = undefined
  #taskRecord = 0
  #taskStartMs = 0
  #batchRecord = 0
  #receivedBefore = 0
  #flushRecord = 0
  #flushMessages = 0
  #parkRecord = 0
  #unboundRecord = 0
  #stealStartMs = 0
  #drain: Lasting | undefined = undefined
  #queuedTasks = 0
  #queuedWords = 0

  /** `now`: the endpoint's clock. `counters`: its row of metrics. */
  constructor(ring: TraceRing, now: () => number, counters: Float64Array) {
    this.#ring = ring
    this.#now = now
    this.#counters = counters
  }

  /** Agrees on the numbers of definitions. Once, before the first message. */
  useTable(table: HandlerTable): void {
    this.#table = table
  }

  taskStarted(task: HostedTask): void {
    const now = this.#now()
    this.#noteQueues(now)
    this.#task = task
    this.#taskStartMs = now
    this.#taskRecord = this.#ring.begin(TRACE.task, now, this.#subjectOf(task), 0, 0, 0, 0)
  }

  /** The task's first section is over, and the task is not. */
  taskSuspended(task: HostedTask): void {
    if (this.#task !== task) return
    this.#task = undefined
    const startMs = this.#taskStartMs
    this.#ring.end(this.#taskRecord, this.#now(), 0)
    const record = this.#ring.begin(TRACE.lifetime, startMs, this.#subjectOf(task), 0, 0, 0, 0)
    this.#suspended.set(task, { record, startMs })
  }

  taskEnded(task: HostedTask): void {
    const now = this.#now()
    if (this.#task === task) {
      this.#task = undefined
      this.#ring.end(this.#taskRecord, now, 0)
      return
    }
    const lasting = this.#suspended.get(task)
    if (lasting === undefined) return
    this.#suspended.delete(task)
    this.#endLasting(TRACE.lifetime, lasting, now, this.#subjectOf(task), 0)
  }

  /** Everything between `reader.head` and `reader.tail` is about to be handled. */
  receiving(src: number, reader: RingReader): void {
    const { head, tail } = reader
    const subject = subjectOfWords(reader.i32, reader.capacity, head, tail)
    const words = (tail - head) | 0
    this.#receivedBefore = this.#counters[COUNTER.received]!
    this.#batchRecord = this.#ring.begin(TRACE.batch, this.#now(), subject, src, 0, words, tail)
  }

  received(): void {
    const now = this.#now()
    const messages = this.#counters[COUNTER.received]! - this.#receivedBefore
    this.#ring.end(this.#batchRecord, now, messages)
    this.#noteQueues(now)
  }

  publishing(dst: number, writer: RingWriter, messages: number): void {
    const { published, tail } = writer
    const subject = subjectOfWords(writer.i32, writer.capacity, published, tail)
    const words = (tail - published) | 0
    this.#flushMessages = messages
    // Before the words can be seen, so that nobody seems to receive what is not yet sent.
    const now = this.#now()
    this.#flushRecord = this.#ring.begin(TRACE.flush, now, subject, dst, messages, words, tail)
  }

  published(): void {
    const now = this.#now()
    this.#ring.end(this.#flushRecord, now, this.#flushMessages)
    this.#noteQueues(now)
  }

  parking(): void {
    const now = this.#now()
    this.#noteQueues(now)
    this.#parkRecord = this.#ring.begin(TRACE.park, now, 0, 0, 0, 0, 0)
  }

  unparked(): void {
    this.#ring.end(this.#parkRecord, this.#now(), 0)
  }

  drainBegun(): void {
    if (this.#drain !== undefined) return
    const startMs = this.#now()
    this.#drain = { record: this.#ring.begin(TRACE.drain, startMs, 0, 0, 0, 0, 0), startMs }
  }

  drainEnded(waiters: number): void {
    if (this.#drain === undefined) return
    this.#endLasting(TRACE.drain, this.#drain, this.#now(), 0, waiters)
    this.#drain = undefined
  }

  resumed(sinceMs: number): void {
    this.#noteTurn(TRACE.resumed, sinceMs, RESUMED_MIN_MS)
  }

  breathed(sinceMs: number): void {
    this.#noteTurn(TRACE.eventLoop, sinceMs, EVENT_LOOP_MIN_MS)
  }

  stealing(): void {
    this.#stealStartMs = this.#now()
  }

  stolen(victim: number, tasks: number): void {
    const record = this.#ring.begin(TRACE.steal, this.#stealStartMs, 0, victim, tasks, 0, 0)
    this.#ring.end(record, this.#now(), tasks)
  }

  unboundStarting(): void {
    this.#unboundRecord = this.#ring.begin(TRACE.unbound, this.#now(), 0, 0, 0, 0, 0)
  }

  unboundStarted(tasks: number): void {
    this.#ring.end(this.#unboundRecord, this.#now(), tasks)
  }

  #noteTurn(kind: number, sinceMs: number, minMs: number): void {
    const now = this.#now()
    if (now - sinceMs < minMs) return
    this.#ring.end(this.#ring.begin(kind, sinceMs, 0, 0, 0, 0, 0), now, 0)
  }

  /** Records the depth of the queues if it has changed. */
  #noteQueues(now: number): void {
    const tasks = this.#counters[COUNTER.queuedTasks]! + this.#counters[COUNTER.queuedUnbound]!
    const words = this.#counters[COUNTER.queuedWords]!
    if (tasks === this.#queuedTasks && words === this.#queuedWords) return
    this.#queuedTasks = tasks
    this.#queuedWords = words
    this.#ring.end(this.#ring.begin(TRACE.queues, now, 0, 0, tasks, words, 0), now, tasks)
  }

  #endLasting(kind: number, lasting: Lasting, now: number, subject: number, count: number): void {
    const { record, startMs } = lasting
    if (this.#ring.end(record, now, count)) return
    this.#ring.end(this.#ring.begin(kind, startMs, subject, 0, count, 0, 0), now, count)
  }

  #subjectOf(task: HostedTask): number {
    return packSubject(this.#table.idOf(task.definition), false)
  }
}

/** What a record is about: a definition's number, or ANSWERS, PIECES or CONTROL; and if more. */
export interface Subject {
  readonly id: number
  readonly isMixed: boolean
}

function packSubject(id: number, isMixed: boolean): number {
  return (id << 1) | Number(isMixed)
}

export function unpackSubject(subject: number): Subject {
  return { id: subject >> 1, isMixed: (subject & 1) === 1 }
}

/** The frames of `words` from position `from` up to `to`: the first definition, else whatever. */
function subjectOfWords(i32: Int32Array, capacity: number, from: number, to: number): number {
  let first: number | undefined
  let isMixed = false
  for (let position = from; position !== to && !(isMixed && first! >= 0);) {
    const at = position & (capacity - 1)
    const low = i32[2 * at]!
    if (low === PAD) {
      position = (position + capacity - at) | 0
      continue
    }
    position = (position + frameWords(low)) | 0
    const id = idOf(frameOperation(low))
    if (first === undefined) first = id
    else if (id !== first) {
      isMixed = true
      if (first < 0) first = id
    }
  }
  return packSubject(first ?? CONTROL, isMixed)
}

function idOf(operation: number): number {
  const id = definitionOf(operation)
  if (id >= 0) return id
  if (operation === FRAGMENT_FIRST || operation === FRAGMENT_MORE) return PIECES
  const isAnswer =
    operation === REPLY_VOID ||
    (operation >= REPLY_NUMBER && operation <= REPLY_ERROR + REPLY_COUNTED)
  return isAnswer ? ANSWERS : CONTROL
}
