/**
 * Unbound runs: unbound tasks of one endpoint from their first step to their end, and the books of
 * those that end on another core than they were spawned on.
 *
 * States      of a task: waiting for its arguments, perhaps -> running -> finished.
 * Invariants  home, the core that spawned a task, is active in its scope until it knows of the end.
 *             A task that ran elsewhere is counted at its end, as a call with REPLY_COUNTED is: by
 *             home as a message to the core that ran it, by that core as a message handled. See
 *             sync/scopes.md and task/deque.md.
 * Ownership   arguments that a record has no place for are kept, encoded, at home, until the task
 *             begins; a core that stole it asks for them.
 * Failure     an error answers the join if there is one, and fails the scope.
 */
import type { CoreMemory } from '../memory/directory.ts'
import { COUNTER } from '../metrics.ts'
import type { Codec } from '../message/codec.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { ARGUMENTS, ARGUMENTS_WANTED, HandlerTable, UNBOUND_DONE } from '../message/handlers.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import type { Scheduler } from '../task/scheduler.ts'
import {
  FIRST_ARGUMENT,
  OUT_OF_LINE,
  type RecordViews,
  callAt,
  countAt,
  definitionAt,
  homeAt,
  scopeAt,
  shapeAt,
} from '../task/task-record.ts'
import { callBody, callBodyWithWords } from './arguments.ts'
import type { Calls } from './calls.ts'
import { bytesOf } from './controls.ts'
import type { Sender } from './sender.ts'
import { valuesOf } from './shape.ts'
import { NO_ANSWER, type TaskHost, isThenable } from './task-run.ts'

/** What unbound tasks need from their endpoint. */
export interface UnboundParts<Context> {
  readonly here: number
  readonly scopes: ScopeTable
  readonly calls: Calls
  readonly sender: Sender<Context>
  readonly codec: Codec<Context>
  readonly codecContext: Context
  readonly counters: Float64Array
  readonly memory: CoreMemory
  readonly scheduler: Scheduler
  readonly tasks: TaskHost
}

/** A task that has begun. */
interface Started {
  readonly definition: AnyDefinition
  readonly scope: Scope
  readonly home: number
  readonly call: number
}

export class UnboundRuns<Context> {
  table = new HandlerTable([])
  readonly #parts: UnboundParts<Context>
  readonly #here: number
  readonly #scopes: ScopeTable
  readonly #counters: Float64Array
  /** Encoded arguments of tasks spawned here that have not begun. */
  readonly #kept = new Slots<Float64Array>()
  /** Tasks whose arguments were asked for. */
  readonly #awaiting = new Slots<Started>()
  #doneHome = -1
  #doneScope: Scope | undefined = undefined
  #doneCount = 0

  constructor(parts: UnboundParts<Context>) {
    this.#parts = parts
    this.#here = parts.here
    this.#scopes = parts.scopes
    this.#counters = parts.counters
  }

  /** Tasks that wait for their arguments. */
  get waiting(): number {
    return this.#awaiting.size
  }

  /** Whether `sendDone` has something to send. */
  get isDue(): boolean {
    return this.#doneCount > 0
  }

  /** Keeps encoded arguments until their task begins; answers their place. */
  keep(words: Float64Array): number {
    return this.#kept.put(words)
  }

  /** `src` wants the arguments at `slot`, for its task `ticket`. */
  give(src: number, slot: number, ticket: number): void {
    this.#parts.sender.words(src, ARGUMENTS, ticket, this.#kept.take(slot))
  }

  /** The arguments of task `ticket` are here. */
  startWaiting(ticket: number, f64: Float64Array, first: number, end: number): void {
    this.#startWith(this.#awaiting.take(ticket), f64, first, end)
  }

