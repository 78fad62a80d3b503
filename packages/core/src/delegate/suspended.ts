/**
 * Suspended tasks: those of this core whose body has given a promise that is not settled, so that
 * somebody can ask who waits. Tasks that end in their first step are never listed.
 *
 * Invariants  `list[run.place] === run` for every listed run; -1 is the place of all others.
 * Bounds      one entry per suspended task; adding and removing take constant time.
 */
import type { AnyDefinition } from '../message/definition.ts'
import type { Scope } from '../sync/scope.ts'

/** What is known of a suspended task. */
export interface SuspendedTask {
  readonly definition: AnyDefinition
  readonly scope: Scope
  /** Endpoint that waits for the answer; -1 if none does. */
  readonly caller: number
  readonly failsScope: boolean
  /** Where it is listed; -1 if it is not. */
  place: number
}

export class SuspendedTasks {
  /** In no particular order. */
  readonly list: SuspendedTask[] = []

  add(run: SuspendedTask): void {
    run.place = this.list.length
    this.list.push(run)
  }

  remove(run: SuspendedTask): void {
    const last = this.list.pop()!
    if (last !== run) {
      this.list[run.place] = last
      last.place = run.place
    }
    run.place = -1
  }
}
