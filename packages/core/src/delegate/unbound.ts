/**
 * Unbound tasks of one endpoint: from `spawn` or `send` with `anywhere` into the queue, out of it
 * in the core's turn, and to and from other cores.
 *
 * Invariants  from its making to its end a task keeps its scope active at the core that spawned it,
 *             so while it waits it may move anywhere without being counted.
 * Ordering    the youngest first; the oldest are stolen. Queued bound tasks come before, but for a
 *             turn now and then: task/scheduler.ts.
 * Ownership   arguments that give themselves away (`ValueSink.onSent`) are the task's once it is
 *             queued; if it is refused, they are still the caller's.
 * Failure     as of bound tasks: the join rejects, the scope fails.
 * Bounds      a turn starts TASKS_PER_TURN, or what TURN_MS allows; the queue's: task-queue.ts.
 */
import { COUNTER } from '../metrics.ts'
import type { AnyDefinition } from '../message/definition.ts'
import {
  ARGUMENTS,
  ARGUMENTS_WANTED,
  type HandlerTable,
  STEAL_ANSWER,
  STEAL_INVITE,
  STEAL_REQUEST,
  UNBOUND_DONE,
} from '../message/handlers.ts'
import type { Scope } from '../sync/scope.ts'
import type { LoopClock, SharedWork } from '../task/scheduler.ts'
import {
  FIRST_ARGUMENT,
  MAX_NUMBERS,
  OUT_OF_LINE,
  RECORD_WORDS,
  copyRecord,
  writeHead,
} from '../task/task-record.ts'
import { firstValues, writeNumbers } from './arguments.ts'
import { HostTasks } from './host-tasks.ts'
import { shapeOf, wordOf } from './shape.ts'
import type { Stealing } from './stealing.ts'
import { NO_ANSWER } from './task-run.ts'
import { type UnboundParts, UnboundRuns } from './unbound-runs.ts'

/** Tasks started before the links are looked at again, and the time they may take. */
const TASKS_PER_TURN = 128
const TURN_MS = 1
/** Tasks between two looks at the clock. */
const TASKS_PER_CLOCK = 8

/** Told about unbound tasks, if a trace was asked for. */
export interface UnboundTrace {
  /** Some are about to run, one after the other, each up to where it suspends. */
  unboundStarting(): void
  /** So many did. */
  unboundStarted(tasks: number): void
}

export class UnboundTasks<Context> implements SharedWork {
  readonly #parts: UnboundParts<Context>
  readonly #counters: Float64Array
  /** Where new tasks go: this core's queue, or from the host to some core. */
  readonly #stealing: Stealing | undefined
  readonly #hostTasks: HostTasks
  readonly #runs: UnboundRuns<Context>
  readonly #clock: LoopClock
  readonly #trace: UnboundTrace | undefined

  /** `stealing`: undefined for the host, which runs none. */
  constructor(
    parts: UnboundParts<Context>,
    clock: LoopClock,
    stealing: Stealing | undefined,
    trace: UnboundTrace | undefined,
  ) {
    this.#parts = parts
    this.#counters = parts.counters
    this.#clock = clock
    this.#stealing = stealing
    this.#trace = trace
    this.#runs = new UnboundRuns(parts)
    this.#hostTasks = new HostTasks(parts.scheduler.outboxes, parts.here, parts.counters)
  }

  useTable(table: HandlerTable): void {
    this.#runs.table = table
  }

  /** Tasks that wait here, or for their arguments. */
  get waiting(): number {
    return (this.#stealing?.queue.size ?? 0) + this.#runs.waiting
  }

  /**
   * Queues a task with up to four arguments.
   *
   * @param call number of the join call, which keeps the scope active; NO_ANSWER: the task does
   * @returns false above the high-water mark
   */
  add(
    definition: AnyDefinition,
    scope: Scope,
    call: number,
    count: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
  ): boolean {
    const shape = shapeOf(count, a, b, c, d)
    if (shape < 0) return this.addValues(definition, scope, call, firstValues(count, a, b, c, d))
    const place = this.#place
    const at = this.#begin(place, definition, shape, scope, count, call)
    if (shape === 0) writeNumbers(place.f64, at + FIRST_ARGUMENT, count, a, b, c, d)
    else {
      const first = at + FIRST_ARGUMENT
      writeNumbers(place.f64, first, count, wordOf(a), wordOf(b), wordOf(c), wordOf(d))
    }
    return this.#added(scope, call)
  }

  /** Queues a task with any number of arguments of any kind. */
  addValues(
    definition: AnyDefinition,
    scope: Scope,
    call: number,
    values: readonly unknown[],
  ): boolean {
    const place = this.#place
    if (values.length <= MAX_NUMBERS && values.every((value) => typeof value === 'number')) {
      const at = this.#begin(place, definition, 0, scope, values.length, call)
      for (let i = 0; i < values.length; i++) {
        place.f64[at + FIRST_ARGUMENT + i] = values[i] as number // just checked
      }
      return this.#added(scope, call)
    }
    const { codec } = this.#parts
    // First, because it may run the program's own getters.
    const bytes = codec.encode(values, definition.name)
    const words = codec.words.slice(0, Math.ceil(bytes / 8))
    const at = this.#begin(place, definition, 0, scope, OUT_OF_LINE, call)
    place.f64[at + FIRST_ARGUMENT] = this.#runs.keep(words)
    const isOpen = this.#added(scope, call)
    codec.sent()
    return isOpen
  }

  get #place(): HostTasks | Stealing['queue'] {
    return this.#stealing === undefined ? this.#hostTasks : this.#stealing.queue
  }

