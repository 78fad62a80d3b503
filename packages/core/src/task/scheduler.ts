/**
 * Scheduler: the loop of one endpoint. A turn publishes what tasks wrote, reads every link, starts
 * queued tasks and publishes again; between turns the tasks that were resumed run as microtasks.
 *
 * States      turning -> parked -> turning; ended at last. When to park: pacer.ts.
 * Invariants  handlers run only inside `turn`, so never inside a task's synchronous section.
 * Ordering    tasks start in the order in which they were queued; messages of one link in theirs.
 * Fairness    shared work has its turn when no task is queued, and every TURNS_PER_SHARED turns
 *             although some are: tasks that never run out hold up no unbound one, nor its end.
 * Suspends    `run` only: for microtasks after every turn that may have resumed a task, for the
 *             event loop every few milliseconds, and on the doorbell when there is nothing to do.
 * Bounds      a turn reads what was published when it looked and starts at most TASKS_PER_TURN.
 * Failure     `end` rejects everybody who yields or drains, and forgets tasks that have not begun.
 * The race    a task resumed by a timer while the loop is parked does something that nobody
 *             publishes. It cannot stay: the first word into an outbox calls `outboxFilled`, and
 *             queuing, yielding and draining wake the loop; whatever else makes work for the next
 *             turn calls `wake`. All of them ring the own doorbell. A full ring is no exception:
 *             its reader rings when it gives room back (transport/room.md).
 */
import { COUNTER } from '../metrics.ts'
import { ChunkPool } from '../message/chunk-pool.ts'
import { FLUSH_EXPLICIT, FLUSH_TURN, Outbox, type OutboxTrace } from '../message/outbox.ts'
import type { RingReader } from '../transport/ring.ts'
import { RUNNING, type Transport } from '../transport/transport.ts'
import { BREATHE, PARK, Pacer, TURN } from './pacer.ts'

/** Tasks started before the links are looked at again: some 10 us of work. */
const TASKS_PER_TURN = 128
/** No more than shared work starts in a turn at least: who adds one every turn is kept up with. */
const TURNS_PER_SHARED = 8
/** Microtask turns after a promise was settled: as many functions may await one another. */
const HOPS = 3
/** Idle turns between two microtask turns for tasks that await deeper than that: at first, then. */
const IDLE_TURNS_PER_HOP = 8
const LATE_TURNS_PER_HOP = 64
/** Turns after which others need not wait longer for reports because this core is never idle. */
const BUSY_TURNS_PER_REPORT = 64

/** A task that waits for its first step. */
export interface Runnable {
  start(): void
}

/** What the scheduler calls upwards. */
export interface Receiver {
  /** Handles every message between `reader.head` and `reader.tail`, then releases them. */
  receive(src: number, reader: RingReader): void
  /** Called when a turn found nothing to do; true if that gave something to publish. */
  quiet(): boolean
  /** Whether `quiet` has something to look at. */
  isQuietDue(): boolean
}

/** Work that several cores share, and may take from one another. */
export interface SharedWork {
  /** Starts some, or gets some. True if it did. `isBusy`: this turn found other things to do. */
  turn(isBusy: boolean): boolean
  /** Whether a turn would find something. */
  isDue(): boolean
  /** Whether who waits for room may go on. */
  isDrained(): boolean
  /** The loop will sleep unless something is due: from now on whoever makes work wakes it. */
  announce(): void
  /** The loop does not sleep. */
  withdraw(): void
}

/** What the scheduler needs from its thread. */
export interface LoopClock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Resolves after the event loop has had a turn. */
  macrotask(): Promise<void>
}

/** Told what the loop does, if a trace was asked for. Times are the clock's. */
export interface LoopTrace extends OutboxTrace {
  parking(): void
  unparked(): void
  /** Tasks were resumed between `sinceMs` and now. */
  resumed(sinceMs: number): void
  /** The event loop had a turn between `sinceMs` and now. */
  breathed(sinceMs: number): void
  /** A task begins to wait for outboxes to drain. */
  drainBegun(): void
  /** All that waited for it go on. */
  drainEnded(waiters: number): void
}

export interface SchedulerOptions {
  readonly clock: LoopClock
  /** How long to look for work before parking, in milliseconds; 0 parks at once. */
  readonly spinMs: number
  /** Bound of each outbox's overflow, in words. */
  readonly outboxWords: number
  /** This endpoint's row of metrics. */
  readonly counters: Float64Array
  readonly trace?: LoopTrace | undefined
  /** Has a turn when no queued task waits, and now and then although some do. */
  readonly work: SharedWork
}

/** Ends somebody's wait: resumed, or made to follow a promise that has failed. */
type Resume = (value: void | PromiseLike<void>) => void

