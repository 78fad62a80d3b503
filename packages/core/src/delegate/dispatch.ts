/**
 * Dispatch: what one endpoint does with each message that arrives.
 *
 * Invariants  runs inside a scheduler's turn, so never inside a task's synchronous section; bodies
 *             of delegates do not suspend (a promise as result is refused).
 * Ordering    messages of one link are handled in the order in which they were sent.
 * Failure     a body that throws answers its call with the error, or fails its scope if nobody
 *             waits for an answer; the loop goes on.
 * Bounds      room is given back to the writer every RELEASE_WORDS, so that it need not wait for
 *             the whole batch.
 * Long        every way to invoke a definition, side by side, so that they can be compared.
 */
import type { CoreMemory } from '../memory/directory.ts'
import { COUNTER } from '../metrics.ts'
import type { AnyDefinition } from '../message/definition.ts'
import {
  CALL_NUMBERS,
  CALL_SCOPED,
  type HandlerTable,
  FRAGMENT_MORE,
  REPLY_NUMBER,
  SEND_ENCODED,
  SEND_NUMBERS,
  SPAWN_ENCODED,
  SPAWN_NUMBERS,
  definitionOf,
  variantOf,
} from '../message/handlers.ts'
import { RUN_HEAD_WORDS } from '../message/outbox.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import type { Scheduler } from '../task/scheduler.ts'
import { frameOperation, frameWords } from '../transport/frame.ts'
import type { RingReader } from '../transport/ring.ts'
import {
  callBody,
  callBodyWithWords,
  callObjectBodyWithWords,
  suspendedError,
} from './arguments.ts'
import { type ControlParts, type ControlTarget, Controls, bytesOf } from './controls.ts'
import { type Runner, makeRunner } from './runner.ts'
import { type RunningCall, ScopedCalls } from './scoped-calls.ts'
import type { Sender } from './sender.ts'
import { valuesOf } from './shape.ts'
import { NO_ANSWER, type TaskHost, TaskRun, isThenable } from './task-run.ts'
import type { UnboundTasks } from './unbound.ts'

const { received: RECEIVED, sendsHandled: SENDS_HANDLED, callsHandled: CALLS_HANDLED } = COUNTER

/** More than the words of any numeric message. */
const RUNNERS_PER_DEFINITION = 8

/** Words read before the room is given back: an eighth of the default ring. */
const RELEASE_WORDS = 4096

/** What dispatch needs from its endpoint; `Context` is what bodies and decoding are given. */
export interface DispatchParts<Context> extends ControlParts<Context> {
  readonly here: number
  readonly scheduler: Scheduler
  readonly sender: Sender<Context>
  readonly counters: Float64Array
  readonly memory: CoreMemory
  readonly tasks: TaskHost
  readonly unbound: UnboundTasks<Context>
}

export class Dispatch<Context> implements ControlTarget {
  readonly #parts: DispatchParts<Context>
  readonly #scopes: ScopeTable
  readonly #counters: Float64Array
  readonly #here: number
  readonly #controls: Controls<Context>
  readonly #scopedCalls: ScopedCalls<Context>
  #definitions: readonly AnyDefinition[] = []
  /** By definition and words of a message; made when first needed. */
  readonly #runners: (Runner | undefined)[] = []

  constructor(parts: DispatchParts<Context>) {
    this.#parts = parts
    this.#scopes = parts.scopes
    this.#counters = parts.counters
    this.#here = parts.here
    this.#controls = new Controls(parts, this)
    this.#scopedCalls = new ScopedCalls(parts)
  }

  /** The definitions that messages name by number. Once, before the first message. */
  useTable(table: HandlerTable): void {
    this.#definitions = table.definitions
  }

  receive(src: number, reader: RingReader): void {
    const { f64, i32 } = reader
    const { calls, scheduler } = this.#parts
    let releasedAt = reader.head
    let received = 0
    let isAnswered = false
    do {
      const at = reader.position()
      const low = i32[2 * at]!
      const operation = frameOperation(low)
      if (operation === REPLY_NUMBER) calls.resolve(i32[2 * at + 1]!, f64[at + 1]!, -1)
      else this.#handle(src, f64, i32, at, operation, frameWords(low))
      if (operation !== FRAGMENT_MORE) received++
      if (definitionOf(operation) < 0) isAnswered = true
      reader.head = (reader.head + frameWords(low)) | 0
      if (((reader.head - releasedAt) | 0) >= RELEASE_WORDS) {
        reader.release()
        releasedAt = reader.head
      }
    } while (reader.head !== reader.tail)
    reader.release()
    this.#counters[RECEIVED]! += received
    if (isAnswered) scheduler.touch()
  }

  handleWhole(src: number, words: Float64Array): void {
    const i32 = new Int32Array(words.buffer)
    this.#handle(src, words, i32, 0, frameOperation(i32[0]!), words.length)
  }

  abortScoped(src: number, call: number): void {
    this.#scopedCalls.abort(src, call)
  }

