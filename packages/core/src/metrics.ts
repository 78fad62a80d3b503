/**
 * Metrics: what every endpoint counts, in shared memory, so that the host reads while cores run.
 *
 * Shared words one row of doubles per endpoint, written by its owner with plain stores, read by the
 *             host with plain loads: a figure may be a moment old, never torn. Nothing is ever set
 *             back; the host subtracts a snapshot (`since`) to start from zero again.
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
  'parks',
  'parkedMs',
  'busyMs',
] as const

export type CounterName = (typeof COUNTERS)[number]

/** Index of each counter in a row. */
export const COUNTER: Readonly<Record<CounterName, number>> = Object.freeze(
  Object.fromEntries(COUNTERS.map((name, index) => [name, index])) as Record<CounterName, number>,
)

/** Counters that say how things are now, and so are not subtracted. */
const GAUGES: readonly CounterName[] = Object.freeze(['queuedTasks', 'queuedWords'] as const)

/** Messages that are not sends. Sends are the rest: counting each would cost the fast path. */
const NOT_SENDS: readonly CounterName[] = Object.freeze([
  'calls',
  'spawns',
  'replies',
  'controls',
] as const)

/** Figures of one endpoint; times in milliseconds, sizes in 8-byte words. */
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
  return COUNTERS.length + 2 * dst
}

/** Raw copy of all rows, to subtract later. */
export function snapshot(memory: ArrayBufferLike): Float64Array {
  return new Float64Array(memory).slice()
}

/** Readable figures since `base`, a snapshot or undefined for the start. */
export function readMetrics(
  memory: ArrayBufferLike,
  endpoints: number,
  base: Float64Array | undefined,
): RuntimeMetrics {
  const now = new Float64Array(memory)
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

function rowLength(endpoints: number): number {
  return COUNTERS.length + 2 * endpoints
}
