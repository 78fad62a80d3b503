/**
 * Core: what bodies and tasks hold. It is one core seen under one completion scope: whatever is
 * sent or spawned through it belongs to that scope, and so does what the receivers send in turn.
 *
 * Access      the thread it was made on. Not sendable: every body gets its own.
 * Ordering    messages from one core to another are handled in the order in which they were sent.
 * Suspends    nothing before it returns; what returns a promise suspends where it is awaited.
 * Ownership   arguments are copied when they leave the core; a local target gets them as they are.
 * Failure     ORUJO_NOT_SENDABLE, ORUJO_UNKNOWN_DEFINITION, ORUJO_BAD_ADDRESS and ORUJO_OVERFLOW
 *             are thrown at the call; after the runtime's end every call throws its error. A handle
 *             whose scope has ended at its home throws ORUJO_SCOPE_ENDED.
 * Long        the fast paths of send and call need the private fields of one class.
 */
import { inspect } from 'node:util'
import { isNativeError } from 'node:util/types'

import type { CoreMemory } from '../memory/directory.ts'
import { ObjectAddress } from '../memory/objects.ts'
import { invariant } from '../errors.ts'
import { COUNTER } from '../metrics.ts'
import type { AnyDefinition, Delegate, ObjectDelegate, Task } from '../message/definition.ts'
import {
  CALL_ENCODED,
  CALL_NUMBERS,
  SEND_ENCODED,
  SEND_NUMBERS,
  SPAWN_ENCODED,
  SPAWN_NUMBERS,
  operationOf,
} from '../message/handlers.ts'
import type { Outbox } from '../message/outbox.ts'
import { type Anywhere, type CoreId, type Topology, anywhere } from '../place.ts'
import { finishScope } from '../sync/finish.ts'
import type { Scope } from '../sync/scope.ts'
import { frameHeader } from '../transport/frame.ts'
import {
  areNumbers,
  callBody,
  callBodyWithFew,
  firstValues,
  homeOf,
  suspendedError,
  unboundDelegateError,
  writeNumbers,
  noSuchCore,
} from './arguments.ts'
import type { Endpoint } from './endpoint.ts'
import type { Join, JoinHandle } from './join-handle.ts'
import { NO_CALL } from './sender.ts'
import { shapeOf, wordOf } from './shape.ts'
import { NO_ANSWER, TaskRun, isThenable } from './task-run.ts'

/** Where something runs: a core, or anything that has a home, such as a global address. */
export type Target = CoreId | { readonly core: CoreId }
/** A target or `anywhere`, which to the compiler is none. */
type AnyTarget = number | { readonly core: CoreId }

const { calls: CALLS, spawns: SPAWNS } = COUNTER

/** More than the arguments, and than the shapes, of any run. */
const ARITIES = 8
const SHAPES = 2 ** 12

/**
 * Local delegates inside local delegates; deeper sends go through the link to oneself. Calls do
 * not, because they have run when they return: they nest as functions do.
 */
const MAX_DEPTH = 64

export class Core {
  readonly id: CoreId
  /** The machinery below; for packages that build on `@orujo/core/internal`. */
  readonly endpoint: Endpoint
  /** The completion scope that this handle stands for. */
  readonly scope: Scope
  /** Memory of this core: its heap, the directory of arrays, its objects. */
  readonly memory: CoreMemory
  readonly #outboxes: readonly Outbox[]
  #depth = 0

  constructor(endpoint: Endpoint, scope: Scope) {
    this.id = endpoint.id
    this.endpoint = endpoint
    this.scope = scope
    this.memory = endpoint.memory
    this.#outboxes = endpoint.scheduler.outboxes
  }

  /** How many cores there are, in all locales. */
  get cores(): number {
    return this.endpoint.topology.cores
  }

  /** The host's place: a target like any core, but without a part of the heap. */
  get host(): CoreId {
    return this.endpoint.topology.host
  }

  get topology(): Topology {
    return this.endpoint.topology
  }

  /**
   * Aborted when the run that this work belongs to is. For work that runs: on other cores than the
   * scope's home the signal is forgotten when all work of the scope there has ended.
   */
  get signal(): AbortSignal {
    return this.scope.signal
  }

