/**
 * Deadlock report: from what every core says of its waiting tasks to one error for one run. What is
 * exact in it and what is not: delegate/waiting.ts.
 */
import { inspect } from 'node:util'

import type { MainTask, TaskGroup, WaitingView } from '../delegate/waiting.ts'
import { OrujoError } from '../errors.ts'
import type { CoreId } from '../place.ts'

/** Lines of a message; `waiters` has all. */
const MAX_LINES = 12

/** Own definitions that tasks call: what it means to wait for them. */
const EVENT_WAIT = 'orujo.event.wait'
const OWN_PREFIX = 'orujo.'

/** Alike tasks of one core that wait. */
export interface Waiter {
  readonly core: CoreId
  /** Definition of the tasks. */
  readonly definition: string
  readonly count: number
  /** What they wait for; several entries if it cannot be told which of them. */
  readonly waitsFor: readonly string[]
}

/** A run cannot go on: ORUJO_DEADLOCK. `cause`: a failure that may have led to it, if any. */
export class DeadlockError extends OrujoError {
  /** Every task of the run that waits, by core. */
  readonly waiters: readonly Waiter[]

  constructor(run: JudgedRun, waiters: readonly Waiter[], failure: { error: unknown } | undefined) {
    super('ORUJO_DEADLOCK', messageOf(run, waiters, failure?.error), {
      core: run.core,
      definition: run.definition,
      ...(failure === undefined ? {} : { cause: failure.error }),
    })
    this.name = 'DeadlockError'
    this.waiters = waiters
  }
}

/** A run as the report needs to know it. */
export interface JudgedRun {
  readonly definition: string
  readonly core: CoreId
  /** The host's number of its call. */
  readonly call: number
  readonly startedMs: number
  /** Whether an abort may come and wake those who wait for it. */
  readonly canAbort: boolean
}

/** Why `run` cannot go on; undefined if it may, because somebody waits for its abort. */
export function deadlockOf(
  run: JudgedRun,
  host: CoreId,
  views: readonly WaitingView[],
): DeadlockError | undefined {
  const isMain = ({ caller, call }: MainTask): boolean => caller === host && call === run.call
  const main = views.find(({ core }) => core === run.core)?.mains.find(isMain)
  if (main === undefined) return undefined
  const picture = new Picture(run, main, views)
  if (run.canAbort && picture.waitsForAbort()) return undefined
  return new DeadlockError(run, picture.waiters(), picture.failure())
}

interface Reason {
  readonly text: string
  readonly count: number
}

/** The scopes, tasks and waits of one run on all cores. */
class Picture {
  readonly #run: JudgedRun
  readonly #main: MainTask
  readonly #views: readonly WaitingView[]
  readonly #parents = new Map<number, number>()

  constructor(run: JudgedRun, main: MainTask, views: readonly WaitingView[]) {
    this.#run = run
    this.#main = main
    this.#views = views
    for (const { scopes } of views) {
      for (const { id, isHome, parent } of scopes) if (isHome) this.#parents.set(id, parent)
    }
  }

  waitsForAbort(): boolean {
    return this.#views.some(({ scopes }) =>
      scopes.some(({ id, hasSignal }) => hasSignal && this.#belongs(id)),
    )
  }

  /** The first failure in the run that only its caller has heard of, or nobody yet. */
  failure(): { error: unknown } | undefined {
    return this.#views
      .flatMap(({ failures }) => failures)
      .filter(({ scope, atMs }) => atMs >= this.#run.startedMs && this.#belongs(scope))
      .sort((a, b) => a.atMs - b.atMs)[0]
  }

  waiters(): Waiter[] {
    return this.#views.flatMap((view) => {
      const tasks = this.#tasksOf(view)
      const scopes = new Set(tasks.map(({ scope }) => scope))
      return [...scopes].flatMap((scope) => this.#waitersOf(view, tasks, scope, scopes))
    })
  }

  /** Tasks of the run on one core, its main task among them. */
  #tasksOf(view: WaitingView): TaskGroup[] {
    const { definition, scope, caller } = this.#main
    const tasks = view.tasks.filter((task) => this.#belongs(task.scope))
    if (view.core !== this.#run.core) return tasks
    return [{ definition, scope, caller, isSpawned: false, count: 1 }, ...tasks]
  }

  /** Those of `tasks` that belong to `scope`, one of the `scopes` that have tasks there. */
  #waitersOf(
    view: WaitingView,
    tasks: readonly TaskGroup[],
    scope: number,
    scopes: ReadonlySet<number>,
  ): Waiter[] {
    const isOwner = (of: number): boolean => this.#ownerOf(of, scopes) === scope
    const certain = [...this.#calls(view.core, isOwner), ...this.#finishes(view, isOwner)]
    const joins = this.#joins(view.core, isOwner)
    const own = tasks.filter((task) => task.scope === scope)
    const explained = certain.reduce((sum, { count }) => sum + count, 0)
    const isExplained = explained >= own.reduce((sum, { count }) => sum + count, 0)
    const byName = new Map<string, number>()
    for (const { definition, count } of own) {
      if (definition.startsWith(OWN_PREFIX)) continue
      byName.set(definition, (byName.get(definition) ?? 0) + count)
    }
    return Array.from(byName, ([definition, count]) => {
      const known = [...certain.map(({ text }) => text), ...this.#namedWaits(view, definition)]
      const waitsFor = new Set(known)
      if (!isExplained && known.length === certain.length) {
        const guesses = [...this.#placeWaits(view), ...joins(definition, count)]
        if (guesses.length === 0) guesses.push('a promise or an event of its own core')
        for (const guess of guesses) waitsFor.add(guess)
      }
      return { core: view.core, definition, count, waitsFor: [...waitsFor] }
    })
  }

  /** Called tasks, and others, that have not answered `core`. */
  #calls(core: CoreId, isOwner: (scope: number) => boolean): Reason[] {
    return this.#views.flatMap((view) => {
      const tasks = view.tasks
        .filter((task) => task.caller === core && !task.isSpawned && isOwner(task.scope))
        .map(({ definition, count }) => {
          return { text: `the call of '${definition}' on core ${view.core}`, count }
        })
      const others = view.waits
        .filter(({ callers, scope }) => callers?.includes(core) === true && isOwner(scope!))
        .map(({ what }) => ({ text: what, count: 1 }))
      return [...tasks, ...others]
    })
  }

