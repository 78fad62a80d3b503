/**
 * Book: the controller's part on the host: the memory of every core as it was last heard of, and
 * the loads, which the host reads where the cores count them.
 *
 * Access      the host only.
 */
import type { Core, CoreMetrics, RuntimeMetrics } from '@orujo/core'
import { PlacementTable } from './controller-table.ts'
import { TaskPlacer } from './controller-tasks.ts'
import { DecisionLog } from './controller-log.ts'

/** What a controller controls: a runtime. */
export interface Controlled {
  readonly host: Core
  metrics(): RuntimeMetrics
}

export class Book {
  readonly table: PlacementTable
  /** For tasks that the host places. */
  readonly tasks: TaskPlacer
  readonly log: DecisionLog
  readonly runtime: Controlled
  /** Whether a task will tell all cores. */
  isPublishing = false

  constructor(runtime: Controlled, keepDecisions: number) {
    this.runtime = runtime
    const { id, cores, topology, endpoint } = runtime.host
    const now = (): number => endpoint.clock.now()
    this.table = new PlacementTable(topology)
    this.log = new DecisionLog(keepDecisions, now)
    const ask = (): void => this.tasks.take(this.loads())
    this.tasks = new TaskPlacer({ cores, here: id, now, ask })
  }

  /** Tasks of each core, as they are counted now. */
  loads(): Float64Array {
    const { runtime } = this
    return Float64Array.from(runtime.metrics().cores.slice(0, -1), loadOf)
  }
}

/** Tasks that have begun and not ended, and those that wait to begin. */
export function loadOf(metrics: CoreMetrics): number {
  const { tasksStarted, tasksFinished, queuedTasks, queuedUnbound } = metrics
  return Math.max(0, tasksStarted - tasksFinished) + queuedTasks + queuedUnbound
}

class BookSlot {
  book: Book | undefined = undefined
}

/** The book of a host; undefined if its runtime has no controller. */
export function bookOf({ endpoint }: Pick<Core, 'endpoint'>): Book | undefined {
  return endpoint.state(BookSlot, () => new BookSlot()).book
}

export function setBook({ endpoint }: Pick<Core, 'endpoint'>, book: Book | undefined): void {
  endpoint.state(BookSlot, () => new BookSlot()).book = book
}
