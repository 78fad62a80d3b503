/**
 * Endpoint: everything that one core (or the host) consists of, put together in one place. Handles
 * (`Core`) are views of it under one scope each.
 *
 * Shutdown    `end` refuses new work, then rejects every call and waiter with its error. Safe to
 *             repeat; the first error stays.
 */
import { inspect } from 'node:util'

import type { CoreMemory } from '../memory/directory.ts'
import { COUNTER } from '../metrics.ts'
import { Codec } from '../message/codec.ts'
import type { CodecExtension } from '../message/codec-extension.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { CALL_ABORTED, CALL_SCOPED, HandlerTable, operationOf } from '../message/handlers.ts'
import type { WorkPlace } from '../message/wire-error.ts'
import type { CoreId, Topology } from '../place.ts'
import type { Scope } from '../sync/scope.ts'
import { ScopeTable } from '../sync/scopes.ts'
import { type LoopClock, type Receiver, Scheduler, type SharedWork } from '../task/scheduler.ts'
import type { RingReader } from '../transport/ring.ts'
import type { Transport } from '../transport/transport.ts'
import { Calls } from './calls.ts'
import { Dispatch } from './dispatch.ts'
import type { Recorder } from './recorder.ts'
import type { RunningCall } from './scoped-calls.ts'
import { Sender } from './sender.ts'
import { Stealing, type StealingOptions } from './stealing.ts'
import { SuspendedTasks } from './suspended.ts'
import type { HostedTask, TaskHost, TaskRun } from './task-run.ts'
import { UnboundTasks } from './unbound.ts'

export interface EndpointOptions {
  readonly topology: Topology
  readonly transport: Transport
  readonly memory: CoreMemory
  /** This endpoint's row of metrics. */
  readonly counters: Float64Array
  readonly clock: LoopClock
  /** How long to look for work before parking, in milliseconds. */
  readonly spinMs: number
  /** Bound of what may wait for one destination, in bytes. */
  readonly outboxBytes: number
  /** Handles that may travel as arguments. */
  readonly extensions: readonly CodecExtension<Endpoint>[]
  /** Makes the handle that bodies running in `scope` receive. */
  readonly makeCore: (endpoint: Endpoint, scope: Scope) => unknown
  /** Takes the lines of `core.log`. */
  readonly writeLine: (line: string) => void
  /** Records what happens here; none if no trace was asked for. */
  readonly recorder?: Recorder | undefined
  /** How unbound tasks are shared; left out for the host, which runs none. */
  readonly stealing?: StealingOptions
}

/** Failures of called tasks that are kept, to explain why others wait: more than anybody reads. */
const KEPT_FAILURES = 8

/** A called task that failed: its caller knows, but others may wait for what it has not done. */
export interface TaskFailure {
  readonly definition: string
  /** Number of its completion scope. */
  readonly scope: number
  readonly error: unknown
  readonly atMs: number
}

/** What state kept by `Endpoint.state` may have. */
export interface EndpointState {
  /** Lines to be said when the runtime closes in order: no run is left, nothing has ended yet. */
  closing?(): Iterable<string>
}

export class Endpoint implements TaskHost {
  readonly id: CoreId
  readonly topology: Topology
  readonly transport: Transport
  readonly memory: CoreMemory
  readonly counters: Float64Array
  readonly scheduler: Scheduler
  readonly scopes: ScopeTable
  readonly calls: Calls
  readonly sender: Sender<Endpoint>
  readonly unbound: UnboundTasks<Endpoint>
  readonly suspended = new SuspendedTasks()
  readonly writeLine: (line: string) => void
  /** Set by `useTable` before the first message. */
  table = new HandlerTable([])
  readonly clock: LoopClock
  readonly #codec: Codec<Endpoint>
  readonly #dispatch: Dispatch<Endpoint>
  readonly #recorder: Recorder | undefined
  readonly #states = new Map<object, unknown>()
  readonly #failures: TaskFailure[] = []
  #end: Error | undefined = undefined

