/**
 * Task run: one task from being queued to its answer.
 *
 * States      queued -> running -> finished (value or error).
 * Invariants  its scope is active here from the making of the run until `#end`.
 * Failure     an error answers the call if there is one, and fails the scope if the run is told so.
 */
import { COUNTER } from '../metrics.ts'
import type { AnyDefinition } from '../message/definition.ts'
import type { WorkPlace } from '../message/wire-error.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import type { Runnable } from '../task/scheduler.ts'
import { callBody } from './arguments.ts'
import type { SuspendedTask, SuspendedTasks } from './suspended.ts'

/** A task as its endpoint knows it, whoever runs it. */
export interface HostedTask {
  readonly definition: AnyDefinition
}

/** What a run needs from its endpoint. */
export interface TaskHost {
  /** Why the endpoint has ended, if it has. */
  readonly ended: Error | undefined
  readonly scopes: ScopeTable
  readonly counters: Float64Array
  readonly suspended: SuspendedTasks
  /** A task's first section begins. */
  taskStarted(task: HostedTask): void
  /** Its first section is over and it is not. */
  taskSuspended(task: HostedTask): void
  taskEnded(task: HostedTask): void
  answer(run: TaskRun, value: unknown): void
  answerError(run: TaskRun, error: unknown): void
  scopeFailed(scope: Scope, error: unknown, at: WorkPlace): void
}

/** No answer is wanted. */
export const NO_ANSWER = -1

export class TaskRun implements Runnable, SuspendedTask {
  readonly definition: AnyDefinition
  readonly scope: Scope
  /** Endpoint that waits for the answer, or NO_ANSWER. */
  readonly caller: number
  /** Number of its call there. */
  readonly call: number
  /** Whether an error fails the scope, and the run's message is counted: all but called tasks. */
  readonly failsScope: boolean
  /** Where it is listed among the suspended tasks; -1 if it is not. */
  place = -1
  readonly #host: TaskHost
  readonly #values: readonly unknown[]

  /** Makes the run active in `scope`. The caller queues it. */
  constructor(
    host: TaskHost,
    definition: AnyDefinition,
    scope: Scope,
    values: readonly unknown[],
    caller: number,
    call: number,
    failsScope: boolean,
  ) {
    this.#host = host
    this.definition = definition
    this.scope = scope
    this.#values = values
    this.caller = caller
    this.call = call
    this.failsScope = failsScope
    host.scopes.enter(scope)
  }

  start(): void {
    this.#host.taskStarted(this)
    try {
      const result = callBody(this.definition.body, this.scope.context, this.#values)
      if (isThenable(result)) {
        this.#host.suspended.add(this)
        result.then(
          (value) => this.#succeeded(value),
          (error: unknown) => this.#failed(error),
        )
        this.#host.taskSuspended(this)
      } else this.#succeeded(result)
    } catch (error) {
      this.#failed(error)
    }
  }

  #succeeded(value: unknown): void {
    if (this.caller !== NO_ANSWER) {
      try {
        this.#host.answer(this, value)
      } catch (error) {
        // The result cannot be sent: that is the answer.
        this.#failed(error)
        return
      }
    }
    this.#end()
  }

  #failed(error: unknown): void {
    if (this.caller !== NO_ANSWER) this.#host.answerError(this, error)
    if (this.failsScope) {
      const at = { kind: 'task', definition: this.definition.name } as const
      this.#host.scopeFailed(this.scope, error, at)
    }
    this.#end()
  }

  #end(): void {
    if (this.place >= 0) this.#host.suspended.remove(this)
    this.#host.counters[COUNTER.tasksFinished]!++
    this.#host.scopes.leave(this.scope)
    this.#host.taskEnded(this)
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
