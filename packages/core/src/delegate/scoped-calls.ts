/**
 * Scoped calls: tasks that other endpoints call in a completion scope of their own, which is what a
 * run is. The answer is sent when the task and all that came of it have ended.
 *
 * States      of a call: running -> answered; its scope is known here in between, so that the
 *             caller can abort it.
 */
import { COUNTER } from '../metrics.ts'
import type { AnyDefinition } from '../message/definition.ts'
import type { Scope } from '../sync/scope.ts'
import { finishScope } from '../sync/finish.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import { callBody } from './arguments.ts'
import type { Sender } from './sender.ts'
import type { TaskHost } from './task-run.ts'

/** What scoped calls need from their endpoint. */
export interface ScopedCallParts<Context> {
  readonly here: number
  readonly scopes: ScopeTable
  readonly sender: Sender<Context>
  readonly tasks: TaskHost
}

export class ScopedCalls<Context> {
  readonly #parts: ScopedCallParts<Context>
  /** Scopes of running calls, by caller and call. */
  readonly #running = new Map<string, Scope>()

  constructor(parts: ScopedCallParts<Context>) {
    this.#parts = parts
  }

  /** Runs the task and answers. Resolves when it has; never rejects. */
  async run(
    src: number,
    definition: AnyDefinition,
    call: number,
    values: unknown[],
  ): Promise<void> {
    const { sender, tasks, scopes, here } = this.#parts
    const key = keyOf(src, call)
    const task = { definition }
    tasks.taskStarted(task)
    tasks.counters[COUNTER.tasksStarted]!++
    try {
      const finished = finishScope(scopes, scopes.root, (scope) => {
        this.#running.set(key, scope)
        return callBody(definition.body, scope.context, values)
      })
      tasks.taskSuspended(task)
      const value = await finished
      sender.reply(src, call, value, false, definition.name)
    } catch (error) {
      if (tasks.ended !== undefined) return // there is nobody to tell
      const at = { kind: 'task', core: here, definition: definition.name } as const
      sender.replyError(src, call, error, false, at)
    } finally {
      this.#running.delete(key)
      tasks.counters[COUNTER.tasksFinished]!++
      tasks.taskEnded(task)
    }
  }

  /** Aborts the scope of a running call. */
  abort(src: number, call: number): void {
    const scope = this.#running.get(keyOf(src, call))
    if (scope !== undefined) this.#parts.scopes.abort(scope)
  }
}

function keyOf(src: number, call: number): string {
  return `${src}:${call}`
}
