/**
 * Scope table: the completion events that one endpoint knows, and the detection of their end by
 * counting. The protocol, the race it fears and why it cannot happen: scopes.md.
 *
 * States      of an event at its home: open -> quiet (nothing counted is unfinished) -> open ...
 * Invariants  a report is sent only while passive; errors of a piece of work travel before the
 *             report that accounts for it, on the same link.
 * Access      this endpoint only.
 * Suspends    nothing here; `wait` returns a promise.
 * Failure     failed work rejects every waiter of its event with WorkFailedError.
 * Bounds      one open event is one slot at its home, see scope-number.ts.
 * Misuse      completing more than was enrolled: InvariantError. What comes for an event that is
 *             over changes nothing, and is told as unheard if it was work.
 * Long        the counting and the confirmation share every field of the books.
 */
import { OrujoError, invariant } from '../errors.ts'
import { Scope, type ScopeHome } from './scope.ts'
import { SLOTS, nextInSlot, slotOf } from './scope-number.ts'

/** What the table says to other endpoints. */
export interface ScopeLink {
  /** `isOwed`: a confirmation asked for it. */
  report(scope: Scope, isOwed: boolean): void
  probe(scope: Scope): void
  answerProbe(scope: Scope, isBusy: boolean): void
  abort(scope: Scope): void
  /** A waiter was settled: microtasks are due. */
  touch(): void
  /** A report may be due, perhaps while the loop is parked. */
  wake(): void
}

/** Work that belonged to a scope failed. `errors` has all causes, `cause` the first. */
export class WorkFailedError extends OrujoError {
  readonly errors: readonly unknown[]

  constructor(errors: readonly unknown[]) {
    const first: unknown = errors[0]
    const text = first instanceof Error ? first.message : String(first)
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
    super('ORUJO_WORK_FAILED', `Work of this scope failed: ${text}${more}`, { cause: first })
    this.name = 'WorkFailedError'
    this.errors = errors
  }
}

export class ScopeTable {
  /** The scope that work outside of any run or finish belongs to. */
  readonly root: Scope
  readonly #here: number
  readonly #endpoints: number
  readonly #link: ScopeLink
  readonly #makeContext: (scope: Scope) => unknown
  readonly #unheard: (error: unknown) => void
  /** By slot: the latest event of it that is known here. */
  readonly #scopes: (Scope | undefined)[] = []
  readonly #freeSlots: number[] = []
  readonly #open = new Set<Scope>()
  readonly #dirty: Scope[] = []
  #nextSlot: number
  #isWatching = false
  #end: Error | undefined = undefined

  /**
   * `makeContext`: makes the handle that bodies running in a scope receive. `unheard`: told of
   * failures outside of any run or finish, which nobody waits for.
   */
  constructor(
    here: number,
    endpoints: number,
    link: ScopeLink,
    makeContext: (scope: Scope) => unknown,
    unheard: (error: unknown) => void,
  ) {
    this.#here = here
    this.#endpoints = endpoints
    this.#link = link
    this.#makeContext = makeContext
    this.#unheard = unheard
    this.#nextSlot = here
    this.root = this.open(undefined, false)
  }

  /** Events open here, the root left out. */
  get openCount(): number {
    return this.#open.size - 1
  }

  /** The scope with this number, known or not; an ended one if that is known to be over. */
  at(id: number): Scope {
    const scope = this.#scopes[slotOf(id)]
    return scope !== undefined && scope.id === id ? scope : this.#atOther(id, scope)
  }

