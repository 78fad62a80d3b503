/**
 * Hold: the cell of an owner, or of a reference that was lent: where the object is, and who has
 * borrowed it. All that owners and references do is asked of it.
 *
 * States      free -> shared (readers) -> free; free -> exclusive -> free; free -> moved; free ->
 *             dropped. Moved and dropped are the end.
 * Invariants  exactly one hold that is neither moved nor dropped points to an object, those of
 *             borrowers apart, which live inside its shared or exclusive state.
 * Access      the endpoint it was made on. Through another it is OWN_FOREIGN.
 * Suspends    what returns a promise; the state has changed before it does, so that what conflicts
 *             is refused meanwhile.
 * Failure     a conflict is refused, not waited for: whoever wants to wait uses a lock.
 * Long        what each state allows is read beside what each step does.
 */
import type { Core } from '@orujo/core'
import { type Body, isInUse, leave } from './body.ts'
import type { Contents } from './copy-cache.ts'
import { describeId, homeOf } from './object-id.ts'
import { noteOf, type PlaceNote } from './place-note.ts'
import { dropHere, fetchBytes, freeOld, whereMade, writeOwner } from './protocol.ts'
import { type HoldState, misuse, refusal } from './refusal.ts'
import { bytesOf, type Shape } from './shape.ts'
import type { Lent, Pointer, Resident, Store } from './store.ts'
import { neighbour, viewOf } from './typed.ts'

/** Where the owner of a borrowed object waits to be told of changes. */
export interface Loan {
  readonly core: number
  readonly number: number
}

export class Hold implements Lent {
  readonly store: Store
  readonly shape: Shape
  /** Whether the object travels with the one it is part of; whether it may live anywhere. */
  isTied = false
  isRoaming = false
  /** The object that this one is part of. */
  container: Body | undefined = undefined
  /** Of a reference lent by another core: where its owner is told. */
  loan: Loan | undefined = undefined
  #pointer: Pointer
  #state: HoldState = 'free'
  #readers = 0
  #note: PlaceNote | undefined
  /** The body that was used last; worth a look before any table. */
  #body: Body | undefined

  constructor(store: Store, shape: Shape, pointer: Pointer) {
    this.store = store
    this.shape = shape
    this.#pointer = pointer
    this.#note = store.notes.ofCreation()
  }

  get pointer(): Pointer {
    return this.#pointer
  }

  get state(): HoldState {
    return this.#state
  }

  /** Where the state began. */
  get note(): PlaceNote | undefined {
    return this.#note
  }

