/**
 * Suspended tasks: those of this core whose body has given a promise that is not settled, so that
 * somebody can ask who waits. Tasks that end in their first step are never listed.
 *
 * Invariants  `list[run.place] === run` for every listed run; -1 is the place of all others.
 * Bounds      one entry per suspended task; adding and removing take constant time.
 */
import type { TaskRun } from './task-run.ts'

export class SuspendedTasks {
  /** In no particular order. */
  readonly list: TaskRun[] = []

  add(run: TaskRun): void {
    run.place = this.list.length
    this.list.push(run)
  }

  remove(run: TaskRun): void {
    const last = this.list.pop()!
    if (last !== run) {
      this.list[run.place] = last
      last.place = run.place
    }
    run.place = -1
  }
}
