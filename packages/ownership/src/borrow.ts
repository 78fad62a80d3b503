/**
 * Borrows: access to an owned object for a while. A `Ref` is one of many and reads; a `Mut` is the
 * only one and writes.
 *
 * States      live -> ended. What has ended gives nothing any more: OWN_ESCAPED.
 * Ownership   whoever got it ends it, on every path: `using` a Ref, `await using` a Mut. What is
 *             inside must have ended before: else the end is refused, OWN_BORROWED.
 * Suspends    the end of a Mut: other cores may only read what its owner knows.
 */
import type { Core } from '@orujo/core'
import { unsendable } from '@orujo/core/internal'
import type { Body, Writer } from './body.ts'
import type { OwnershipError } from './errors.ts'
import { Lending, type Guard } from './guard.ts'
import { Hold } from './hold.ts'
import { BEGIN, BORROW, LEND, type Lendable, type LentOut, type Loan } from './lendable.ts'
import type { Reference, Shared } from './lent.ts'
import type { PlaceNote } from './place-note.ts'
import { misuse } from './refusal.ts'
import { Resident, type Pointer } from './store.ts'

/** A shared borrow. */
export class Ref<T> implements Reference<T>, Lendable {
  readonly #hold: Hold
  /** Until the end. */
  #body: Body | undefined
  #guard: Guard | undefined = undefined
  #endedAt: PlaceNote | undefined = undefined

  /** Use `borrow`, `tryBorrow` or `read` of an owner. `hold` has begun it with `body`. */
  constructor(hold: Hold, body: Body) {
    this.#hold = hold
    this.#body = body
  }

  /** Tells outcomes of `tryBorrow` apart. */
  get kind(): 'borrowed' {
    return 'borrowed'
  }

