/**
 * Finish: runs work in a scope of its own and waits for everything that belongs to it.
 *
 * Invariants  the parent is active until the scope has ended, so that it waits even for a finish
 *             that nobody awaits.
 * Failure     the work's own error comes first; failures of what it gave rise to reject as
 *             WorkFailedError. Either way only after everything has ended.
 */
import type { Scope } from './scope.ts'
import type { ScopeTable } from './scopes.ts'

/** Resolves with what `work` returns. */
export async function finishScope<T>(
  scopes: ScopeTable,
  parent: Scope,
  work: (scope: Scope) => T | PromiseLike<T>,
): Promise<T> {
  const scope = scopes.open(parent, false)
  scopes.enter(parent)
  scopes.enter(scope)
  const outcome = await settle(() => work(scope))
  // For a report of why it does not end.
  if (!outcome.isDone) scope.books!.bodyError = { error: outcome.error }
  scopes.leave(scope)
  const completion = await settle(() => scopes.wait(scope))
  if (scope.active === 0) scopes.close(scope)
  scopes.leave(parent)
  if (!outcome.isDone) throw outcome.error
  if (!completion.isDone) throw completion.error
  return outcome.value
}

type Settled<T> = { isDone: true; value: T } | { isDone: false; error: unknown }

async function settle<T>(work: () => T | PromiseLike<T>): Promise<Settled<T>> {
  try {
    return { isDone: true, value: await work() }
  } catch (error) {
    return { isDone: false, error }
  }
}