  /**
   * Sends one-way: runs a delegate, or starts a task, at `target`, and returns at once. Its end is
   * waited for by the scope; its error fails the scope. A local delegate runs before this returns.
   *
   * A task may be sent `anywhere`, see `spawn`.
   *
   * @returns false above the high-water mark: `await core.drain()` before sending much more
   */
  send<A extends unknown[]>(
    definition: Delegate<A, unknown> | Task<A, unknown>,
    target: Target,
    ...args: A
  ): boolean
  send<A extends unknown[]>(definition: Task<A, unknown>, target: Anywhere, ...args: A): boolean
  send<T, A extends unknown[]>(
    definition: ObjectDelegate<T, A, unknown>,
    target: ObjectAddress<T>,
    ...args: A
  ): boolean
  send(
    definition: AnyDefinition,
    target: AnyTarget,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
  ): boolean {
    const count = arguments.length - 2
    if (typeof target === 'number' && target >= 0) {
      // The hot case: one more message like the last one to that core. Its scope has been listed
      // when the run began, and the ring had room for a batch.
      const outbox = this.#outboxes[target]
      if (
        outbox !== undefined &&
        outbox.runDefinition === definition &&
        outbox.runOwner === this.scope &&
        outbox.runArity === count &&
        areNumbers(count, a, b, c, d)
      ) {
        const at = outbox.extendRun(count)
        if (at >= 0) {
          writeNumbers(outbox.f64, at, count, a, b, c, d)
          return true
        }
      }
    }
    // The rest is elsewhere, because engines inline short functions only.
    if (count <= 4) return this.#sendFew(definition, target, count, a, b, c, d)
    const values = firstValues(count, a, b, c, d)
    // By index, because handing `arguments` on would make it an object in every call.
    // eslint-disable-next-line prefer-rest-params -- a rest parameter would allocate in every call
    for (let i = 4; i < count; i++) values.push(arguments[2 + i])
    return this.#sendSlow(definition, target, values)
  }

  /**
   * Calls: runs a delegate or a task at `target` and resolves with its result. A local delegate has
   * run when this returns. Rejects with the error of the body; the scope is not failed.
   */
  call<A extends unknown[], R>(
    definition: Delegate<A, R> | Task<A, R>,
    target: Target,
    ...args: A
  ): Promise<R>
  call<T, A extends unknown[], R>(
    definition: ObjectDelegate<T, A, R>,
    target: ObjectAddress<T>,
    ...args: A
  ): Promise<R>
  call(
    definition: AnyDefinition,
    target: Target,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
  ): Promise<unknown> {
    const count = arguments.length - 2
    const dst = typeof target === 'number' ? target : homeOf(target)
    if (dst === this.id || !areNumbers(count, a, b, c, d)) {
      const values = firstValues(count, a, b, c, d)
      // eslint-disable-next-line prefer-rest-params -- see `send`
      for (let i = 4; i < count; i++) values.push(arguments[2 + i])
      return this.#callSlow(definition, target, dst, values)
    }
    const outbox = this.#outboxes[dst] ?? noSuchCore(this, dst)
    const { endpoint, scope } = this
    scope.checkOpen()
    const id = endpoint.table.idOf(definition)
    const object = definition.kind === 'object' ? 1 : 0
    const words = 2 + object + count
    const at = outbox.reserve(words)
    const promise = endpoint.calls.open(scope)
    outbox.i32[2 * at] = frameHeader(operationOf(id, CALL_NUMBERS), words)
    outbox.i32[2 * at + 1] = scope.id
    outbox.f64[at + 1] = endpoint.calls.last
    if (object === 1) outbox.f64[at + 2] = rawOf(target)
    writeNumbers(outbox.f64, at + 2 + object, count, a, b, c, d)
    endpoint.counters[CALLS]!++
    return promise
  }

  /**
   * Spawns a task, bound to `target`, or to no core: `anywhere`. The scope waits for it, and fails
   * if it fails, whether it is joined or not; use `call` to handle a task's error where it is
   * called. An unbound task runs here unless a core with nothing to do takes it first; its
   * arguments and result are copied wherever it runs.
   */
  spawn<A extends unknown[], R>(
    definition: Task<A, R>,
    target: Target | Anywhere,
    ...args: A
  ): JoinHandle<R> {
    const { endpoint, scope } = this
    const dst = typeof target === 'number' ? target : homeOf(target)
    scope.checkOpen()
    const id = endpoint.table.idOf(definition)
    invariant(
      definition.kind === 'task',
      `spawn() is for tasks; call or send '${definition.name}'.`,
    )
    if (target === anywhere) return this.#spawnAnywhere(definition, args)
    const outbox = this.#outboxes[dst] ?? noSuchCore(this, dst)
    const join = endpoint.calls.openJoin(undefined) as Join<R>
    const call = endpoint.calls.last
    if (dst === this.id) {
      const run = new TaskRun(endpoint, definition, scope, args, this.id, call, true)
      endpoint.scheduler.enqueue(run)
      return join
    }
    try {
      const words = 2 + args.length
      if (words <= outbox.maxFrameWords && args.every(isNumber)) {
        const at = outbox.reserve(words)
        outbox.i32[2 * at] = frameHeader(operationOf(id, SPAWN_NUMBERS), words)
        outbox.i32[2 * at + 1] = scope.id
        outbox.f64[at + 1] = call
        for (let i = 0; i < args.length; i++) outbox.f64[at + 2 + i] = args[i] as number
      } else this.#sendEncoded(dst, SPAWN_ENCODED, definition, call, args)
    } catch (error) {
      endpoint.calls.cancel(call)
      throw error
    }
    endpoint.countMessage(scope, dst)
    endpoint.counters[SPAWNS]!++
    return join
  }