  /** Begins the task whose record lies at `at`; what it says is read before the body runs. */
  start(views: RecordViews, at: number): void {
    const { f64, i32 } = views
    const definition = this.table.definitions[definitionAt(i32, at)]!
    const scope = this.#scopes.at(scopeAt(i32, at))
    const home = homeAt(i32, at)
    const call = callAt(i32, at)
    const count = countAt(i32, at)
    const first = at + FIRST_ARGUMENT
    if (count === OUT_OF_LINE) {
      this.#fetch({ definition, scope, home, call }, f64[first]!)
      return
    }
    if (home !== this.#here) this.#scopes.enter(scope)
    let result: unknown
    try {
      const shape = shapeAt(i32, at)
      const { body } = definition
      result =
        shape === 0
          ? callBodyWithWords(body, scope.context, f64, first, count)
          : callBody(body, scope.context, valuesOf(this.#parts.memory, shape, f64, first, count))
    } catch (error) {
      this.#failed(definition, scope, home, call, error)
      return
    }
    this.#settle(definition, scope, home, call, result)
  }

  /** Gets the arguments from where they are kept. */
  #fetch(started: Started, slot: number): void {
    const { home } = started
    if (home === this.#here) {
      const words = this.#kept.take(slot)
      this.#startWith(started, words, 0, words.length)
    } else {
      this.#parts.sender.number(home, ARGUMENTS_WANTED, slot, this.#awaiting.put(started))
    }
  }

  /** Begins a task with encoded arguments, which lie in `f64` from `first` to `end`. */
  #startWith(started: Started, f64: Float64Array, first: number, end: number): void {
    const { definition, scope, home, call } = started
    const { codec, codecContext } = this.#parts
    if (home !== this.#here) this.#scopes.enter(scope)
    let result: unknown
    try {
      const values = codec.decode(bytesOf(f64, first, end), codecContext)
      result = callBody(definition.body, scope.context, values)
    } catch (error) {
      this.#failed(definition, scope, home, call, error)
      return
    }
    this.#settle(definition, scope, home, call, result)
  }

  #settle(
    definition: AnyDefinition,
    scope: Scope,
    home: number,
    call: number,
    result: unknown,
  ): void {
    if (!isThenable(result)) {
      this.#succeeded(definition, scope, home, call, result)
      return
    }
    const { tasks, scheduler } = this.#parts
    const caller = call === NO_ANSWER ? NO_ANSWER : home
    const task = { definition, scope, caller, failsScope: true, place: -1 }
    tasks.taskStarted(task)
    tasks.suspended.add(task)
    tasks.taskSuspended(task)
    const ended = (): void => {
      tasks.suspended.remove(task)
      tasks.taskEnded(task)
      scheduler.wake() // somebody may have to be told
    }
    result.then(
      (value) => {
        this.#succeeded(definition, scope, home, call, value)
        ended()
      },
      (error: unknown) => {
        this.#failed(definition, scope, home, call, error)
        ended()
      },
    )
  }

  #succeeded(
    definition: AnyDefinition,
    scope: Scope,
    home: number,
    call: number,
    value: unknown,
  ): void {
    const { calls, sender, tasks } = this.#parts
    if (tasks.ended !== undefined) return
    if (call === NO_ANSWER) {
      this.#finish(scope, home, call)
      return
    }
    try {
      if (home === this.#here) calls.resolve(call, this.#copyOf(value, definition), -1)
      else sender.reply(home, call, value, true, definition.name)
    } catch (error) {
      // The result cannot be sent: that is the answer.
      this.#failed(definition, scope, home, call, error)
      return
    }
    this.#finish(scope, home, call)
  }

  #failed(
    definition: AnyDefinition,
    scope: Scope,
    home: number,
    call: number,
    error: unknown,
  ): void {
    const { calls, sender, tasks, codecContext } = this.#parts
    if (tasks.ended !== undefined) return
    const at = { kind: 'task', core: this.#here, definition: definition.name } as const
    tasks.scopeFailed(scope, error, at)
    if (call !== NO_ANSWER) {
      if (home === this.#here) calls.reject(call, sender.asArrived(error, at, codecContext), -1)
      else sender.replyError(home, call, error, true, at)
    }
    this.#finish(scope, home, call)
  }

  /** The books of a task that has ended here. Its answer, if one is wanted, is on its way. */
  #finish(scope: Scope, home: number, call: number): void {
    this.#counters[COUNTER.tasksFinished]!++
    if (home === this.#here) {
      if (call === NO_ANSWER) this.#scopes.leave(scope)
      return
    }
    if (call === NO_ANSWER) this.#noteDone(scope, home)
    scope.counts[this.#here]!--
    this.#scopes.leave(scope)
  }

  /** Tells `home` later, together with others like it. */
  #noteDone(scope: Scope, home: number): void {
    if (this.#doneScope !== scope || this.#doneHome !== home) this.sendDone()
    this.#doneScope = scope
    this.#doneHome = home
    this.#doneCount++
  }

  /** Tells homes of tasks that have ended here. */
  sendDone(): void {
    if (this.#doneCount === 0) return
    this.#parts.sender.number(this.#doneHome, UNBOUND_DONE, this.#doneScope!.id, this.#doneCount)
    this.#doneCount = 0
    this.#doneScope = undefined
  }

  /** Home: `count` tasks of `scope` have ended at `src`. */
  finishedElsewhere(src: number, scope: Scope, count: number): void {
    scope.counts[src]! += count
    this.#scopes.leave(scope, count)
  }

  /** A result as it would arrive from elsewhere: whoever ran the task, it is the same. */
  #copyOf(value: unknown, definition: AnyDefinition): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value
    const { codec, codecContext } = this.#parts
    const length = codec.encodeOne(value, definition.name)
    const bytes = codec.bytes.slice(0, length)
    codec.sent() // before there is a second one, as if it came from elsewhere
    return codec.decodeOne(bytes, codecContext)
  }
}

/** Things by number; numbers are used again. */
class Slots<T> {
  readonly #things: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#things.length - this.#free.length
  }

  put(thing: T): number {
    const slot = this.#free.pop() ?? this.#things.length
    this.#things[slot] = thing
    return slot
  }

  take(slot: number): T {
    const thing = this.#things[slot]!
    this.#things[slot] = undefined
    this.#free.push(slot)
    return thing
  }
}
