/**
 * Lending scope: several loans at once, and all of them back before the scope ends.
 *
 * States      open -> ended, when its work and every task that was lent something have ended.
 * Ownership   references among the arguments come back; owners among them move to the task.
 * Failure     rejects with the error of the work itself, else with WorkFailedError, which has the
 *             errors of all tasks that failed; never before all have ended.
 * Misuse      spawning after the end: OWN_CLOSED.
 */
import { WorkFailedError, type Core, type JoinHandle, type Target } from '@orujo/core'
import { OwnershipError } from '../errors.ts'
import { lend, type ScopedTask } from '../lend.ts'
import { isLendable } from '../lendable.ts'
import type { InScope } from '../lent.ts'
import { handOver } from './hand-over.ts'

/** What the work of a scope lends through. */
export class LendingScope {
  readonly #core: Core
  readonly #tasks: Promise<unknown>[] = []
  #isEnded = false

  /** Use `scope`. */
  constructor(core: Core) {
    this.#core = core
  }

  /**
   * Runs a scoped task at `target`. Borrows among `args` are lent until it has ended: what is
   * exclusive cannot be used meanwhile, what is shared can, but not released.
   */
  spawn<A extends unknown[], R>(
    definition: ScopedTask<A, R>,
    target: Target,
    ...args: A
  ): JoinHandle<R> {
    if (this.#isEnded) {
      const object = 'a lending scope'
      throw new OwnershipError('OWN_CLOSED', 'spawn() after the end of its scope.', { object })
    }
    const core = this.#core
    const dst = typeof target === 'number' ? target : target.core
    const result = lend(core, definition, dst, ...(dst === core.id ? given(core, args) : args))
    // Heard of at the end of the scope.
    result.catch(ignore)
    this.#tasks.push(result)
    return { join: () => result }
  }

  /** When every task has ended, also those that tasks' ends have given rise to: their errors. */
  async end(): Promise<unknown[]> {
    const errors: unknown[] = []
    for (let i = 0; i < this.#tasks.length; i++) {
      try {
        await this.#tasks[i]
      } catch (error) {
        errors.push(error)
      }
    }
    this.#isEnded = true
    return errors
  }
}

/** Runs `work`, which lends through what it gets, and waits for everything that was lent. */
export async function scope<R>(
  core: Core,
  work: <L>(scope: LendingScope & InScope<L>) => R | PromiseLike<R>,
): Promise<R> {
  const lending = new LendingScope(core)
  let result: R
  try {
    result = await work(lending)
  } catch (error) {
    await lending.end()
    throw error
  }
  const errors = await lending.end()
  if (errors.length > 0) throw new WorkFailedError(errors)
  return result
}

/** Arguments for a task on this core: borrows as they are, the rest as if sent, all or none. */
function given<A extends unknown[]>(core: Core, args: A): A {
  const moved = handOver(
    core,
    args.map((arg) => (isLendable(arg) ? undefined : arg)),
  )
  return args.map((arg, i) => (isLendable(arg) ? arg : moved[i])) as A // same places
}

function ignore(): void {
  // See where it is used.
}