  /**
   * Runs `work` and waits for everything sent or spawned through the core it gets, and for all that
   * came of it, on every core. Rejects with the work's own error, else with WorkFailedError.
   */
  finish<T>(work: (core: Core) => T | PromiseLike<T>): Promise<T> {
    const { scopes } = this.endpoint
    return finishScope(scopes, this.scope, (scope) => work(scope.context as Core))
  }

  /**
   * Resolves when every outbox is below its high-water mark, and on the host when most of the
   * unbound tasks that it has sent have ended. For producers told false by `send`.
   */
  drain(): Promise<void> {
    return this.endpoint.scheduler.drain()
  }

  /** Lets messages that have arrived and other tasks run first. */
  yield(): Promise<void> {
    return this.endpoint.scheduler.yield()
  }

  /** Publishes what was sent so far now, and not at the next suspension. */
  flush(): void {
    this.endpoint.scheduler.flush()
  }

  /** Keeps `object` on this core and gives it an address that every core can use. */
  hold<T>(object: T): ObjectAddress<T> {
    return new ObjectAddress<T>(this.memory.objects.put(object))
  }

  /** Forgets an object held here; its address is refused from now on. */
  release(address: ObjectAddress): void {
    this.memory.objects.remove(address.raw)
  }

  /**
   * Writes one line at once, with the core's number before it; lines of one core keep their order.
   */
  log(...values: unknown[]): void {
    const text = values.map((value) => (typeof value === 'string' ? value : inspect(value)))
    this.endpoint.log(text.join(' '))
  }

