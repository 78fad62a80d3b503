/**
 * Metrics: what every endpoint counts, in shared memory, so that the host reads while cores run.
 *
 * Shared words one row of doubles per endpoint, written by its owner with plain stores, read by the
 *             host with plain loads: a figure may be a moment old, never torn. Nothing is ever set
 *             back; the host subtracts a snapshot to start from zero again.
 *             Times are written when what they measure ends. Until then the row says what the owner
 *             does and since when, and the host adds the time that has passed. `since` changes
 *             before the times do, so the host knows that it read them as they changed.
 */

/** What one endpoint counts, in the order of its row. */
export const COUNTERS = [
  'sends',
  'calls',
  'spawns',
  'replies',
  'controls',
  'received',
  'sendsHandled',
  'callsHandled',
  'localDelegates',
  'flushesBySize',
  'flushesByTurn',
  'flushesExplicit',
  'tasksStarted',
  'tasksFinished',
  'queuedTasks',
  'queuedWords',
  'queuedUnbound',
  'stealAttempts',
  'steals',
  'stolenTasks',
  'parks',
  'parkedMs',
  'spinningMs',
  'busyMs',
] as const

export type CounterName = (typeof COUNTERS)[number]

/** Index of each counter in a row. */
export const COUNTER: Readonly<Record<CounterName, number>> = Object.freeze(
  Object.fromEntries(COUNTERS.map((name, index) => [name, index])) as Record<CounterName, number>,
)

/** What an endpoint does: nothing yet, work, look for work, or sleep. */
const NONE = 0
export const BUSY = 1
export const SPINNING = 2
export const PARKED = 3

/** Places after the counters in a row: what the endpoint does, and since when. */
const STATE = COUNTERS.length
const SINCE = STATE + 1
const FIRST_TRAFFIC = SINCE + 1

/** Attempts to read times that nobody changes meanwhile; they change every few microseconds. */
const MAX_READS = 8

/** Counters that say how things are now, and so are not subtracted. */
const GAUGES: readonly CounterName[] = Object.freeze([
  'queuedTasks',
  'queuedWords',
  'queuedUnbound',
] as const)

/** Messages that are not sends. Sends are the rest: counting each would cost the fast path. */
const NOT_SENDS: readonly CounterName[] = Object.freeze([
  'calls',
  'spawns',
  'replies',
  'controls',
] as const)

/**
 * Figures of one endpoint; times in milliseconds, sizes in 8-byte words. `sends`, `calls`,
 * `spawns`, `replies` and `controls` are messages, so they leave out what stays on its core, and
 * unbound tasks; `localDelegates` and `tasksStarted` have those too.
 */
export type CoreMetrics = Record<CounterName, number>

/** Figures of a runtime. Rows and columns: cores in order, then the host. */
export interface RuntimeMetrics {
  /** One entry per endpoint: cores in order, the host last. */
  readonly cores: readonly CoreMetrics[]
  /** Sum over all endpoints. */
  readonly total: CoreMetrics
  /** Messages from row to column. */
  readonly messages: readonly (readonly number[])[]
  /** Words from row to column. */
  readonly words: readonly (readonly number[])[]
}

/** Bytes of shared memory for the metrics of `endpoints` endpoints. */
export function metricsBytes(endpoints: number): number {
  return endpoints * rowLength(endpoints) * 8
}

/** This endpoint's row: its counters, then messages and words by destination, alternating. */
export function metricsRow(memory: ArrayBufferLike, endpoints: number, id: number): Float64Array {
  const length = rowLength(endpoints)
  return new Float64Array(memory, id * length * 8, length)
}

/** Index, in a row, of the messages to `dst`; the words to it are in the next place. */
export function trafficIndex(dst: number): number {
  return FIRST_TRAFFIC + 2 * dst
}

/** Owner of `row`: from `nowMs` on it does something else: BUSY, SPINNING or PARKED. */
export function markState(row: Float64Array, state: number, nowMs: number): void {
  const passedMs = nowMs - row[SINCE]!
  row[SINCE] = nowMs
  if (row[STATE] !== NONE) row[timeIndex(row[STATE]!)]! += passedMs
  row[STATE] = state
}

/** How often endpoint `id` has parked, if it is parked now; else -1. */
export function parksIfParked(memory: ArrayBufferLike, endpoints: number, id: number): number {
  const row = metricsRow(memory, endpoints, id)
  return row[STATE] === PARKED ? row[COUNTER.parks]! : -1
}

/** Copy of all rows, with times up to `nowMs`, to read or to subtract later. */
export function snapshot(memory: ArrayBufferLike, endpoints: number, nowMs: number): Float64Array {
  const copy = new Float64Array(memory).slice()
  for (let id = 0; id < endpoints; id++) {
    copyTimes(metricsRow(memory, endpoints, id), metricsRow(copy.buffer, endpoints, id), nowMs)
  }
  return copy
}

/**
 * Readable figures since `base`, a snapshot or undefined for the start. Without `nowMs` times are
 * those of the last change of state.
 */
export function readMetrics(
  memory: ArrayBufferLike,
  endpoints: number,
  base: Float64Array | undefined,
  nowMs = -Infinity,
): RuntimeMetrics {
  const now = snapshot(memory, endpoints, nowMs)
  const length = rowLength(endpoints)
  const since = (index: number): number => now[index]! - (base?.[index] ?? 0)
  const ids = Array.from({ length: endpoints }, (_, id) => id)
  const cores = ids.map((id) => {
    const figure = (name: CounterName): number => {
      const index = id * length + COUNTER[name]
      return GAUGES.includes(name) ? now[index]! : since(index)
    }
    const messages = ids.reduce((sum, dst) => sum + since(id * length + trafficIndex(dst)), 0)
    const others = NOT_SENDS.reduce((sum, name) => sum + figure(name), 0)
    return { ...fromNames(figure), sends: messages - others }
  })
  const matrix = (offset: number): number[][] =>
    ids.map((src) => ids.map((dst) => since(src * length + trafficIndex(dst) + offset)))
  return {
    cores,
    total: fromNames((name) => cores.reduce((sum, core) => sum + core[name], 0)),
    messages: matrix(0),
    words: matrix(1),
  }
}

function fromNames(figure: (name: CounterName) => number): CoreMetrics {
  return Object.fromEntries(COUNTERS.map((name) => [name, figure(name)])) as CoreMetrics
}

/** Times of `row` and of what it does now, read at one moment, into `copy`. */
function copyTimes(row: Float64Array, copy: Float64Array, nowMs: number): void {
  for (let read = 0; read < MAX_READS; read++) {
    const since = row[SINCE]!
    const state = row[STATE]!
    for (const each of [BUSY, SPINNING, PARKED]) copy[timeIndex(each)] = row[timeIndex(each)]!
    if (state !== NONE) copy[timeIndex(state)]! += Math.max(0, nowMs - since)
    if (row[SINCE] === since && row[STATE] === state) return
  }
}

function timeIndex(state: number): number {
  return state === PARKED
    ? COUNTER.parkedMs
    : state === SPINNING
      ? COUNTER.spinningMs
      : COUNTER.busyMs
}

function rowLength(endpoints: number): number {
  return FIRST_TRAFFIC + 2 * endpoints
}
