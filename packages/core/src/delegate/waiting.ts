/**
 * Waiting: everything that tasks of one endpoint wait for, as plain data that can be posted to
 * whoever puts the whole picture together (launch/deadlock-report.ts).
 *
 * Exact       which tasks are suspended, their definition, scope and caller; which called task an
 *             open call waits for (the callee knows caller and scope); which scopes are waited for;
 *             how much is enrolled by hand.
 * Not exact   which of several suspended tasks of one scope on one core waits for what: JavaScript
 *             does not tell what a promise is awaited by. And what is waited for by a promise of
 *             the program's own.
 * Bounds      alike tasks are one entry; of different ones at most MAX_GROUPS.
 */
import type { Scope } from '../sync/scope.ts'
import { type Wait, isWaitSource } from '../task/waits.ts'
import type { Endpoint } from './endpoint.ts'

/** Entries per table: far more than a report shows. */
const MAX_GROUPS = 1000

/** A run, or another scoped call, whose answer is not there yet. */
export interface MainTask {
  readonly caller: number
  readonly call: number
  readonly definition: string
  readonly scope: number
}

/** Suspended tasks that are alike. */
export interface TaskGroup {
  readonly definition: string
  readonly scope: number
  /** Endpoint that wants the answer; -1 if none does. */
  readonly caller: number
  /** Whether the caller spawned it, and may join it; else it was called. */
  readonly isSpawned: boolean
  count: number
}

/** A completion scope as one endpoint sees it. */
export interface ScopeView {
  readonly id: number
  /** Whether it was opened here. Only then are the next three known. */
  readonly isHome: boolean
  readonly parent: number
  /** A completion event, and not a `finish` or a run. */
  readonly isEvent: boolean
  readonly waiters: number
  /** Enrolled by hand here, and not completed. */
  readonly enrolled: number
  /** Whether somebody here has asked for the signal that tells of an abort. */
  readonly hasSignal: boolean
}

export interface FailureView {
  readonly definition: string
  readonly scope: number
  readonly atMs: number
  readonly error: unknown
}

/** All that is waited for on one endpoint. */
export interface WaitingView {
  readonly core: number
  readonly mains: readonly MainTask[]
  readonly tasks: readonly TaskGroup[]
  readonly scopes: readonly ScopeView[]
  /** What tables of higher levels say. */
  readonly waits: readonly Wait[]
  readonly failures: readonly FailureView[]
}

/** Goes through every table of `endpoint`. Not cheap: for when nothing else happens. */
export function waitingOn(endpoint: Endpoint): WaitingView {
  return {
    core: endpoint.id,
    mains: Array.from(endpoint.scopedCalls(), ({ caller, call, definition, scope }) => {
      return { caller, call, definition, scope: scope.id }
    }),
    tasks: groupTasks(endpoint).slice(0, MAX_GROUPS),
    scopes: viewScopes(endpoint).slice(0, MAX_GROUPS),
    waits: waitsOf(endpoint).slice(0, MAX_GROUPS),
    failures: failuresOf(endpoint),
  }
}

function groupTasks({ suspended }: Endpoint): TaskGroup[] {
  const groups = new Map<string, TaskGroup>()
  for (const { definition, scope, caller, failsScope } of suspended.list) {
    const key = [definition.name, scope.id, caller, failsScope].join()
    const group = groups.get(key)
    if (group !== undefined) group.count++
    else {
      const isSpawned = failsScope && caller >= 0
      groups.set(key, { definition: definition.name, scope: scope.id, caller, isSpawned, count: 1 })
    }
  }
  return [...groups.values()]
}

function viewScopes({ scopes }: Endpoint): ScopeView[] {
  const isUsed = (scope: Scope): boolean => scope.active > 0 || scope.books !== undefined
  return scopes
    .known()
    .filter((scope) => scope !== scopes.root && isUsed(scope))
    .map(viewScope)
}

function viewScope(scope: Scope): ScopeView {
  const { books, enrolled } = scope
  return {
    id: scope.id,
    isHome: books !== undefined,
    parent: books?.parent?.id ?? -1,
    isEvent: books?.isConfirmed ?? false,
    waiters: books?.waiters.length ?? 0,
    enrolled,
    hasSignal: scope.hasSignal,
  }
}

function waitsOf(endpoint: Endpoint): Wait[] {
  const found: Wait[] = []
  for (const state of endpoint.states()) if (isWaitSource(state)) state.addWaits(found)
  for (const object of endpoint.memory.objects.held()) {
    if (isWaitSource(object)) object.addWaits(found)
  }
  const count = endpoint.scheduler.drainerCount
  const what = endpoint.unbound.isDrained()
    ? 'room in the ring of a core that does not read'
    : 'the end of unbound tasks, of which it has sent too many'
  if (count > 0) found.push({ what, count })
  return found
}

function failuresOf(endpoint: Endpoint): FailureView[] {
  const failures: FailureView[] = [...endpoint.recentFailures()]
  for (const { id, books } of endpoint.scopes.known()) {
    if (books === undefined) continue
    const found = books.errors.length > 0 ? { error: books.errors[0] } : books.bodyError
    if (found === undefined) continue
    failures.push({ definition: '', scope: id, atMs: Infinity, error: found.error })
  }
  return failures
}
