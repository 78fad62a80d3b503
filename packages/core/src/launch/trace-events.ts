/**
 * Trace events: what the endpoints recorded, in the terms of the Trace Event Format, which Perfetto
 * and chrome://tracing read. Each endpoint is a process with one thread: slices lie on the thread's
 * track; what overlaps (suspended tasks, waits) on tracks of its own; queues are counters.
 *
 * Invariants  slices of one thread nest. Every flow that begins ends, every `b` has its `e`: what
 *             was overwritten on one side is left out on the other.
 * Bounds      events are made one by one, but of every publication and batch that the rings hold a
 *             Passage is kept until the end, when arrows are drawn: some 100 bytes a record.
 * Source      the format's description by the Chromium authors; "JSON trace" in Perfetto's docs.
 */
import { ANSWERS, CONTROL, PIECES, unpackSubject } from '../delegate/recorder.ts'
import { invariant } from '../errors.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { TRACE, type TraceRecord, type TraceRing } from '../trace.ts'

/** One event; `ts` and `dur` in microseconds. */
export interface TraceEvent {
  readonly ph: 'M' | 'X' | 'C' | 'b' | 'e' | 's' | 'f'
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: number
  readonly bp?: 'e'
  readonly args?: Readonly<Record<string, string | number | boolean>>
}

/** What was recorded, and how to read it. */
export interface Recording {
  /** By endpoint: cores in order, then the host. */
  readonly rings: readonly TraceRing[]
  readonly coresPerLocale: number
  /** By number. */
  readonly definitions: readonly AnyDefinition[]
  /** When whatever has not ended is taken to end. */
  readonly endMs: number
}

/** A publication or a batch, as far as arrows need it. */
interface Passage {
  readonly startMs: number
  readonly endMs: number
  readonly position: number
  readonly words: number
}

/** By source and destination. */
type Passages = Map<string, Passage[]>

/** All events. Slices of an endpoint come in the order in which they began to be recorded. */
export function* traceEvents(recording: Recording): Generator<TraceEvent> {
  const { rings } = recording
  const flushes: Passages = new Map()
  const batches: Passages = new Map()
  let id = 0
  for (const [endpoint, ring] of rings.entries()) {
    const writer = new EventWriter(recording, endpoint)
    yield* writer.names(ring.lost)
    for (const record of ring.records()) {
      if (record.kind === TRACE.flush) note(flushes, endpoint, record.peer, record, recording)
      if (record.kind === TRACE.batch) note(batches, record.peer, endpoint, record, recording)
      yield* writer.eventsOf(record, id++)
    }
  }
  for (let src = 0; src < rings.length; src++) {
    for (let dst = 0; dst < rings.length; dst++) {
      const pair = `${src}:${dst}`
      for (const flow of flowsOf(flushes.get(pair) ?? [], batches.get(pair) ?? [])) {
        const common = { name: 'batch', cat: 'flow', id: id++ }
        yield { ph: 's', ...common, ...track(src), ts: microseconds(flow.fromMs) }
        yield { ph: 'f', bp: 'e', ...common, ...track(dst), ts: microseconds(flow.toMs) }
      }
    }
  }
}

/**
 * Milliseconds as microseconds, to the nanosecond. Perfetto multiplies by 1000 and cuts off: the
 * result survives that, so that slices that nest go on nesting.
 */
export function microseconds(ms: number): number {
  const nanoseconds = Math.round(ms * 1e6)
  const value = nanoseconds / 1000
  return Math.trunc(value * 1000) === nanoseconds ? value : value * (1 + Number.EPSILON)
}

/** Process and thread of an endpoint; 0 means something else to the viewers. */
function track(endpoint: number): { pid: number; tid: number } {
  return { pid: endpoint + 1, tid: endpoint + 1 }
}

function note(
  passages: Passages,
  src: number,
  dst: number,
  record: TraceRecord,
  { endMs }: Recording,
): void {
  const pair = `${src}:${dst}`
  const list = passages.get(pair) ?? []
  passages.set(pair, list)
  const { startMs, durationMs, position, words } = record
  list.push({
    startMs,
    endMs: durationMs === undefined ? endMs : startMs + durationMs,
    position,
    words,
  })
}

/**
 * Which batch received which publication of one link. Both are in order; the first batch that ended
 * after a publication began is at most a ring away, so comparing positions modulo 2^32 is right.
 */
function* flowsOf(
  flushes: readonly Passage[],
  batches: readonly Passage[],
): Generator<{ fromMs: number; toMs: number }> {
  let next = 0
  for (const flush of flushes) {
    while (next < batches.length && isBefore(batches[next]!, flush)) next++
    const batch = batches[next]
    if (batch === undefined) return
    const isReceived = ((flush.position - batch.position + batch.words) | 0) > 0
    if (isReceived) {
      yield { fromMs: flush.startMs, toMs: Math.max(flush.startMs, batch.startMs) }
    }
  }
}

function isBefore(batch: Passage, flush: Passage): boolean {
  return batch.endMs <= flush.startMs || ((batch.position - flush.position) | 0) < 0
}