  /** The contents, which nobody changes while this is live. */
  get value(): Shared<T> {
    const body = this.#body
    if (body === undefined) throw escaped(this.#hold, this.#endedAt)
    const { guards } = this.#hold.store
    // The owner's T is what was put into the body.
    if (guards === undefined) return body.value as Shared<T>
    return (this.#guard ??= guards.begin(this.#hold, false)).wrap(body.value) as Shared<T>
  }

  get isLive(): boolean {
    return this.#body !== undefined
  }

  /** What this borrows; for lending it on. */
  get hold(): Hold {
    if (this.#body === undefined) throw escaped(this.#hold, this.#endedAt)
    return this.#hold
  }

  /** Ends the borrow. Safe to repeat. */
  release(): void {
    const body = this.#body
    if (body === undefined) return
    const hold = this.#hold
    hold.endShared(body)
    this.#body = undefined
    // The end of what has not been noted is not, either.
    const endedAt = hold.note === undefined ? undefined : hold.store.notes.ofEnd()
    body.endedAt = endedAt
    this.#endedAt = endedAt
    this.#guard?.end(endedAt)
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  /** After an end that was refused because of what is inside: ends, by `end`, when that has. */
  endLater(end: () => void = () => this.release()): void {
    if (this.#body !== undefined) this.#body.onQuiet = end
  }

  [Symbol.dispose](): void {
    this.release()
  }

  /** Lends it on: one reader more for as long. */
  async [LEND](core: Core): Promise<Loan> {
    const { hold } = this
    const body = hold.beginShared(core) ?? (await hold.fetchForReading(core))
    const { store, shape, pointer } = hold
    const loaned = new Loaned(new Hold(store, shape, pointer), false)
    return { loaned, end: () => hold.endShared(body) }
  }
}

/** The exclusive borrow. */
export class Mut<T> implements Writer, Lendable {
  readonly kind = 'borrowed'
  readonly #hold: Hold
  readonly #core: Core
  #body: Body | undefined
  /** The key that the object had when nothing had been written. */
  #before: Pointer
  #isWritten = false
  #state: 'live' | 'lent' | 'ended' = 'live'
  /** Of what is lent by `value`, and by `view`. */
  #lending: Lending | undefined
  /** Where it ended, or was lent. */
  #endedAt: PlaceNote | undefined

  /**
   * Use `borrowMut`, `tryBorrowMut` or `write` of an owner.
   *
   * @param before the pointer with which the borrow began, before the object moved here
   */
  constructor(hold: Hold, core: Core, before: Pointer, body: Body) {
    this.#hold = hold
    this.#core = core
    this.#before = before
    this.#take(body)
  }

  /** The contents, to be written: from here on they count as changed. */
  get value(): T {
    const body = this.#live()
    this.#isWritten = true
    // What is resident here may have been frozen for readers.
    const value = body instanceof Resident ? this.#hold.store.writableValue(body) : body.value
    // The owner's T is what was put into the body.
    return this.#lent(value, true) as T
  }

  /** The contents, to be read only: this does not count as a change. */
  get view(): Shared<T> {
    const { value } = this.#live()
    return this.#lent(value, false) as Shared<T> // as above
  }

  get isLive(): boolean {
    return this.#state !== 'ended'
  }

  /** What this borrows; for lending it on. */
  get hold(): Hold {
    this.#live()
    return this.#hold
  }

  /** Something inside was written. */
  wrote(): void {
    this.#isWritten = true
    // The bytes of a frozen value, too, say where the objects inside are.
    if (this.#body instanceof Resident) this.#body.packed = undefined
  }

  /** Lends it on: what was changed so far is made known, and nobody uses it here meanwhile. */
  async [LEND](core: Core): Promise<Loan> {
    const hold = this.#hold
    await this.#leave()
    const { store, shape, pointer } = hold
    const number = store.addLent(hold)
    const own = new Hold(store, shape, pointer)
    own.loan = { core: core.id, number }
    return {
      loaned: new Loaned(own, true),
      end: async () => {
        store.lent.delete(number)
        await this.#regain()
      },
    }
  }

  /** Ends the borrow; what was written can be read by others then. Safe to repeat. */
  async release(): Promise<void> {
    if (this.#state === 'ended') return
    const body = this.#live()
    this.#hold.requireQuiet(body)
    this.#state = 'ended'
    this.#end(body)
    if (!this.#isChanged) {
      this.#hold.endUnchanged()
      return
    }
    const told = this.#hold.endChanged(this.#core, this.#before)
    if (told !== undefined) await told
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  /** After an end that was refused because of what is inside: ends, by `end`, when that has. */
  endLater(end: () => Promise<void> = () => this.release()): void {
    if (this.#state !== 'live' || this.#body === undefined) return
    // It fails only if a core is lost, and nothing else is heard of then.
    this.#body.onQuiet = () => void end().catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  get #isChanged(): boolean {
    return this.#isWritten || this.#hold.pointer.id !== this.#before.id
  }

  async #leave(): Promise<void> {
    const body = this.#live()
    this.#hold.requireQuiet(body)
    this.#state = 'lent'
    this.#end(body)
    if (this.#isChanged) await this.#hold.settle(this.#core, this.#before)
    this.#before = this.#hold.pointer
    this.#isWritten = false
    this.#body = undefined
  }

  /**
   * The borrower has ended. Suspends: what has moved comes back. If it cannot, the borrow is over,
   * and the object stays where the borrower has left it.
   */
  async #regain(): Promise<void> {
    this.#state = 'live'
    const { pointer } = this.#hold
    // What the borrower has changed, an owner above this one does not know yet.
    this.#isWritten = pointer.id !== this.#before.id || pointer.color !== this.#before.color
    this.#before = pointer
    try {
      this.#take(await this.#hold.bodyForWriting(this.#core))
    } catch (error) {
      await this.#abandon()
      throw error
    }
  }

  async #abandon(): Promise<void> {
    const hold = this.#hold
    this.#state = 'ended'
    this.#endedAt = hold.store.notes.ofEnd()
    try {
      // What is around it knows by now.
      if (this.#isWritten && hold.loan !== undefined) await hold.publish(this.#core, hold.loan)
    } finally {
      hold.endUnchanged()
    }
  }

  #take(body: Body): void {
    this.#body = body
    body.writer = this
  }

  /** What was lent here is of no use from now on. */
  #end(body: Body): void {
    body.writer = undefined
    this.#endedAt = this.#hold.store.notes.ofEnd()
    body.endedAt = this.#endedAt
    this.#lending?.end(this.#endedAt)
    this.#lending = undefined
  }

  #lent(value: unknown, mayWrite: boolean): unknown {
    const { guards } = this.#hold.store
    if (guards === undefined) return value
    return (this.#lending ??= new Lending(guards, this.#hold)).wrap(value, mayWrite)
  }

  #live(): Body {
    if (this.#state === 'lent') {
      throw misuse(
        'OWN_BORROWED',
        `${this.#hold.name} is lent exclusively: wait for whom it was lent to.`,
        { name: this.#hold.name, note: this.#endedAt },
      )
    }
    if (this.#state === 'ended' || this.#body === undefined) {
      throw escaped(this.#hold, this.#endedAt)
    }
    return this.#body
  }
}

/** A borrow on its way to another core, and there until the work it was lent for has ended. */
export class Loaned implements LentOut {
  /** A cell of its own, which tells the lender's what has become of the object. */
  readonly hold: Hold
  readonly isExclusive: boolean

  constructor(hold: Hold, isExclusive: boolean) {
    this.hold = hold
    this.isExclusive = isExclusive
  }

  async [BEGIN](core: Core): Promise<Ref<unknown> | Mut<unknown>> {
    const { hold } = this
    if (!this.isExclusive) {
      return new Ref(hold, hold.beginShared(core) ?? (await hold.fetchForReading(core)))
    }
    hold.beginExclusive(core)
    const before = hold.pointer
    const body = hold.localForWriting() ?? (await hold.bodyForWriting(core))
    return new Mut(hold, core, before, body)
  }
}

function escaped({ name }: Hold, note: PlaceNote | undefined): OwnershipError {
  const message = `A borrow of ${name} was used after its end: nothing borrowed may be kept.`
  return misuse('OWN_ESCAPED', message, { name, note })
}
