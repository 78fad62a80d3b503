/**
 * Controller: looks after the memory and the load of all cores, on behalf of programs that do not
 * say where an object should live or a task run. It can be asked what was decided, and why.
 *
 * States      attached -> closed. Then objects and tasks are placed where they are asked for.
 * Bounds      cores report their memory when it has changed by a step, and loads are read when
 *             somebody places tasks: where nothing changes, nothing is done.
 * Shutdown    ends with its runtime, or by `close`.
 */
import { OrujoError, type CoreId, type CoreMetrics, type LocaleId } from '@orujo/core'
import { record, whole } from '@orujo/core/internal'
import { attach, detach } from './controller-attach.ts'
import { Book, bookOf, loadOf, setBook, type Controlled } from './controller-book.ts'
import type { Decision } from './controller-log.ts'
import { readDecisions, surveyAll, takeTable } from './controller-protocol.ts'
import { ROW, figuresOf, type CoreFigures } from './controller-table.ts'

export interface ControlOptions {
  /**
   * Part of a core's memory, above 0 and up to 1, beyond which copies are evicted, new objects are
   * placed elsewhere, and objects that may live anywhere are moved away. Default 0.9.
   */
  readonly highWater?: number
  /** Decisions that each core remembers. Default 256. */
  readonly keepDecisions?: number
}

const OPTION_NAMES = ['highWater', 'keepDecisions'] as const

/** Memory and load of one core or one locale. Bytes: see `CoreFigures`. */
export interface LoadFigures extends CoreFigures {
  /** Part of the capacity that objects use, 0 to 1, or more for values beyond it. */
  readonly used: number
  /** Tasks that wait or have not ended. */
  readonly tasks: number
  /** Part of the time that was worked since the report before, 0 to 1. */
  readonly busy: number
}

export interface CoreReport extends LoadFigures {
  readonly core: CoreId
}

export interface LocaleReport extends LoadFigures {
  readonly locale: LocaleId
}

/** What the controller sees. */
export interface ControlReport {
  readonly locales: readonly LocaleReport[]
  readonly cores: readonly CoreReport[]
}

/**
 * Begins to control where things live and run in a runtime, for `ownAnywhere`, `ownArrayAnywhere`
 * and `placeTask`. Once at a time; after `configureOwnership`. ORUJO_OPTION.
 */
export async function control(
  runtime: Controlled,
  options: ControlOptions = {},
): Promise<Controller> {
  record('control()', options, OPTION_NAMES)
  const { highWater = 0.9, keepDecisions = 256 } = options
  requirePart('highWater', highWater)
  whole('keepDecisions', keepDecisions, 1, 2 ** 20)
  const { host } = runtime
  if (bookOf(host) !== undefined) {
    throw new OrujoError('ORUJO_OPTION', 'This runtime has a controller: close() that one first.')
  }
  const book = new Book(runtime, keepDecisions)
  setBook(host, book)
  const dsts = Array.from({ length: host.cores }, (_, dst) => dst)
  const rows = await Promise.all(
    dsts.map((dst) => host.call(attach, dst, highWater, keepDecisions)),
  )
  for (const dst of dsts) book.table.takeRow(dst, rows[dst]!)
  await Promise.all(dsts.map((dst) => host.call(takeTable, dst, book.table.rows)))
  return new Controller(book)
}

/** Use `control`. */
export class Controller {
  readonly #book: Book
  /** Of the report before. */
  #times: readonly Times[]

  constructor(book: Book) {
    this.#book = book
    this.#times = book.runtime.metrics().cores.map(timesOf)
  }

  /**
   * What was decided lately about places, oldest first: by each core the last `keepDecisions`.
   * Suspends: asks the cores.
   */
  async decisions(): Promise<readonly Decision[]> {
    const { host } = this.#book.runtime
    const calls = Array.from({ length: host.cores }, (_, dst) => host.call(readDecisions, dst))
    const found = [...(await Promise.all(calls)), this.#book.log.all()].flat()
    return found.sort((first, second) => first.atMs - second.atMs)
  }

  /** Memory and load of all locales and cores, as they are now. Suspends: asks the cores. */
  async report(): Promise<ControlReport> {
    const { runtime } = this.#book
    const rows = await surveyAll(runtime.host)
    const metrics = runtime.metrics().cores.slice(0, -1)
    const before = this.#times
    this.#times = metrics.map(timesOf)
    const ids = metrics.map((_, core) => core)
    const times = ids.map((core) => since(this.#times[core]!, before[core]))
    const figures = ids.map((core) => figuresOf(rows.subarray(core * ROW, (core + 1) * ROW)))
    const { topology } = runtime.host
    const loads = (cores: readonly CoreId[]): LoadFigures =>
      summed(
        cores.map((core) => figures[core]!),
        cores.map((core) => metrics[core]!),
        cores.map((core) => times[core]!),
      )
    return {
      locales: Array.from({ length: topology.locales }, (_, locale) => ({
        locale,
        ...loads(ids.filter((core) => topology.localeOf(core) === locale)),
      })),
      cores: ids.map((core) => ({ core, ...loads([core]) })),
    }
  }

  /** From now on everything is placed where it is asked for. Safe to repeat. Suspends. */
  async close(): Promise<void> {
    const { host } = this.#book.runtime
    if (bookOf(host) !== this.#book) return
    setBook(host, undefined)
    await Promise.all(Array.from({ length: host.cores }, (_, dst) => host.call(detach, dst)))
  }

  /** `await using controller = await control(runtime)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

interface Times {
  readonly busyMs: number
  readonly allMs: number
}

function timesOf({ busyMs, spinningMs, parkedMs }: CoreMetrics): Times {
  return { busyMs, allMs: busyMs + spinningMs + parkedMs }
}

/** Times since the ones before; since the start if the metrics were reset meanwhile. */
function since(now: Times, before: Times | undefined): Times {
  if (before === undefined || before.allMs > now.allMs) return now
  return { busyMs: now.busyMs - before.busyMs, allMs: now.allMs - before.allMs }
}

function summed(
  figures: readonly CoreFigures[],
  metrics: readonly CoreMetrics[],
  times: readonly Times[],
): LoadFigures {
  const sum = (name: keyof CoreFigures): number =>
    figures.reduce((total, one) => total + one[name], 0)
  const busyMs = times.reduce((total, one) => total + one.busyMs, 0)
  const allMs = times.reduce((total, one) => total + one.allMs, 0)
  const capacityBytes = sum('capacityBytes')
  return {
    used: (sum('heapBytes') + sum('valueBytes')) / capacityBytes,
    tasks: metrics.reduce((total, one) => total + loadOf(one), 0),
    busy: allMs === 0 ? 0 : busyMs / allMs,
    capacityBytes,
    heapBytes: sum('heapBytes'),
    valueBytes: sum('valueBytes'),
    copyBytes: sum('copyBytes'),
    largestFreeBytes: figures.reduce((most, one) => Math.max(most, one.largestFreeBytes), 0),
    residents: sum('residents'),
  }
}

function requirePart(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= 1) return
  throw new OrujoError(
    'ORUJO_OPTION',
    `${name} must be a number above 0 and up to 1, got ${String(value)}.`,
  )
}