  #begin(
    place: HostTasks | Stealing['queue'],
    definition: AnyDefinition,
    shape: number,
    scope: Scope,
    count: number,
    call: number,
  ): number {
    const { ended } = this.#parts.tasks
    if (ended !== undefined) throw ended
    scope.checkOpen()
    const id = this.#runs.table.idOf(definition)
    const at = place.reserve()
    writeHead(place.i32, at, id, shape, scope.id, this.#parts.here, count, call)
    return at
  }

  #added(scope: Scope, call: number): boolean {
    if (call === NO_ANSWER) this.#parts.scopes.enter(scope)
    if (this.#stealing === undefined) return this.#hostTasks.commit(call !== NO_ANSWER)
    const { queue } = this.#stealing
    queue.commit()
    this.#stealing.added()
    this.#parts.scheduler.wake()
    return queue.isOpen
  }

  turn(isBusy: boolean): boolean {
    this.#runs.sendDone()
    const stealing = this.#stealing
    if (stealing === undefined) return false
    if (this.#startSome(stealing) === 0) {
      this.#counters[COUNTER.queuedUnbound] = 0 // thieves may have taken the last ones
      return !isBusy && stealing.look()
    }
    this.#runs.sendDone()
    this.#counters[COUNTER.queuedUnbound] = stealing.queue.size
    return true
  }

  isDue(): boolean {
    if (this.#runs.isDue) return true
    return this.#stealing !== undefined && (this.#stealing.queue.size > 0 || this.#stealing.isDue())
  }

  isDrained(): boolean {
    return this.#hostTasks.isDrained
  }

  announce(): void {
    this.#stealing?.announce()
  }

  withdraw(): void {
    this.#stealing?.withdraw()
  }

  /** A control message about unbound tasks. `auxiliary`: the high half of its header. */
  handle(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    auxiliary: number,
    words: number,
  ): void {
    switch (operation) {
      case UNBOUND_DONE:
        this.#runs.finishedElsewhere(src, this.#parts.scopes.at(auxiliary), f64[at + 1]!)
        if (this.#stealing === undefined) this.#hostTasks.ended(f64[at + 1]!)
        return
      case STEAL_INVITE:
        this.#stealing?.invited(src)
        return
      case STEAL_REQUEST:
        this.#stealing?.requested(src)
        return
      case ARGUMENTS_WANTED:
        this.#runs.give(src, auxiliary, f64[at + 1]!)
        return
      case ARGUMENTS:
        this.#runs.startWaiting(auxiliary, f64, at + 1, at + words)
        return
      default:
        this.#accept(f64, at + 1, auxiliary)
        if (operation === STEAL_ANSWER) this.#stealing?.answered(src, auxiliary)
        else this.#stealing?.added()
    }
  }

  /** Queues what others send. What finds no room begins at once: meanwhile its sender waits. */
  #accept(f64: Float64Array, first: number, count: number): void {
    const stealing = this.#stealing
    if (stealing === undefined || count === 0) return
    const { queue } = stealing
    const src = { f64, i32: new Int32Array(f64.buffer, f64.byteOffset, 2 * f64.length) }
    for (let i = 0; i < count; i++) {
      const from = first + i * RECORD_WORDS
      if (queue.isFull) {
        this.#counters[COUNTER.tasksStarted]!++
        this.#runs.start(src, from)
      } else {
        copyRecord(src, from, queue, queue.reserve())
        queue.commit()
      }
    }
  }

  #startSome(stealing: Stealing): number {
    const { queue } = stealing
    if (queue.size === 0) return 0
    this.#trace?.unboundStarting()
    const end = this.#clock.now() + TURN_MS
    let started = 0
    while (started < TASKS_PER_TURN) {
      const at = queue.pop()
      if (at < 0) break
      started++
      this.#runs.start(queue, at)
      if (started % TASKS_PER_CLOCK === 0 && this.#clock.now() > end) break
    }
    this.#trace?.unboundStarted(started)
    this.#counters[COUNTER.tasksStarted]! += started
    stealing.found()
    stealing.feed()
    return started
  }
}