/** Turns the records of one endpoint into events. */
class EventWriter {
  readonly #recording: Recording
  readonly #endpoint: number
  readonly #track: { pid: number; tid: number }

  constructor(recording: Recording, endpoint: number) {
    this.#recording = recording
    this.#endpoint = endpoint
    this.#track = track(endpoint)
  }

  *names(lost: number): Generator<TraceEvent> {
    const { coresPerLocale } = this.#recording
    const name = this.#nameOf(this.#endpoint)
    const isCore = this.#endpoint < this.#recording.rings.length - 1
    const where = isCore ? ` (locale ${Math.floor(this.#endpoint / coresPerLocale)})` : ''
    const meta = { ph: 'M', ...this.#track } as const
    yield { ...meta, name: 'process_name', args: { name: `${name}${where}` } }
    yield { ...meta, name: 'process_sort_index', args: { sort_index: this.#endpoint } }
    yield { ...meta, name: 'thread_name', args: { name } }
    if (lost > 0) {
      yield { ...meta, name: 'process_labels', args: { labels: `${lost} older records lost` } }
    }
  }

  /** `id`: for what has a track of its own. */
  *eventsOf(record: TraceRecord, id: number): Generator<TraceEvent> {
    if (record.kind === TRACE.queues) yield* this.#counters(record)
    else if (record.kind >= TRACE.lifetime) yield* this.#span(record, id)
    else yield this.#slice(record)
  }

  *#counters({ startMs, count, words }: TraceRecord): Generator<TraceEvent> {
    const common = { ph: 'C', ...this.#track, ts: microseconds(startMs) } as const
    yield { ...common, name: 'queued tasks', args: { tasks: count } }
    yield { ...common, name: 'queued words', args: { words } }
  }

  #slice(record: TraceRecord): TraceEvent {
    const { ts, endTs } = this.#times(record)
    return { ph: 'X', ...this.#track, ts, dur: difference(endTs, ts), ...this.#labels(record) }
  }

  *#span(record: TraceRecord, id: number): Generator<TraceEvent> {
    const { ts, endTs } = this.#times(record)
    const { name, cat, args } = this.#labels(record)
    yield { ph: 'b', ...this.#track, ts, name, cat, id, args }
    yield { ph: 'e', ...this.#track, ts: endTs, name, cat, id }
  }

  #times({ startMs, durationMs }: TraceRecord): { ts: number; endTs: number } {
    const endMs = durationMs === undefined ? this.#recording.endMs : startMs + durationMs
    return { ts: microseconds(startMs), endTs: microseconds(Math.max(startMs, endMs)) }
  }

  #labels(record: TraceRecord): { name: string; cat: string; args: Record<string, Fact> } {
    const labels = this.#describe(record)
    if (record.durationMs === undefined) labels.args['unfinished'] = true
    return labels
  }

  #describe(record: TraceRecord): { name: string; cat: string; args: Record<string, Fact> } {
    const { kind, count, words } = record
    const subject = this.#subjectOf(record.subject)
    const peer = this.#nameOf(record.peer)
    const traffic = { messages: count, bytes: words * 8 }
    switch (kind) {
      case TRACE.task:
      case TRACE.lifetime:
        return { name: subject, cat: 'task', args: {} }
      case TRACE.batch:
        return { name: subject, cat: 'messages', args: { from: peer, ...traffic } }
      case TRACE.flush:
        return { name: `to ${peer}`, cat: 'flush', args: { of: subject, ...traffic } }
      case TRACE.park:
        return { name: 'parked', cat: 'wait', args: {} }
      case TRACE.unbound:
        return { name: 'unbound tasks', cat: 'task', args: { tasks: count } }
      case TRACE.resumed:
        return { name: 'resumed tasks', cat: 'task', args: {} }
      case TRACE.eventLoop:
        return { name: 'event loop', cat: 'wait', args: {} }
      case TRACE.steal:
        return { name: `steal from ${peer}`, cat: 'steal', args: { tasks: count } }
      default:
        invariant(kind === TRACE.drain, `There is no kind ${kind} of trace records.`)
        return { name: 'drain', cat: 'wait', args: { tasks: count } }
    }
  }

  #subjectOf(packed: number): string {
    const { id, isMixed } = unpackSubject(packed)
    const name = id < 0 ? subjectName(id) : this.#definitionName(id)
    return isMixed ? `${name} and others` : name
  }

  #definitionName(id: number): string {
    return this.#recording.definitions[id]?.name ?? `definition ${id}`
  }

  #nameOf(endpoint: number): string {
    return endpoint === this.#recording.rings.length - 1 ? 'host' : `core ${endpoint}`
  }
}

type Fact = string | number | boolean

function subjectName(id: number): string {
  if (id === ANSWERS) return 'answers'
  if (id === PIECES) return 'pieces of long messages'
  invariant(id === CONTROL, `There is no subject ${id} of trace records.`)
  return 'control messages'
}

/** `to - from`, both from `microseconds`, in the same rounding. */
function difference(to: number, from: number): number {
  return microseconds((to - from) / 1000)
}
