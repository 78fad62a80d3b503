/**
 * Scheduler: the loop of one endpoint. A turn publishes what tasks wrote, reads every link, starts
 * queued tasks and publishes again; between turns the tasks that were resumed run as microtasks.
 *
 * States      turning -> spinning (turns without progress) -> parked -> turning; stopped at last.
 * Invariants  handlers run only inside `turn`, so never inside a task's synchronous section.
 * Ordering    tasks start in the order in which they were queued; messages of one link in theirs.
 * Suspends    `run` only: for microtasks after every turn that may have resumed a task, for the
 *             event loop every SLICE_MS of work, and on the doorbell when there is nothing to do.
 * Bounds      a turn reads what was published when it looked and starts at most TASKS_PER_TURN.
 * The race    a task resumed by a timer while the loop is parked writes a message that nobody
 *             publishes. It cannot stay: the first word into an outbox calls `outboxFilled`, and
 *             queuing, yielding and draining call `#wakeSelf`; both ring the own doorbell.
 */
import { COUNTER } from '../metrics.ts'
import { FLUSH_EXPLICIT, FLUSH_TURN, Outbox } from '../message/outbox.ts'
import type { RingReader } from '../transport/ring.ts'
import { RUNNING, type Transport } from '../transport/transport.ts'

/** Longest work without a turn of the event loop, so that timers, I/O and control keep going. */
const SLICE_MS = 4
/** Tasks started before the links are looked at again: some 10 us of work. */
const TASKS_PER_TURN = 128
/** Turns between two looks at the clock while there is work; idle turns are shorter. */
const BUSY_TURNS_PER_CLOCK = 8
const IDLE_TURNS_PER_CLOCK = 64
/** Microtask turns after a promise was settled: as many functions may await one another. */
const HOPS = 3
/** Idle turns between two microtask turns for tasks that await deeper than that. */
const IDLE_TURNS_PER_HOP = 8

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
}

/** What the scheduler needs from its thread. */
export interface LoopClock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Resolves after the event loop has had a turn. */
  macrotask(): Promise<void>
  /** Resolves after about a millisecond, for waiting on a reader that cannot ring. */
  pause(): Promise<void>
}

export interface SchedulerOptions {
  readonly clock: LoopClock
  /** How long to look for work before parking, in milliseconds; 0 parks at once. */
  readonly spinMs: number
  /** Bound of each outbox's overflow, in words. */
  readonly outboxWords: number
  /** This endpoint's row of metrics. */
  readonly counters: Float64Array
}

export class Scheduler {
  /** By destination, this endpoint included. */
  readonly outboxes: readonly Outbox[]
  /** Tasks started and not finished. While there are any, microtasks get a turn between turns. */
  activeTasks = 0
  readonly #transport: Transport
  readonly #receiver: Receiver
  readonly #options: SchedulerOptions
  readonly #counters: Float64Array
  readonly #filled: Outbox[] = []
  #queue: Runnable[] = []
  #queueHead = 0
  #yielders: (() => void)[] = []
  #drainers: (() => void)[] = []
  #isTouched = false
  #isParked = false

  constructor(transport: Transport, receiver: Receiver, options: SchedulerOptions) {
    this.#transport = transport
    this.#receiver = receiver
    this.#options = options
    this.#counters = options.counters
    this.outboxes = transport.writers.map(
      (_, dst) => new Outbox(transport, dst, options.outboxWords, this, options.counters),
    )
  }

  /** Queues a task for its first step. */
  enqueue(task: Runnable): void {
    this.#queue.push(task)
    this.#wakeSelf()
  }

  /** A promise was settled outside a turn's own doing: microtasks get a turn. */
  touch(): void {
    this.#isTouched = true
    this.#wakeSelf()
  }

  /** Tasks queued and not started. */
  get queuedTasks(): number {
    return this.#queue.length - this.#queueHead
  }

