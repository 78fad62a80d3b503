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
import { Definition, type Body } from '@orujo/core/internal'
import { Mut, Ref } from './borrow.ts'
import { Hold } from './hold.ts'
import { Loaned } from './loaned.ts'

declare const scoped: unique symbol

/** A task that may be lent references; only `lend` starts it. */
export interface ScopedTask<A extends unknown[], R> {
  readonly name: string
  /** Never present: carries the types. */
  readonly [scoped]?: (...args: A) => R
}

/** A task whose parameters may be `Ref` and `Mut`, on top of what can be sent. */
export function scopedTask<A extends unknown[], R>(
  name: string,
  body: (core: Core, ...args: A) => R | PromiseLike<R>,
): ScopedTask<A, R> {
  const run = async (core: Core, ...args: unknown[]): Promise<R> => {
    // All at once: what must be fetched is on its way together.
    const begun = await Promise.allSettled(
      args.map((arg) => (arg instanceof Loaned ? begin(core, arg) : undefined)),
    )
    const borrows = begun.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
    try {
      const refused = begun.find((one) => one.status === 'rejected')
      if (refused !== undefined) throw refused.reason
      const given = args.map((arg, i) => borrows[i] ?? arg)
      return await body(core, ...(given as A)) // loans have become what the body declares
    } finally {
      for (const borrow of borrows.reverse()) await borrow?.release()
    }
  }
  return new Definition<'task', A, R>('task', name, run as unknown as Body)
}

/**
 * Runs a scoped task at `target` and resolves with its result. References among `args` are lent
 * until then: a `Mut` cannot be used meanwhile, a `Ref` can, but not released.
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
      const loan = await lendOut(core, arg)
      if (loan !== undefined) loans.push(loan)
      sent.push(loan?.loaned ?? arg)
    }
    // Its own `run` undoes what is done to the arguments here.
    return await core.call(definition as unknown as Task<unknown[], R>, target, ...sent)
  } finally {
    for (const loan of loans.reverse()) await loan.end()
  }
}

interface Loan {
  readonly loaned: Loaned
  end(): void | Promise<void>
}

async function lendOut(core: Core, arg: unknown): Promise<Loan | undefined> {
  if (arg instanceof Ref) {
    const { hold } = arg as Ref<unknown>
    const isHere = hold.beginShared(core)
    const body = isHere ?? (await hold.fetchForReading(core))
    const { store, shape, pointer } = hold
    const loaned = new Loaned(new Hold(store, shape, pointer), false)
    return { loaned, end: () => hold.endShared(body) }
  }
  if (arg instanceof Mut) {
    const mut = arg as Mut<unknown>
    const { hold } = mut
    await mut.lend()
    const { store, shape, pointer } = hold
    const number = store.addLent(hold)
    const own = new Hold(store, shape, pointer)
    own.loan = { core: core.id, number }
    return {
      loaned: new Loaned(own, true),
      end: async () => {
        store.lent.delete(number)
        await mut.regain()
      },
    }
  }
  return undefined
}

async function begin(
  core: Core,
  { hold, isExclusive }: Loaned,
): Promise<Ref<unknown> | Mut<unknown>> {
  if (!isExclusive) {
    const body = hold.beginShared(core)
    return new Ref(hold, body ?? (await hold.fetchForReading(core)))
  }
  hold.beginExclusive(core)
  const before = hold.pointer
  const body = hold.localForWriting() ?? (await hold.bodyForWriting(core))
  return new Mut(hold, core, before, body)
}