  handleUnbound(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    auxiliary: number,
    words: number,
  ): void {
    this.#parts.unbound.handle(src, f64, at, operation, auxiliary, words)
  }

  /** Scoped calls from other endpoints that run here. */
  scopedCalls(): Iterable<RunningCall> {
    return this.#scopedCalls.running()
  }

  #handle(
    src: number,
    f64: Float64Array,
    i32: Int32Array,
    at: number,
    operation: number,
    words: number,
  ): void {
    const id = definitionOf(operation)
    const auxiliary = i32[2 * at + 1]!
    if (id < 0) {
      this.#controls.handle(src, f64, at, operation, auxiliary, words)
      return
    }
    const definition = this.#definitions[id]!
    const scope = this.#scopes.at(auxiliary)
    const variant = variantOf(operation)
    if (variant === SEND_NUMBERS) {
      const layout = i32[2 * at + 2]!
      this.#runAlike(id, scope, f64, at + RUN_HEAD_WORDS, layout, i32[2 * at + 3]!)
      return
    }
    if (variant === CALL_NUMBERS && definition.kind !== 'task') {
      this.#answerNumbers(src, definition, scope, f64, at, words)
      return
    }
    this.#handleOther(src, definition, scope, variant, f64, at, words)
  }

  /**
   * A run of one-way messages of one definition, the fast path. `layout`: the words of each in the
   * low 16 bits, their shape above.
   */
  #runAlike(
    id: number,
    scope: Scope,
    f64: Float64Array,
    first: number,
    layout: number,
    messages: number,
  ): void {
    const definition = this.#definitions[id]!
    const words = layout & 0xffff
    const shape = layout >>> 16
    if (definition.kind === 'delegate' && shape === 0) {
      const key = id * RUNNERS_PER_DEFINITION + words
      const run = (this.#runners[key] ??= makeRunner(definition, words))
      const failed = (error: unknown): void => this.#fail(scope, error, definition)
      run(scope.context, f64, first, messages, failed)
    } else {
      for (let i = 0; i < messages; i++) {
        this.#runOther(definition, scope, f64, first + i * words, words, shape)
      }
    }
    scope.counts[this.#here]! -= messages
    this.#scopes.markDirty(scope)
    this.#counters[SENDS_HANDLED]! += messages
    // `receive` counts the frame as one.
    this.#counters[RECEIVED]! += messages - 1
  }

  /** One message of a run for an object or a task, or with handles. */
  #runOther(
    definition: AnyDefinition,
    scope: Scope,
    f64: Float64Array,
    first: number,
    words: number,
    shape: number,
  ): void {
    const { memory, scheduler, tasks } = this.#parts
    try {
      if (shape === 0 && definition.kind === 'object') {
        const result = this.#callNumbers(definition, scope, f64, first, words)
        if (isThenable(result)) throw suspendedError(definition, result)
        return
      }
      const object = definition.kind === 'object' ? 1 : 0
      const values = valuesOf(memory, shape, f64, first + object, words - object)
      if (object === 1) values.unshift(f64[first]!)
      if (definition.kind === 'task') {
        scheduler.enqueue(new TaskRun(tasks, definition, scope, values, NO_ANSWER, NO_ANSWER, true))
      } else this.#callValues(definition, scope, values)
    } catch (error) {
      this.#fail(scope, error, definition)
    }
  }

  /** Blocking delegate with numbers. */
  #answerNumbers(
    src: number,
    definition: AnyDefinition,
    scope: Scope,
    f64: Float64Array,
    at: number,
    words: number,
  ): void {
    const call = f64[at + 1]!
    const wasDirty = this.#scopes.watch(scope)
    this.#counters[CALLS_HANDLED]!++
    let result: unknown
    try {
      result = this.#callNumbers(definition, scope, f64, at + 2, words - 2)
      if (typeof result === 'object' && isThenable(result)) throw suspendedError(definition, result)
    } catch (error) {
      const isCounted = this.#scopes.watched(scope, wasDirty)
      this.#replyError(src, call, scope, error, isCounted, definition)
      return
    }
    this.#reply(src, call, scope, result, this.#scopes.watched(scope, wasDirty), definition)
  }

  #callNumbers(
    definition: AnyDefinition,
    scope: Scope,
    f64: Float64Array,
    first: number,
    count: number,
  ): unknown {
    if (definition.kind !== 'object') {
      return callBodyWithWords(definition.body, scope.context, f64, first, count)
    }
    const object = this.#parts.memory.objects.get(f64[first]!)
    return callObjectBodyWithWords(
      definition.body,
      scope.context,
      object,
      f64,
      first + 1,
      count - 1,
    )
  }

  #handleOther(
    src: number,
    definition: AnyDefinition,
    scope: Scope,
    variant: number,
    f64: Float64Array,
    at: number,
    words: number,
  ): void {
    const isOneWay = variant === SEND_ENCODED
    const isNumbers = variant === CALL_NUMBERS || variant === SPAWN_NUMBERS
    const call = isOneWay ? NO_ANSWER : f64[at + 1]!
    const first = at + (isOneWay ? 1 : 2)
    const end = at + words
    let values: unknown[]
    try {
      values = isNumbers ? numbersOf(f64, first, end) : this.#decode(f64, first, end)
    } catch (error) {
      this.#refuse(src, definition, scope, variant, call, error)
      return
    }
    if (definition.kind === 'task') this.#queue(src, definition, scope, variant, call, values)
    else if (isOneWay) this.#runValues(definition, scope, values)
    else this.#answerValues(src, definition, scope, call, values)
  }

  #runValues(definition: AnyDefinition, scope: Scope, values: unknown[]): void {
    try {
      this.#callValues(definition, scope, values)
    } catch (error) {
      this.#fail(scope, error, definition)
    }
    this.#uncount(scope)
    this.#counters[SENDS_HANDLED]!++
  }

  #answerValues(
    src: number,
    definition: AnyDefinition,
    scope: Scope,
    call: number,
    values: unknown[],
  ): void {
    const wasDirty = this.#scopes.watch(scope)
    this.#counters[CALLS_HANDLED]!++
    let result: unknown
    try {
      result = this.#callValues(definition, scope, values)
    } catch (error) {
      const isCounted = this.#scopes.watched(scope, wasDirty)
      this.#replyError(src, call, scope, error, isCounted, definition)
      return
    }
    this.#reply(src, call, scope, result, this.#scopes.watched(scope, wasDirty), definition)
  }

  #callValues(definition: AnyDefinition, scope: Scope, values: unknown[]): unknown {
    if (definition.kind === 'object') {
      values[0] = this.#parts.memory.objects.get(values[0] as number)
    }
    const result = callBody(definition.body, scope.context, values)
    if (isThenable(result)) throw suspendedError(definition, result)
    return result
  }

  #queue(
    src: number,
    definition: AnyDefinition,
    scope: Scope,
    variant: number,
    call: number,
    values: unknown[],
  ): void {
    const { scheduler, tasks } = this.#parts
    if (variant === CALL_SCOPED) {
      void this.#scopedCalls.run(src, definition, call, values)
      return
    }
    const isSpawn = variant === SPAWN_NUMBERS || variant === SPAWN_ENCODED
    const caller = call === NO_ANSWER ? NO_ANSWER : src
    const failsScope = isSpawn || call === NO_ANSWER
    scheduler.enqueue(new TaskRun(tasks, definition, scope, values, caller, call, failsScope))
    // A called task is counted by its answer, see `Endpoint.answer`.
    if (failsScope) this.#uncount(scope)
  }

  #refuse(
    src: number,
    definition: AnyDefinition,
    scope: Scope,
    variant: number,
    call: number,
    error: unknown,
  ): void {
    const isCall = call !== NO_ANSWER
    const isCounted = !isCall || variant >= SPAWN_NUMBERS
    if (isCall) this.#replyError(src, call, scope, error, false, definition)
    if (isCounted) {
      this.#fail(scope, error, definition)
      this.#uncount(scope)
    }
  }

  #reply(
    src: number,
    call: number,
    scope: Scope,
    result: unknown,
    isCounted: boolean,
    definition: AnyDefinition,
  ): void {
    try {
      this.#parts.sender.reply(src, call, result, isCounted, definition.name)
    } catch (error) {
      this.#replyError(src, call, scope, error, isCounted, definition)
      return
    }
    if (isCounted) this.#uncount(scope)
  }

  #replyError(
    src: number,
    call: number,
    scope: Scope,
    error: unknown,
    isCounted: boolean,
    definition: AnyDefinition,
  ): void {
    this.#parts.sender.replyError(src, call, error, isCounted, this.#place(definition))
    if (isCounted) this.#uncount(scope)
  }

  #fail(scope: Scope, error: unknown, definition: AnyDefinition): void {
    this.#parts.tasks.scopeFailed(scope, error, this.#place(definition))
  }

  #place(definition: AnyDefinition): {
    kind: 'delegate' | 'task'
    core: number
    definition: string
  } {
    const kind = definition.kind === 'task' ? 'task' : 'delegate'
    return { kind, core: this.#here, definition: definition.name }
  }

  /** The handling of one counted message has ended. */
  #uncount(scope: Scope): void {
    scope.counts[this.#here]!--
    this.#scopes.markDirty(scope)
  }

  #decode(f64: Float64Array, first: number, end: number): unknown[] {
    const { codec, codecContext } = this.#parts
    return codec.decode(bytesOf(f64, first, end), codecContext)
  }
}

/** By hand: `Array.from` goes through an iterator, at ten times the cost of a short loop. */
function numbersOf(f64: Float64Array, first: number, end: number): unknown[] {
  const values: unknown[] = []
  for (let at = first; at < end; at++) values.push(f64[at])
  return values
}