  /** A new event homed here. `isConfirmed`: work may enter it from outside, see scopes.md. */
  open(parent: Scope | undefined, isConfirmed: boolean): Scope {
    parent?.checkOpen()
    const scope = this.#create(this.#nextNumber())
    scope.books = {
      totals: new Int32Array(this.#endpoints),
      unbalanced: 0,
      isConfirmed,
      parent,
      errors: [],
      bodyError: undefined,
      waiters: [],
      awaited: 0,
      owed: 0,
      isDisturbed: false,
    }
    this.#open.add(scope)
    if (parent?.isAborted === true) this.abort(scope)
    return scope
  }

  /** Gives a quiet event's number back. */
  close(scope: Scope): void {
    invariant(scope.books !== undefined, 'A scope was closed that is not open.')
    invariant(scope.active === 0, 'A scope was closed while work of it ran.')
    scope.books = undefined
    scope.isEnded = true
    this.#open.delete(scope)
    this.#freeSlots.push(slotOf(scope.id))
  }

  /** A piece of work of this scope begins or is enrolled here. */
  enter(scope: Scope, count = 1): void {
    scope.active += count
    if (this.#isWatching) this.markDirty(scope)
  }

  /** `count` pieces of work will be completed here, by `complete`. */
  enroll(scope: Scope, count: number): void {
    scope.checkOpen()
    scope.enrolled += count
    this.enter(scope, count)
  }

  /** `count` pieces of work that were enrolled here are finished. */
  complete(scope: Scope, count: number): void {
    invariant(
      scope.enrolled >= count,
      `${count} completed where only ${scope.enrolled} were enrolled on this core.`,
    )
    scope.enrolled -= count
    this.leave(scope, count)
  }

  /** Begins to watch whether a handler gives rise to counted events of `scope`. */
  watch(scope: Scope): boolean {
    const wasDirty = scope.isDirty
    scope.isDirty = false
    this.#isWatching = true
    return wasDirty
  }

  /** Ends the watch; whether there were any. `wasDirty`: what `watch` returned. */
  watched(scope: Scope, wasDirty: boolean): boolean {
    this.#isWatching = false
    if (!scope.isDirty) {
      scope.isDirty = wasDirty
      return false
    }
    // It was listed again; once is enough.
    if (wasDirty) this.#dirty.splice(this.#dirty.lastIndexOf(scope), 1)
    return true
  }

  /** A piece of work of this scope has ended here. */
  leave(scope: Scope, count = 1): void {
    invariant(scope.active >= count, `${count} pieces of work ended where ${scope.active} ran.`)
    scope.active -= count
    if (scope.active === 0) this.markDirty(scope)
  }

  /** Puts the scope on the list that `reportQuiet` goes through. */
  markDirty(scope: Scope): void {
    if (scope.isDirty) return
    scope.isDirty = true
    this.#dirty.push(scope)
    this.#link.wake()
  }

  /** Whether `reportQuiet` has something to look at. */
  get isReportDue(): boolean {
    return this.#dirty.length > 0
  }

  /** Reports every passive dirty scope. Called when a turn found nothing to do; true if any was. */
  reportQuiet(): boolean {
    const count = this.#dirty.length
    if (count === 0) return false
    for (let i = 0; i < count; i++) this.#reportOne(this.#dirty[i]!)
    // What was listed meanwhile stays for the next time.
    this.#dirty.splice(0, count)
    return true
  }

  /** A report from another endpoint: adds `counts[first ..]` to the books. */
  addReport(scope: Scope, counts: Float64Array, first: number, isOwed: boolean): void {
    const { books } = scope
    if (books === undefined) {
      this.#tellEnded()
      return
    }
    if (isOwed) books.owed--
    for (let j = 0; j < this.#endpoints; j++) add(books, j, counts[first + j]!)
    books.isDisturbed = true
    this.#check(scope, books)
  }

  /** A failure of this scope's work, known here at its home. */
  addError(scope: Scope, error: unknown): void {
    const { books } = scope
    if (books === undefined || scope === this.root) {
      this.#unheard(error)
      return
    }
    books.errors.push(error)
    // The failed work may have begun since the confirmation did: then it is not for those whom
    // this confirmation lets go, but for who waits for that work.
    books.isDisturbed = true
  }

  /** Home: resolves when all work known to precede this call is finished. Rejects as said above. */
  wait(scope: Scope): Promise<void> {
    return new Promise((resolve, reject) => {
      scope.checkOpen()
      const { books } = scope
      invariant(books !== undefined, 'wait() is for the core that made the event.')
      if (this.#end !== undefined) throw this.#end
      books.waiters.push({ resolve, reject })
      this.markDirty(scope)
      this.#link.touch()
    })
  }

  /** Any endpoint: answers a confirmation. */
  answerProbe(scope: Scope): void {
    const isBusy = scope.active > 0 || scope.isDirty
    if (isBusy) {
      scope.owesReport = true
      this.markDirty(scope)
    }
    this.#link.answerProbe(scope, isBusy)
  }

  /** Home: one answer to the running confirmation. */
  addAnswer(scope: Scope, isBusy: boolean): void {
    const { books } = scope
    if (books === undefined || books.awaited === 0) return
    if (isBusy) books.owed++
    if (--books.awaited > 0) return
    // Work of the home's own that has begun since says so only here.
    const isQuietHere = scope.active === 0 && !scope.isDirty
    if (books.isDisturbed || books.owed > 0 || !isQuietHere) this.#check(scope, books)
    else this.#settle(books)
  }

  /** Aborts an event homed here, those opened inside it, and its signal everywhere. */
  abort(scope: Scope): void {
    this.#link.abort(scope)
    this.aborted(scope)
  }

  /** The scope was aborted, here or at its home. */
  aborted(scope: Scope): void {
    if (scope.isAborted) return
    scope.abort()
    for (const other of this.#open) {
      if (other.books?.parent === scope) this.abort(other)
    }
  }

  /** Rejects every waiter, now and from now on: the runtime is at its end. */
  failAll(error: Error): void {
    this.#end = error
    for (const { books } of this.#open) {
      if (books === undefined) continue
      const { waiters } = books
      books.waiters = []
      for (const waiter of waiters) waiter.reject(error)
    }
  }

  /** Waiters of all events homed here. */
  get waiterCount(): number {
    let count = 0
    for (const { books } of this.#open) count += books?.waiters.length ?? 0
    return count
  }

  #nextNumber(): number {
    const free = this.#freeSlots.pop()
    if (free !== undefined) return nextInSlot(this.#scopes[free]!.id)
    if (this.#nextSlot >= SLOTS) {
      const most = Math.floor(SLOTS / this.#endpoints)
      throw new OrujoError(
        'ORUJO_OVERFLOW',
        `More than ${most} completion scopes are open on core ${this.#here}. Await some first.`,
        { core: this.#here },
      )
    }
    const slot = this.#nextSlot
    this.#nextSlot += this.#endpoints
    return slot
  }

  /** `known`: the event that has the slot of `id`. */
  #atOther(id: number, known: Scope | undefined): Scope {
    // The home knows all its events. Elsewhere one with work here is not over, so `id` is; one
    // without has left nothing here that could be lost, so it makes place, whichever is later.
    const isOver = slotOf(id) % this.#endpoints === this.#here || known?.isSettled === false
    if (isOver) {
      const scope = this.#make(id)
      scope.isEnded = true
      return scope
    }
    if (known !== undefined) known.isEnded = true
    return this.#create(id)
  }

  /** The latest event of every slot that is known here. */
  known(): Scope[] {
    return this.#scopes.filter((scope) => scope !== undefined)
  }

  #create(id: number): Scope {
    const scope = this.#make(id)
    this.#scopes[slotOf(id)] = scope
    return scope
  }

  #make(id: number): Scope {
    const scope = new Scope(id, slotOf(id) % this.#endpoints, this.#endpoints)
    scope.context = this.#makeContext(scope)
    return scope
  }

  #tellEnded(): void {
    const told =
      'Work was sent or spawned through a core handle whose scope had ended: nobody waits for it.'
    this.#unheard(new OrujoError('ORUJO_SCOPE_ENDED', told))
  }

  #reportOne(scope: Scope): void {
    scope.isDirty = false
    if (scope.active > 0) return // `leave` lists it again
    if (scope.home === this.#here) this.#merge(scope)
    else {
      scope.forgetSignal()
      if (scope.owesReport || scope.counts.some((count) => count !== 0)) {
        this.#link.report(scope, scope.owesReport)
        scope.owesReport = false
        scope.counts.fill(0)
      }
    }
  }

  #merge(scope: Scope): void {
    const { books } = scope
    if (books === undefined) {
      scope.counts.fill(0)
      this.#tellEnded()
      return
    }
    for (let j = 0; j < this.#endpoints; j++) add(books, j, scope.counts[j]!)
    scope.counts.fill(0)
    books.isDisturbed = true
    this.#check(scope, books)
  }

  #check(scope: Scope, books: ScopeHome): void {
    const isQuiet = books.unbalanced === 0 && scope.active === 0 && !scope.isDirty
    if (!isQuiet || books.waiters.length === 0) return
    // An answer or an owed report under way brings us here again.
    if (books.awaited > 0 || books.owed > 0) return
    if (!books.isConfirmed || this.#endpoints === 1) {
      this.#settle(books)
      return
    }
    books.awaited = this.#endpoints - 1
    books.isDisturbed = false
    this.#link.probe(scope)
  }

  #settle(books: ScopeHome): void {
    const { waiters, errors } = books
    books.waiters = []
    books.errors = []
    this.#link.touch()
    for (const waiter of waiters) {
      if (errors.length === 0) waiter.resolve()
      else waiter.reject(new WorkFailedError(errors))
    }
  }
}

/** Modulo 2^32, as the counts are: what is under way at any time is far less. */
function add(books: ScopeHome, endpoint: number, change: number): void {
  if (change === 0) return
  const before = books.totals[endpoint]!
  const after = (before + change) | 0
  books.totals[endpoint] = after
  if (before === 0) books.unbalanced++
  else if (after === 0) books.unbalanced--
}