  #spawnAnywhere<R>(definition: AnyDefinition, args: readonly unknown[]): JoinHandle<R> {
    const { calls, unbound } = this.endpoint
    const join = calls.openJoin(this.scope) as Join<R>
    const call = calls.last
    try {
      if (args.length > 4) unbound.addValues(definition, this.scope, call, args)
      else {
        const [a, b, c, d] = args
        unbound.add(definition, this.scope, call, args.length, a, b, c, d)
      }
    } catch (error) {
      calls.cancel(call)
      throw error
    }
    return join
  }

  /** Up to four arguments. */
  #sendFew(
    definition: AnyDefinition,
    target: AnyTarget,
    count: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
  ): boolean {
    this.endpoint.table.idOf(definition)
    if (target === anywhere) {
      if (definition.kind !== 'task') throw unboundDelegateError(definition)
      return this.endpoint.unbound.add(definition, this.scope, NO_ANSWER, count, a, b, c, d)
    }
    const dst = typeof target === 'number' ? target : homeOf(target)
    if (dst === this.id) {
      if (definition.kind === 'delegate' && this.#depth < MAX_DEPTH) {
        return this.#sendHere(definition, count, a, b, c, d)
      }
    } else if (dst >= 0) {
      const shape = shapeOf(count, a, b, c, d)
      if (shape >= 0) return this.#sendWords(definition, target, dst, shape, count, a, b, c, d)
    }
    return this.#sendSlow(definition, target, firstValues(count, a, b, c, d))
  }

  /** Numbers and handles to another core, in the open run of their like or in a new one. */
  #sendWords(
    definition: AnyDefinition,
    target: Target,
    dst: number,
    shape: number,
    count: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
  ): boolean {
    const { endpoint, scope } = this
    const outbox = this.#outboxes[dst] ?? noSuchCore(this, dst)
    const isObject = definition.kind === 'object'
    const words = isObject ? count + 1 : count
    // Different shapes, and the object before the arguments, make for different runs.
    const like = count + ARITIES * (isObject ? SHAPES + shape : shape)
    let at = -1
    if (
      outbox.runDefinition === definition &&
      outbox.runOwner === scope &&
      outbox.runLike === like
    ) {
      at = outbox.extendRun(words)
    }
    if (at < 0) {
      scope.checkOpen()
      const operation = operationOf(endpoint.table.idOf(definition), SEND_NUMBERS)
      at = outbox.beginRun(operation, scope, definition, words, like, shape)
      endpoint.scopes.markDirty(scope)
    }
    if (isObject) outbox.f64[at++] = rawOf(target)
    if (shape === 0) writeNumbers(outbox.f64, at, count, a, b, c, d)
    else writeNumbers(outbox.f64, at, count, wordOf(a), wordOf(b), wordOf(c), wordOf(d))
    return outbox.isOpen
  }

  /** A delegate with few arguments to this core: no array of them is made. */
  #sendHere(
    definition: AnyDefinition,
    count: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
  ): boolean {
    const { endpoint, scope } = this
    if (endpoint.ended !== undefined) throw endpoint.ended
    scope.checkOpen()
    endpoint.countLocal()
    this.#depth++
    try {
      const result = callBodyWithFew(definition.body, this, count, a, b, c, d)
      if (isThenable(result)) throw suspendedError(definition, result)
    } catch (error) {
      endpoint.scopeFailed(scope, error, { kind: 'delegate', definition: definition.name })
    } finally {
      this.#depth--
    }
    return true
  }

  #sendSlow(definition: AnyDefinition, target: AnyTarget, values: unknown[]): boolean {
    const { endpoint, scope } = this
    if (target === anywhere) {
      if (definition.kind !== 'task') throw unboundDelegateError(definition)
      return endpoint.unbound.addValues(definition, scope, NO_ANSWER, values)
    }
    const dst = typeof target === 'number' ? target : homeOf(target)
    const outbox = this.#outboxes[dst] ?? noSuchCore(this, dst)
    if (endpoint.ended !== undefined) throw endpoint.ended
    scope.checkOpen()
    endpoint.table.idOf(definition)
    if (dst === this.id && definition.kind === 'task') {
      const run = new TaskRun(endpoint, definition, scope, values, NO_ANSWER, NO_CALL, true)
      endpoint.scheduler.enqueue(run)
      return true
    }
    if (dst === this.id && this.#depth < MAX_DEPTH) {
      try {
        this.#runHere(definition, target, values)
      } catch (error) {
        endpoint.scopeFailed(scope, error, { kind: 'delegate', definition: definition.name })
      }
      return true
    }
    if (definition.kind === 'object') values.unshift(rawOf(target))
    this.#sendEncoded(dst, SEND_ENCODED, definition, NO_CALL, values)
    endpoint.countMessage(scope, dst)
    return outbox.isOpen
  }

  #callSlow(
    definition: AnyDefinition,
    target: Target,
    dst: number,
    values: unknown[],
  ): Promise<unknown> {
    const { endpoint, scope } = this
    if (this.#outboxes[dst] === undefined) noSuchCore(this, dst)
    if (endpoint.ended !== undefined) throw endpoint.ended
    scope.checkOpen()
    endpoint.table.idOf(definition)
    if (dst === this.id && definition.kind !== 'task') {
      try {
        return Promise.resolve(this.#runHere(definition, target, values))
      } catch (error) {
        return Promise.reject(this.#asError(error, definition))
      } finally {
        endpoint.scheduler.touch()
      }
    }
    if (dst === this.id) {
      const promise = endpoint.calls.open(scope)
      const call = endpoint.calls.last
      const run = new TaskRun(endpoint, definition, scope, values, this.id, call, false)
      endpoint.scheduler.enqueue(run)
      return promise
    }
    if (definition.kind === 'object') values.unshift(rawOf(target))
    const promise = endpoint.calls.open(scope)
    const call = endpoint.calls.last
    try {
      this.#sendEncoded(dst, CALL_ENCODED, definition, call, values)
      endpoint.counters[CALLS]!++
    } catch (error) {
      // Nothing was sent: the call ends here.
      endpoint.calls.reject(call, this.#asError(error, definition), -1)
    }
    return promise
  }

  /** What is thrown here as it would look had it been thrown elsewhere, if it is no error. */
  #asError(thrown: unknown, { name }: AnyDefinition): Error {
    if (isNativeError(thrown)) return thrown
    const at = { kind: 'delegate', core: this.id, definition: name } as const
    return this.endpoint.sender.asArrived(thrown, at, this.endpoint)
  }

  #runHere(definition: AnyDefinition, target: Target, values: unknown[]): unknown {
    this.endpoint.countLocal()
    if (definition.kind === 'object') {
      values.unshift(this.memory.objects.get(rawOf(target)))
    }
    this.#depth++
    try {
      const result = callBody(definition.body, this, values)
      if (isThenable(result)) throw suspendedError(definition, result)
      return result
    } finally {
      this.#depth--
    }
  }

  #sendEncoded(
    dst: number,
    variant: number,
    definition: AnyDefinition,
    call: number,
    values: readonly unknown[],
  ): void {
    const { sender, table } = this.endpoint
    const operation = operationOf(table.idOf(definition), variant)
    sender.sendValues(dst, operation, this.scope.id, call, values, definition.name)
  }
}

function rawOf(target: Target): number {
  return (target as ObjectAddress).raw
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}