  /** Inner `finish` scopes; of the run's own scope the main task waits for the end. */
  #finishes(view: WaitingView, isOwner: (scope: number) => boolean): Reason[] {
    return view.scopes
      .filter(({ isEvent, waiters, id }) => !isEvent && waiters > 0 && this.#belongs(id))
      .filter(({ id, parent }) => isOwner(id === this.#main.scope ? id : parent))
      .map(({ id }) => ({
        text: id === this.#main.scope ? 'the end of all its work' : 'the end of its finish',
        count: 1,
      }))
  }

  /** Spawned tasks that may be joined; no task joins itself. */
  #joins(
    core: CoreId,
    isOwner: (scope: number) => boolean,
  ): (definition: string, count: number) => string[] {
    const spawned = this.#views.flatMap((view) =>
      view.tasks
        .filter((task) => task.caller === core && task.isSpawned && isOwner(task.scope))
        .map((task) => ({ ...task, core: view.core })),
    )
    return (definition, count) =>
      spawned
        .filter((task) => task.core !== core || task.definition !== definition || count > 1)
        .map((task) => `the join of '${task.definition}' on core ${task.core}`)
  }

  /** What tables know these tasks to wait for. */
  #namedWaits({ waits }: WaitingView, definition: string): string[] {
    return waits.filter((wait) => wait.definition === definition).map(({ what }) => what)
  }

  /** What somebody on this core waits for. */
  #placeWaits(view: WaitingView): string[] {
    const events = view.scopes
      .filter(({ id, isEvent, waiters }) => isEvent && waiters > 0 && this.#belongs(id))
      .map(({ id }) => this.#eventText(id))
    const remoteEvents = this.#views.flatMap((other) =>
      other.tasks
        .filter(({ definition, caller }) => definition === EVENT_WAIT && caller === view.core)
        .map(() => `a completion event of core ${other.core}`),
    )
    const others = view.waits.filter(
      (wait) => wait.definition === undefined && wait.callers === undefined,
    )
    return [...events, ...remoteEvents, ...others.map(({ what }) => what)]
  }

  #eventText(id: number): string {
    const enrolled = this.#views.flatMap(({ core, scopes }) =>
      scopes
        .filter((scope) => scope.id === id && scope.enrolled > 0)
        .map((scope) => `${scope.enrolled} enrolled on core ${core}`),
    )
    const lacks = enrolled.length === 0 ? 'its work' : `${enrolled.join(', ')} and not completed`
    return `completion event ${id} (${lacks})`
  }

  #belongs(scope: number): boolean {
    return this.#ownerOf(scope, new Set([this.#main.scope])) >= 0
  }

  /** The nearest of `scopes` among `scope` and those it was opened in; -1 if there is none. */
  #ownerOf(scope: number, scopes: ReadonlySet<number>): number {
    let at: number | undefined = scope
    for (let steps = 0; at !== undefined && steps <= this.#parents.size; steps++) {
      if (scopes.has(at)) return at
      at = this.#parents.get(at)
    }
    return -1
  }
}

function messageOf(run: JudgedRun, waiters: readonly Waiter[], failure: unknown): string {
  const lines = waiters.slice(0, MAX_LINES).map(lineOf)
  if (waiters.length > MAX_LINES) {
    lines.push(`... and ${waiters.length - MAX_LINES} more, see error.waiters`)
  }
  if (failure !== undefined) {
    const what = failure instanceof Error ? failure.message : inspect(failure)
    lines.push(`before that, work of the run failed (see error.cause): ${what}`)
  }
  return (
    `The run of '${run.definition}' is deadlocked: nothing is under way on any core, and nothing ` +
    `outside can wake what waits.\n  ${lines.join('\n  ')}\n` +
    'If the host is to go on with it later, start it by runWith({ deadlockMs: 0 }, ...).'
  )
}

function lineOf({ core, definition, count, waitsFor }: Waiter): string {
  const who = count === 1 ? `'${definition}' waits` : `${count} tasks '${definition}' wait`
  return `core ${core}: ${who} for ${waitsFor.join(', or ')}`
}