  /** How people find the object. */
  get name(): string {
    return describeId(this.#pointer.id)
  }

  /** Whether the object's bytes are where this endpoint can use them as they are. */
  get isLocal(): boolean {
    const home = homeOf(this.#pointer.id)
    const { here, endpoint } = this.store
    if (home === here) return true
    return this.shape.kind === 'typed' && endpoint.memory.bufferOf(home) !== undefined
  }

  // Shared.

  /** Begins a shared borrow. The body, if it is here; else `fetchForReading` has it. */
  beginShared(core: Core): Body | undefined {
    if (this.#state !== 'free' && this.#state !== 'shared') throw refusal('borrow', this)
    if (this.container !== undefined || core.endpoint !== this.store.endpoint) this.#check(core)
    const last = this.#body
    const body = last !== undefined && last.isKept && last.isFrozen ? last : this.#findReadable()
    if (this.#readers++ === 0) {
      this.#state = 'shared'
      this.#note = this.store.notes.ofBorrow()
      if (this.container !== undefined) this.container.inner++
    }
    if (body === undefined) return undefined
    body.readers++
    if (body.isCopy) this.store.counts.hits++
    return body
  }

  /** The body that a shared borrow has begun without. Suspends: fetches, once for all who ask. */
  async fetchForReading(core: Core): Promise<Body> {
    const { store, shape } = this
    const { id, color } = this.#pointer
    try {
      const copy = await store.copies.acquire(id, color, async (): Promise<Contents> => {
        const bytes = await this.#fetch(core)
        return shape.kind === 'typed'
          ? { value: viewOf(shape, bytes), bytes: bytes.byteLength, parts: [] }
          : store.packing.unpackShared(bytes, this.name)
      })
      this.#body = copy
      return copy
    } catch (error) {
      this.#endReader()
      throw error
    }
  }

  /** OWN_BORROWED if it is the last, and something inside is still borrowed. */
  endShared(body: Body): void {
    if (body.inner > 0 && body.readers === 1) this.requireQuiet(body)
    body.readers--
    this.#endReader()
  }

  /** Takes back a shared borrow that was begun without a body. */
  cancelShared(): void {
    this.#endReader()
  }

  // Exclusive.

  /** Begins an exclusive borrow. Nothing of the object is touched yet. */
  beginExclusive(core: Core): void {
    if (this.#state !== 'free') throw refusal('borrow exclusively', this)
    this.#check(core)
    this.#requireWriter('borrow exclusively')
    this.#state = 'exclusive'
    this.#note = this.store.notes.ofBorrow()
    if (this.container !== undefined) this.container.inner++
  }

  /**
   * The body for a writer: where it is if this endpoint may use it there, else moved here. The old
   * home is told by `endChanged`. Suspends if it moves.
   */
  async bodyForWriting(core: Core): Promise<Body> {
    const local = this.#local()
    if (local !== undefined) return local
    const { store } = this
    const { id } = this.#pointer
    const bytes = await this.#fetch(core)
    const madeAt = store.guards && noteOf(await core.call(whereMade, homeOf(id), id))
    const resident = await store.settle(core, this, bytes)
    if (madeAt !== undefined) resident.madeAt = madeAt
    this.#pointer = resident.pointer
    this.#body = resident
    return resident
  }

  /** The same, if nothing has to move. */
  localForWriting(): Body | undefined {
    return this.#local()
  }

  /** Ends an exclusive borrow that has changed nothing. */
  endUnchanged(): void {
    this.#state = 'free'
    if (this.container !== undefined) leave(this.container)
  }

  /**
   * Ends an exclusive borrow after a write: gives the object the key that its new bytes go by,
   * tells the owner, and then the old home. A promise if the owner is elsewhere: until that knows,
   * the object counts as borrowed.
   *
   * @param before the pointer with which the borrow began
   */
  endChanged(core: Core, before: Pointer): Promise<void> | undefined {
    let told: Promise<void> | undefined
    try {
      told = this.settle(core, before)?.finally(() => this.endUnchanged())
    } finally {
      if (told === undefined) this.endUnchanged()
    }
    return told
  }

  /** All that an exclusive borrow owes to others after a write. A promise as of `endChanged`. */
  settle(core: Core, before: Pointer): Promise<void> | undefined {
    this.recolor(before)
    this.container?.writer?.wrote()
    if (this.loan !== undefined) {
      return this.publish(core, this.loan).then(() => this.freeOld(core, before))
    }
    this.freeOld(core, before)
    return undefined
  }

  // Steps of `settle`, methods of their own so that tests can see what each of them is for.

  /** A key that these bytes do not share with those before. */
  recolor(before: Pointer): void {
    const pointer = this.#pointer
    // Under an id that nobody has ever seen, colour 0 is new.
    if (pointer.id !== before.id) return
    const color = this.store.nextColor(pointer.color)
    if (color !== undefined) this.#pointer = { id: pointer.id, color, offset: pointer.offset }
    // Where there is no memory to move to, colours go on: any that is new will do.
    else if (!this.#moveToFreshId()) this.#pointer = { ...pointer, color: pointer.color + 1 }
  }

  /** Tells the owner where the object is now and in which colour. Suspends until it knows. */
  async publish(core: Core, loan: Loan): Promise<void> {
    this.store.counts.ownerUpdates++
    const { id, color, offset } = this.#pointer
    await core.call(writeOwner, loan.core, loan.number, id, color, offset)
  }

  /** What was left behind by a move is freed, now that the owner knows. */
  freeOld(core: Core, before: Pointer): void {
    if (before.id === this.#pointer.id || homeOf(before.id) === this.store.here) return
    this.store.counts.frees++
    core.send(freeOld, homeOf(before.id), before.id)
  }

  /** A borrower elsewhere has changed the object. */
  update(pointer: Pointer): void {
    this.#pointer = pointer
    this.#body = undefined
    this.container?.writer?.wrote()
  }

  // The end.

  /** The object goes to another hold; this one is of no use any more. */
  moveAway(): void {
    this.requireMovable('move')
    this.container?.writer?.wrote()
    this.#end('moved')
  }

  /** From now on it travels with what it is part of. */
  tie(): void {
    this.requireMovable('tie')
    // Bytes of that which were asked for before do not say so.
    this.container?.writer?.wrote()
    this.isTied = true
  }

  /** As `requireFree`; what is part of another object, only with that borrowed exclusively. */
  requireMovable(verb: string): void {
    this.requireFree(verb)
    this.#requireWriter(verb)
  }

  /** Frees the object and what it owns. */
  drop(core: Core): void {
    this.#check(core)
    this.requireFree('drop')
    this.#requireWriter('drop')
    const { id } = this.#pointer
    const { store } = this
    if (homeOf(id) === store.here) store.packing.requireFreeInside(store.resident(id).value)
    this.container?.writer?.wrote()
    this.#end('dropped')
    this.dropContents(core)
  }

  /** The object that owned this one is dropped. */
  dropContents(core: Core): void {
    this.#state = 'dropped'
    const { id } = this.#pointer
    const home = homeOf(id)
    if (home !== this.store.here) this.store.counts.remoteDrops++
    core.send(dropHere, home, id)
  }

  /** Throws if something inside the object is borrowed: that must end before this does. */
  requireQuiet(body: Body): void {
    if (body.inner === 0) return
    throw misuse(
      'OWN_BORROWED',
      `the borrow of ${this.name} cannot end: something inside it is borrowed still.`,
      this,
    )
  }

  /** Throws unless nobody has borrowed the object and it is still owned by this. */
  requireFree(verb: string, core?: Core): void {
    if (core !== undefined) this.#check(core)
    if (this.#state !== 'free') throw refusal(verb, this)
  }

  /** Throws unless the object was moved away or dropped, or has become part of another. */
  requireGone(): void {
    if (this.#state === 'moved' || this.#state === 'dropped' || this.container !== undefined) return
    throw misuse('OWN_KEPT', `${this.name} is owned still: nothing has moved or dropped it.`, this)
  }

  /** Throws unless this can become part of the object of `body`, or is. */
  requireHomeless(body: Body): void {
    if (this.container === body) return
    if (this.#pointer.id === body.id) {
      const text = `${this.name} has been put inside itself: take its owner out.`
      throw misuse('OWN_NESTED', text, { name: this.name, note: undefined })
    }
    this.requireFree('make part of another object')
    if (this.container === undefined) return
    throw misuse(
      'OWN_NESTED',
      `${this.name} is part of ${describeId(this.container.id)} and of ` +
        `${describeId(body.id)}: take() it out of the one for the other.`,
      this,
    )
  }

  #requireWriter(verb: string): void {
    const { container } = this
    if (container === undefined || container.writer !== undefined) return
    throw misuse(
      'OWN_NESTED',
      `cannot ${verb} ${this.name}: it is part of ${describeId(container.id)}, ` +
        'which must be borrowed exclusively first, and this from there.',
      this,
    )
  }

  #check(core: Core): void {
    const { container, store } = this
    if (core.endpoint !== store.endpoint) {
      throw misuse(
        'OWN_FOREIGN',
        `${this.name} is owned on core ${store.here} and was used on core ${core.id}: ` +
          'send it there, which moves it, or lend it.',
        this,
      )
    }
    if (container !== undefined && !isInUse(container)) {
      throw misuse(
        'OWN_ESCAPED',
        `${this.name} is part of ${describeId(container.id)}, which is not borrowed now: ` +
          'what is inside a borrowed object must not be kept.',
        { name: this.name, note: container.endedAt },
      )
    }
  }

  /** The body, frozen, if it is here. */
  #findReadable(): Body | undefined {
    const { id, color } = this.#pointer
    const body = this.#local() ?? this.store.copies.find(id, color)
    if (body === undefined) return undefined
    // Only an object at its home is ever not frozen.
    if (!body.isFrozen) this.store.freeze(body as Resident)
    this.#body = body
    return body
  }

  /** The object itself, if this endpoint may use it where it is. */
  #local(): Body | undefined {
    const { store, shape } = this
    const pointer = this.#pointer
    if (homeOf(pointer.id) === store.here) return store.resident(pointer.id)
    if (shape.kind !== 'typed') return undefined
    const known = this.#body
    if (known?.id === pointer.id && known.isKept && !('bytes' in known)) return known
    const value = store.viewOf(shape, pointer)
    return value === undefined ? undefined : neighbour(pointer, value)
  }

  /** False if there is no memory for it. */
  #moveToFreshId(): boolean {
    const { store, shape } = this
    const pointer = this.#pointer
    if (homeOf(pointer.id) === store.here) {
      const resident = store.resident(pointer.id)
      store.rename(resident)
      this.#pointer = resident.pointer
      this.#body = resident
      return true
    }
    // Typed memory of a neighbour, which alone can give it another id: so it moves here.
    if (shape.kind !== 'typed') return false
    const buffer = store.endpoint.memory.bufferOf(homeOf(pointer.id))!
    const bytes = new Uint8Array(buffer, pointer.offset, bytesOf(shape))
    const resident = store.tryAddTyped(shape, bytes)
    if (resident === undefined) return false
    store.counts.moves++
    this.#pointer = resident.pointer
    this.#body = resident
    return true
  }

  async #fetch(core: Core): Promise<Uint8Array> {
    const { id } = this.#pointer
    const { counts } = this.store
    counts.fetches++
    const bytes = await core.call(fetchBytes, homeOf(id), id)
    counts.fetchedBytes += bytes.byteLength
    return bytes
  }

  #endReader(): void {
    if (--this.#readers > 0) return
    this.#state = 'free'
    if (this.container !== undefined) leave(this.container)
  }

  #end(state: 'moved' | 'dropped'): void {
    this.#state = state
    this.#note = this.store.notes.ofMove()
    this.#body = undefined
  }
}
