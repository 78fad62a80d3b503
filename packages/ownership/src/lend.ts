/**
 * Lending: references reach other cores only with work that ends before they do. A scoped task
 * takes them as arguments; whoever calls it waits, and what it was lent comes back changed or not.
 *
 * States      of a loan: out -> back, when the task has ended, however it ended.
 * Invariants  while a shared loan is out the object stays borrowed, shared; while an exclusive loan
 *             is out its lender does not touch it.
 * Ordering    the borrower's changes are with the lender before the task's answer.
 */
import type { Core, Target, Task } from '@orujo/core'
import { Definition, type Body, type CheckedTask } from '@orujo/core/internal'
import { BEGIN, LEND, isLendable, isLent, type Loan } from './lendable.ts'

declare const scoped: unique symbol

/** A task that may be lent references; only `lend` starts it. */
export interface ScopedTask<A extends unknown[], R> {
  readonly name: string
  /** Never present: carries the types, and tells it from a task that anybody may call. */
  readonly [scoped]: (...args: A) => R
}

/**
 * A task whose parameters may be borrows, such as `Ref` and `Mut`, on top of what can be sent. Its
 * result may not: they end with the task.
 */
export function scopedTask<A extends unknown[], R>(
  name: string,
  body: ((core: Core, ...args: A) => R | PromiseLike<R>) & CheckedTask<[], R>,
): ScopedTask<A, R> {
  const run = async (core: Core, ...args: unknown[]): Promise<R> => {
    // All at once: what must be fetched is on its way together.
    const begun = await Promise.allSettled(
      args.map(async (arg) => (isLent(arg) ? arg[BEGIN](core) : undefined)),
    )
    const borrows = begun.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
    try {
      const refused = begun.find((one) => one.status === 'rejected')
      if (refused !== undefined) throw refused.reason
      const given = args.map((arg, i) => borrows[i] ?? arg)
      return await body(core, ...(given as A)) // loans have become what the body declares
    } finally {
      await endAll(borrows.map((borrow) => () => borrow?.release()))
    }
  }
  const definition = new Definition<'task', A, R>('task', name, run as unknown as Body)
  return definition as unknown as ScopedTask<A, R> // the types go another way
}

/**
 * Runs a scoped task at `target` and resolves with its result. Borrows among `args` are lent
 * until then: what is exclusive cannot be used meanwhile, what is shared can, but not released.
 */
export async function lend<A extends unknown[], R>(
  core: Core,
  definition: ScopedTask<A, R>,
  target: Target,
  ...args: A
): Promise<R> {
  const loans: Loan[] = []
  try {
    const sent: unknown[] = []
    for (const arg of args) {
      const loan = isLendable(arg) ? await arg[LEND](core) : undefined
      if (loan !== undefined) loans.push(loan)
      sent.push(loan?.loaned ?? arg)
    }
    // Its own `run` undoes what is done to the arguments here.
    return await core.call(definition as unknown as Task<unknown[], R>, target, ...sent)
  } finally {
    await endAll(loans.map((loan) => () => loan.end()))
  }
}

/** Ends what began in this order, the last first; throws the first error when all have ended. */
async function endAll(ends: readonly (() => void | Promise<void>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const end of ends.toReversed()) {
    try {
      await end()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