export class Scheduler {
  /** By destination, this endpoint included. */
  readonly outboxes: readonly Outbox[]
  /** Tasks started and not finished. While there are any, microtasks get a turn between turns. */
  activeTasks = 0
  readonly #transport: Transport
  readonly #receiver: Receiver
  readonly #options: SchedulerOptions
  readonly #counters: Float64Array
  readonly #trace: LoopTrace | undefined
  readonly #filled: Outbox[] = []
  #queue: Runnable[] = []
  #queueHead = 0
  #yielders: Resume[] = []
  #drainers: Resume[] = []
  /** Turns that shared work has not had since its last. */
  #turnsPassed = 0
  #isTouched = false
  #isParked = false
  #end: Error | undefined = undefined

  constructor(transport: Transport, receiver: Receiver, options: SchedulerOptions) {
    this.#transport = transport
    this.#receiver = receiver
    this.#options = options
    this.#counters = options.counters
    this.#trace = options.trace
    const { outboxWords, counters, trace } = options
    const pool = new ChunkPool()
    this.outboxes = transport.writers.map(
      (_, dst) => new Outbox(transport, dst, outboxWords, this, counters, pool, trace),
    )
  }

  /** Queues a task for its first step. Throws if the loop has ended. */
  enqueue(task: Runnable): void {
    if (this.#end !== undefined) throw this.#end
    this.#queue.push(task)
    this.#counters[COUNTER.queuedTasks] = this.queuedTasks
    this.wake()
  }

  /** A promise was settled outside a turn's own doing: microtasks get a turn. */
  touch(): void {
    this.#isTouched = true
    this.wake()
  }

  /** There is something for the next turn to do. To be called by whoever may run while it parks. */
  wake(): void {
    if (this.#isParked) this.#transport.wake(this.#transport.endpoint)
  }

  /** Tasks queued and not started. */
  get queuedTasks(): number {
    return this.#queue.length - this.#queueHead
  }

  /** Tasks that wait for room. */
  get drainerCount(): number {
    return this.#drainers.length
  }

  /** Resolves in a later turn, after messages that have arrived and tasks that were queued. */
  yield(): Promise<void> {
    return this.#wait(this.#yielders)
  }

  /** Resolves when every outbox is below its high-water mark; at once in a later turn if so. */
  drain(): Promise<void> {
    this.#trace?.drainBegun()
    return this.#wait(this.#drainers)
  }

  /** Whether an outbox is above its high-water mark. */
  isCongested(): boolean {
    for (const outbox of this.#filled) if (!outbox.isOpen) return true
    return false
  }

  /** Publishes everything written so far. */
  flush(cause = FLUSH_EXPLICIT): boolean {
    const filled = this.#filled
    if (filled.length === 0) return false
    let isPublished = false
    let kept = 0
    let queuedWords = 0
    for (const outbox of filled) {
      if (outbox.flush(cause)) isPublished = true
      if (outbox.isOpen) continue
      filled[kept++] = outbox
      queuedWords += outbox.queuedWords
    }
    filled.length = kept
    this.#counters[COUNTER.queuedWords] = queuedWords
    return isPublished
  }

  /** Called by an outbox when it holds unpublished words for the first time since a flush. */
  outboxFilled(outbox: Outbox): void {
    if (!this.#filled.includes(outbox)) this.#filled.push(outbox)
    this.wake()
  }

  /** One turn without suspending. False if it found nothing to do. */
  turn(): boolean {
    let isProgress = this.flush(FLUSH_TURN)
    const { readers } = this.#transport
    for (let src = 0; src < readers.length; src++) {
      const reader = readers[src]!
      if (!reader.glance() || !reader.refresh()) continue
      this.#receiver.receive(src, reader)
      isProgress = true
    }
    if (this.#startTasks()) isProgress = true
    if (this.#isSharedDue() && this.#options.work.turn(isProgress)) {
      isProgress = true
      this.#isTouched = true
    }
    if (this.#yielders.length > 0) {
      isProgress = true
      const yielders = this.#yielders
      this.#yielders = []
      this.#resume(yielders)
    }
    if (this.flush(FLUSH_TURN)) isProgress = true
    if (this.#drainers.length > 0 && this.#isDrained()) {
      isProgress = true
      const drainers = this.#drainers
      this.#drainers = []
      this.#trace?.drainEnded(drainers.length)
      this.#resume(drainers)
    }
    return isProgress
  }

  /**
   * Turns until the transport is no longer RUNNING, or `end`; resolves with the transport's state.
   * Rejects with what a handler's surroundings throw, which is a defect. Suspends.
   */
  async run(): Promise<number> {
    const { clock, spinMs, trace } = this.#options
    const pacer = new Pacer(() => clock.now(), spinMs, this.#counters)
    pacer.resumed()
    let hops = 0
    let busyTurns = 0
    while (this.#end === undefined) {
      if (busyTurns === BUSY_TURNS_PER_REPORT) {
        busyTurns = 0
        this.flush(FLUSH_TURN)
        this.#receiver.quiet()
      }
      const isProgress = this.turn() || this.#receiver.quiet()
      busyTurns = isProgress ? busyTurns + 1 : 0
      if (this.#isTouched) {
        this.#isTouched = false
        hops = HOPS
      }
      // A resumed task may be some microtasks deep; tasks that wait for messages only need a look.
      if (hops > 0 || (this.activeTasks > 0 && isHopDue(pacer.idleTurns))) {
        hops--
        const sinceMs = trace === undefined ? 0 : clock.now()
        await undefined // suspends: tasks run, and may write, queue and call
        trace?.resumed(sinceMs)
      }
      const next = pacer.next(isProgress)
      if (next === TURN || (next === PARK && hops > 0)) continue
      if (this.#transport.state() !== RUNNING) break
      const sinceMs = trace === undefined ? 0 : clock.now()
      // suspends: anything may have changed
      await (next === BREATHE ? clock.macrotask() : this.#park(pacer))
      if (next === BREATHE) trace?.breathed(sinceMs)
      pacer.resumed()
    }
    return this.#transport.state()
  }

  /** Refuses everything from now on, rejects who waits here, and ends the loop. Safe to repeat. */
  end(error: Error): void {
    if (this.#end !== undefined) return
    this.#end = error
    this.#queue = []
    this.#queueHead = 0
    const waiting = [...this.#yielders, ...this.#drainers]
    this.#yielders = []
    this.#drainers = []
    for (const resume of waiting) resume(Promise.reject(error))
    this.touch()
  }

  #wait(waiters: Resume[]): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve) => {
      waiters.push(resolve)
      this.wake()
    })
  }

  async #park(pacer: Pacer): Promise<void> {
    const transport = this.#transport
    const { work } = this.#options
    transport.armPark()
    work.announce()
    this.#wantRoom()
    if (this.#hasWork()) transport.disarmPark()
    else {
      const wait = transport.park()
      if (wait !== undefined) {
        this.#counters[COUNTER.parks]!++
        pacer.parked()
        this.#trace?.parking()
        this.#isParked = true
        await wait
        this.#isParked = false
        this.#trace?.unparked()
      }
    }
    work.withdraw()
  }

  /** Asks for news of room wherever something waits for it. Between arming and looking. */
  #wantRoom(): void {
    const isDraining = this.#drainers.length > 0
    if (!isDraining && this.#filled.length === 0) return
    for (const outbox of this.outboxes) {
      const isFull = isDraining ? !outbox.isDrained() : !outbox.isOpen
      if (isFull) this.#transport.wantRoom(outbox.dst)
    }
  }

  /** Whether another turn would find something to do. May publish. */
  #hasWork(): boolean {
    return (
      this.#transport.state() !== RUNNING ||
      this.#end !== undefined ||
      this.#queueHead < this.#queue.length ||
      this.#yielders.length > 0 ||
      this.#isTouched ||
      this.#receiver.isQuietDue() ||
      this.#options.work.isDue() ||
      this.flush(FLUSH_TURN) ||
      (this.#drainers.length > 0 && this.#isDrained()) ||
      this.#hasArrivals()
    )
  }

  #hasArrivals(): boolean {
    for (const reader of this.#transport.readers) if (reader.refresh()) return true
    return false
  }

  #isDrained(): boolean {
    for (const outbox of this.outboxes) if (!outbox.isDrained()) return false
    return this.#options.work.isDrained()
  }

  /** Counts the turns that shared work does not have. */
  #isSharedDue(): boolean {
    if (this.#queue.length > 0 && ++this.#turnsPassed < TURNS_PER_SHARED) return false
    this.#turnsPassed = 0
    return true
  }

  #startTasks(): boolean {
    const end = Math.min(this.#queue.length, this.#queueHead + TASKS_PER_TURN)
    if (this.#queueHead === end) return false
    while (this.#queueHead < end) {
      const task = this.#queue[this.#queueHead]!
      this.#queueHead++
      this.#counters[COUNTER.tasksStarted]!++
      task.start()
      this.#isTouched = true
    }
    if (this.#queueHead === this.#queue.length) {
      this.#queue = []
      this.#queueHead = 0
    } else if (this.#queueHead > 1024 && this.#queueHead * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#queueHead)
      this.#queueHead = 0
    }
    this.#counters[COUNTER.queuedTasks] = this.queuedTasks
    return true
  }

  #resume(waiters: readonly Resume[]): void {
    this.#isTouched = true
    for (const resume of waiters) resume()
  }
}

/** Every microtask turn allocates, so that there are fewer in a long wait. */
function isHopDue(idleTurns: number): boolean {
  const period = idleTurns < LATE_TURNS_PER_HOP ? IDLE_TURNS_PER_HOP : LATE_TURNS_PER_HOP
  return idleTurns % period === 0
}