  /** Resolves in a later turn, after messages that have arrived and tasks that were queued. */
  yield(): Promise<void> {
    return new Promise((resolve) => {
      this.#yielders.push(resolve)
      this.#wakeSelf()
    })
  }

  /** Resolves when every outbox is below its high-water mark; at once in a later turn if so. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drainers.push(resolve)
      this.#wakeSelf()
    })
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
    this.#wakeSelf()
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
    if (this.#yielders.length > 0) {
      isProgress = true
      const yielders = this.#yielders
      this.#yielders = []
      this.#resume(yielders)
    }
    if (this.flush(FLUSH_TURN)) isProgress = true
    if (this.#drainers.length > 0 && this.outboxes.every((outbox) => outbox.isDrained())) {
      isProgress = true
      const drainers = this.#drainers
      this.#drainers = []
      this.#resume(drainers)
    }
    return isProgress
  }

  /** Turns until the transport is no longer RUNNING; resolves with its state. Suspends. */
  async run(): Promise<number> {
    const { clock, spinMs } = this.#options
    let busySince = clock.now()
    let sliceEnd = busySince + SLICE_MS
    let spinEnd = 0
    let turns = 0
    let idleTurns = 0
    let hops = 0
    for (;;) {
      const isProgress = this.turn() || this.#receiver.quiet()
      if (this.#isTouched) {
        this.#isTouched = false
        hops = HOPS
      }
      // A resumed task may be some microtasks deep; tasks that wait for messages only need a look.
      if (hops > 0 || (this.activeTasks > 0 && idleTurns % IDLE_TURNS_PER_HOP === 0)) {
        hops--
        await undefined // suspends: tasks run, and may write, queue and call
      }
      if (isProgress) {
        idleTurns = 0
        if (++turns % BUSY_TURNS_PER_CLOCK !== 0) continue
        const state = this.#transport.state()
        if (state !== RUNNING) return state
        if (clock.now() < sliceEnd) continue
        await clock.macrotask() // suspends: timers, ports, streams
        sliceEnd = clock.now() + SLICE_MS
        continue
      }
      if (spinMs > 0) {
        if (++idleTurns % IDLE_TURNS_PER_CLOCK !== 0) continue
        const now = clock.now()
        if (idleTurns === IDLE_TURNS_PER_CLOCK) spinEnd = now + spinMs
        if (now < spinEnd) continue
      }
      idleTurns = 0
      const state = this.#transport.state()
      if (state !== RUNNING) return state
      const parkedAt = clock.now()
      this.#counters[COUNTER.busyMs]! += Math.max(0, parkedAt - busySince - spinMs)
      await this.#park() // suspends: anything may have changed
      busySince = clock.now()
      sliceEnd = busySince + SLICE_MS
      this.#counters[COUNTER.parkedMs]! += busySince - parkedAt
    }
  }

  async #park(): Promise<void> {
    if (this.#filled.length > 0 || this.#drainers.length > 0) {
      // A full ring empties without a ring of the doorbell: look again soon, and without burning
      // the reader's time if it has no hardware thread of its own.
      const { clock, spinMs } = this.#options
      await (spinMs > 0 ? clock.macrotask() : clock.pause())
      return
    }
    this.#transport.armPark()
    if (this.#hasWork()) {
      this.#transport.disarmPark()
      return
    }
    const wait = this.#transport.park()
    if (wait === undefined) return
    this.#counters[COUNTER.parks]!++
    this.#isParked = true
    await wait
    this.#isParked = false
  }

  #hasWork(): boolean {
    return (
      this.#transport.state() !== RUNNING ||
      this.#queueHead < this.#queue.length ||
      this.#yielders.length > 0 ||
      this.#isTouched ||
      this.#transport.readers.some((reader) => reader.refresh())
    )
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

  #resume(waiters: readonly (() => void)[]): void {
    this.#isTouched = true
    for (const resume of waiters) resume()
  }

  #wakeSelf(): void {
    if (this.#isParked) this.#transport.wake(this.#transport.endpoint)
  }
}
