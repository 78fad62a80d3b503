/**
 * Lending desk: the owners that one core has, and how other cores borrow several of them at once.
 * Whoever wants to read asks the desk of their home, which borrows them and lends them to the asker
 * in one scoped task. Whoever wants to change them does so at the desk's own core.
 *
 * States      of a request: asked -> lent, while `use` runs -> back.
 * Invariants  while the gate is held no new loan begins, so that a change waits for loans that end
 *             by themselves, and for nothing else.
 * Ordering    requests and changes get the gate first come, first served: nobody starves.
 * Access      its own core; others through `withLent`.
 * Suspends    `change` until what it changes is back.
 * Bounds      MAX_LENT references in one message.
 */
import {
  CompletionEvent,
  factory,
  Mutex,
  task,
  type Core,
  type Delegate,
  type SymmetricObject,
  type Task,
} from '@orujo/core'
import { lend, scopedTask, type Owned, type Ref, type ScopedTask } from '@orujo/ownership'

/** Some 10 KiB of references. */
const MAX_LENT = 512

type Use<T> = (refs: readonly Ref<T>[]) => void

export class LendingDesk<T> {
  readonly owners: Owned<T>[] = []
  readonly #gate = new Mutex()
  readonly #loans = new CompletionEvent()
  readonly #requests = new Map<number, Use<T>>()
  #lastTicket = 0

  /**
   * Borrows the owners at `slots` exclusively, one after the other, and lets `work` change each;
   * `i` is the index in `slots`.
   */
  async change(
    core: Core,
    slots: ArrayLike<number>,
    work: (value: T, i: number) => void,
  ): Promise<void> {
    using _guard = await this.#gate.lock()
    const lentOut: number[] = []
    for (let i = 0; i < slots.length; i++) {
      const mut = this.owners[slots[i]!]!.tryBorrowMut(core)
      if (mut.kind !== 'borrowed') {
        lentOut.push(i)
        continue
      }
      work(mut.value, i)
      await mut.release()
    }
    if (lentOut.length === 0) return
    await this.#loans.wait()
    for (const i of lentOut) {
      await using mut = await this.owners[slots[i]!]!.borrowMut(core)
      work(mut.value, i)
    }
  }

  /** Shared borrows of the owners at `slots`, for as long as `work` takes. */
  async lendWhile(
    core: Core,
    slots: ArrayLike<number>,
    work: (refs: readonly Ref<T>[]) => void | Promise<void>,
  ): Promise<void> {
    const refs: Ref<T>[] = []
    const guard = await this.#gate.lock()
    try {
      for (let i = 0; i < slots.length; i++) refs.push(await this.owners[slots[i]!]!.borrow(core))
      this.#loans.enroll()
    } catch (error) {
      for (const ref of refs) ref.release()
      throw error
    } finally {
      guard.release()
    }
    try {
      await work(refs)
    } finally {
      for (const ref of refs) ref.release()
      this.#loans.complete()
    }
  }

  /** Notes what to do with the references that will come under the ticket. */
  expect(use: Use<T>): number {
    const ticket = ++this.#lastTicket
    this.#requests.set(ticket, use)
    return ticket
  }

  /** What was asked for has come. */
  receive(ticket: number, refs: readonly Ref<T>[]): void {
    this.#requests.get(ticket)?.(refs)
  }

  /** Nothing more will come under the ticket. */
  forget(ticket: number): void {
    this.#requests.delete(ticket)
  }
}

type Desks<T> = SymmetricObject<LendingDesk<T>>

/** The definitions by which cores use the desks of one kind of object; a program exports them. */
export interface LendingDesks<T> {
  /** For `symmetricObject`. */
  readonly make: Delegate<[], LendingDesk<T>>
  readonly lendSlots: Task<[Desks<T>, number, number, Int32Array], void>
  readonly receiveLent: ScopedTask<[Desks<T>, number, ...Ref<T>[]], void>
}

/** `name`: unique in the program. */
export function lendingDesks<T>(name: string): LendingDesks<T> {
  const receiveLent = scopedTask(
    `${name}.receive`,
    (core: Core, desks: Desks<T>, ticket: number, ...refs: Ref<T>[]): void =>
      desks.local(core).receive(ticket, refs),
  )
  const lendSlots = task(
    `${name}.lend`,
    async (core: Core, desks: Desks<T>, to: number, ticket: number, slots: Int32Array) =>
      desks.local(core).lendWhile(core, slots, (refs) => {
        return lend(core, receiveLent, to, desks, ticket, ...refs)
      }),
  )
  const make = factory(`${name}.make`, () => new LendingDesk<T>())
  return { make, lendSlots, receiveLent }
}

/**
 * Borrows, shared, what `home` has at `slots`, and hands it to `use`, in pieces of many; `first` is
 * the index in `slots` at which a piece begins. Nothing of it may be kept.
 */
export async function withLent<T>(
  core: Core,
  { lendSlots }: LendingDesks<T>,
  desks: Desks<T>,
  { home, slots }: { readonly home: number; readonly slots: Int32Array },
  use: (refs: readonly Ref<T>[], first: number) => void,
): Promise<void> {
  const desk = desks.local(core)
  for (let first = 0; first < slots.length; first += MAX_LENT) {
    const piece = slots.subarray(first, first + MAX_LENT)
    if (home === core.id) {
      await desk.lendWhile(core, piece, (refs) => use(refs, first))
      continue
    }
    const ticket = desk.expect((refs) => use(refs, first))
    try {
      await core.call(lendSlots, home, desks, core.id, ticket, piece)
    } finally {
      desk.forget(ticket)
    }
  }
}