  constructor(options: EndpointOptions) {
    const { transport, counters, clock, spinMs, recorder } = options
    this.id = transport.endpoint
    this.topology = options.topology
    this.transport = transport
    this.memory = options.memory
    this.counters = counters
    this.clock = clock
    this.writeLine = options.writeLine
    this.#recorder = recorder
    const codec = new Codec<Endpoint>(options.extensions, { place: this })
    this.#codec = codec
    // The loop reads messages only once everything below is made.
    const receiver: Receiver = {
      receive:
        recorder === undefined
          ? (src: number, reader: RingReader) => this.#dispatch.receive(src, reader)
          : (src: number, reader: RingReader) => this.#receiveTraced(recorder, src, reader),
      quiet: () => this.scopes.reportQuiet(),
      isQuietDue: () => this.scopes.isReportDue,
    }
    const work: SharedWork = {
      turn: (isBusy) => this.unbound.turn(isBusy),
      isDue: () => this.unbound.isDue(),
      isDrained: () => this.unbound.isDrained(),
      announce: () => this.unbound.announce(),
      withdraw: () => this.unbound.withdraw(),
    }
    const outboxWords = Math.ceil(options.outboxBytes / 8)
    const settings = { clock, spinMs, outboxWords, counters, work, trace: recorder }
    this.scheduler = new Scheduler(transport, receiver, settings)
    this.sender = new Sender(this.id, this.scheduler, codec, counters)
    this.scopes = new ScopeTable(
      this.id,
      transport.endpoints,
      this.sender,
      (scope) => options.makeCore(this, scope),
      (error) => this.#logUnheard(error),
    )
    this.calls = new Calls(this.scopes)
    const parts = {
      here: this.id,
      scheduler: this.scheduler,
      scopes: this.scopes,
      calls: this.calls,
      sender: this.sender,
      codec,
      codecContext: this,
      counters,
      memory: this.memory,
      tasks: this,
    }
    this.unbound = new UnboundTasks(parts, clock, this.#makeStealing(options), recorder)
    this.#dispatch = new Dispatch({ ...parts, unbound: this.unbound })
  }

  /** The error with which the endpoint ended, if it did. */
  get ended(): Error | undefined {
    return this.#end
  }

  /** Agrees on the definitions and extensions of the program. Once, before the first message. */
  useTable(table: HandlerTable): void {
    this.table = table
    this.#codec.extend(table.extensions)
    this.#dispatch.useTable(table)
    this.#recorder?.useTable(table)
    this.unbound.useTable(table)
  }

  /** State that a higher level keeps on this endpoint under `key`, made at its first use. */
  state<T>(key: object, make: () => T): T {
    if (!this.#states.has(key)) this.#states.set(key, make())
    return this.#states.get(key) as T // what `make` of the same key made
  }

  /** All that higher levels keep on this endpoint. */
  states(): Iterable<unknown> {
    return this.#states.values()
  }

  /** What is to be said before an orderly end, by all that is kept on this endpoint. */
  lastWords(): string[] {
    const lines: string[] = []
    for (const state of this.#states.values()) {
      // States are of any type; what has the method, has it for this.
      for (const text of (state as EndpointState | undefined)?.closing?.() ?? []) {
        lines.push(this.#line(text))
      }
    }
    return lines
  }

  /** Scoped calls from other endpoints that run here. */
  scopedCalls(): Iterable<RunningCall> {
    return this.#dispatch.scopedCalls()
  }

  /** Tasks called here that failed lately, oldest first. */
  recentFailures(): readonly TaskFailure[] {
    return this.#failures
  }

  /**
   * Calls a task in a scope of its own, homed at `dst`: resolves when all it gave rise to has
   * ended. The call's number, for `abortRun`, is `calls.last` right afterwards.
   */
  callScoped(definition: AnyDefinition, dst: CoreId, values: readonly unknown[]): Promise<unknown> {
    const { root } = this.scopes
    const operation = operationOf(this.table.idOf(definition), CALL_SCOPED)
    this.counters[COUNTER.calls]!++
    const promise = this.calls.open(root)
    const call = this.calls.last
    try {
      this.sender.sendValues(dst, operation, root.id, call, values, definition.name)
    } catch (error) {
      this.calls.reject(call, error as Error, -1)
    }
    this.calls.last = call
    return promise
  }

  /** Aborts the scope of a call made by `callScoped`. */
  abortRun(dst: CoreId, call: number): void {
    this.sender.signal(dst, CALL_ABORTED, call)
  }

  /** Refuses everything from now on, and rejects everything that waits, with `error`. */
  end(error: Error): void {
    if (this.#end !== undefined) return
    this.#end = error
    for (const outbox of this.scheduler.outboxes) outbox.end(error)
    this.calls.end(error)
    this.scopes.failAll(error)
    this.scheduler.end(error)
  }

  taskStarted(task: HostedTask): void {
    this.scheduler.activeTasks++
    if (this.#recorder !== undefined) this.#recorder.taskStarted(task)
  }

  taskSuspended(task: HostedTask): void {
    if (this.#recorder !== undefined) this.#recorder.taskSuspended(task)
  }

  taskEnded(task: HostedTask): void {
    this.scheduler.activeTasks--
    if (this.#recorder !== undefined) this.#recorder.taskEnded(task)
  }

  answer(run: TaskRun, value: unknown): void {
    if (this.#end !== undefined) return
    if (run.caller === this.id) {
      this.calls.resolve(run.call, value, -1)
      return
    }
    const isCounted = !run.failsScope
    this.sender.reply(run.caller, run.call, value, isCounted, run.definition.name)
    if (isCounted) this.#uncount(run.scope)
  }

  answerError(run: TaskRun, error: unknown): void {
    if (this.#end !== undefined) return
    const definition = run.definition.name
    if (this.#failures.length === KEPT_FAILURES) this.#failures.shift()
    this.#failures.push({ definition, scope: run.scope.id, error, atMs: this.clock.now() })
    const at = { kind: 'task', core: this.id, definition } as const
    if (run.caller === this.id) {
      this.calls.reject(run.call, this.sender.asArrived(error, at, this), -1)
      return
    }
    const isCounted = !run.failsScope
    this.sender.replyError(run.caller, run.call, error, isCounted, at)
    if (isCounted) this.#uncount(run.scope)
  }

  scopeFailed(scope: Scope, error: unknown, at: WorkPlace): void {
    if (this.#end !== undefined) return
    const place = { ...at, core: this.id }
    if (scope.home === this.id) {
      this.scopes.addError(scope, this.sender.asArrived(error, place, this))
      return
    }
    this.sender.scopeFailed(scope, error, place)
    // Counts the call whose body this may be, so that its account travels behind the error.
    this.scopes.markDirty(scope)
  }

  /** Writes lines with this endpoint's name before them. */
  log(text: string): void {
    this.writeLine(this.#line(text))
  }

  /** Counts a message to `dst` that belongs to `scope`. */
  countMessage(scope: Scope, dst: number): void {
    scope.counts[dst]!++
    if (!scope.isDirty) this.scopes.markDirty(scope)
  }

  /** Counts a delegate that ran here without a message. */
  countLocal(): void {
    this.counters[COUNTER.localDelegates]!++
  }

  #line(text: string): string {
    const name = this.id === this.topology.host ? 'host' : `core ${this.id}`
    return `[${name}] ${text}`
  }

  #receiveTraced(recorder: Recorder, src: number, reader: RingReader): void {
    recorder.receiving(src, reader)
    this.#dispatch.receive(src, reader)
    recorder.received()
  }

  #makeStealing(options: EndpointOptions): Stealing | undefined {
    const { stealing, topology, transport, counters } = options
    if (stealing === undefined) return undefined
    return new Stealing(stealing, topology, transport, this.sender, counters, options.recorder)
  }

  #logUnheard(error: unknown): void {
    try {
      this.log(`Work outside of any run or finish failed: ${inspect(error)}`)
    } catch {
      // The way to the host is overfull, and there is no other.
    }
  }

  #uncount(scope: Scope): void {
    scope.counts[this.id]!--
    this.scopes.markDirty(scope)
  }
}
