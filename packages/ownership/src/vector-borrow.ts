/**
 * Range borrows: the elements of a range of a vector on the core that borrows them. A `RangeRef` is
 * one of many and reads; a `RangeMut` is the only one that has its elements, and writes.
 *
 * States      live -> ended. What has ended gives nothing any more: OWN_ESCAPED.
 * Ownership   whoever got it ends it, on every path: `using` a RangeRef, `await using` a RangeMut.
 * Access      the core that it was borrowed on: to another goes the right to a range, by `lend`.
 */
import type { Core, ElementType, ValueOf, ViewOf } from '@orujo/core'
import { unsendable } from '@orujo/core/internal'
import { BORROWED_ELEMENTS } from './lendable.ts'
import type { InScope, MutableIn, Shared, SharedIn } from './lent.ts'
import type { Grant, VectorCell } from './vector-cell.ts'
import type { Piece, ReadPieces } from './vector-pieces.ts'
import { RangeWindow } from './vector-window.ts'

/** A range as it is lent, shared, within the scope L: neither it nor a view of it leaves that. */
export type RangeRefIn<E extends ElementType, L> = {
  pieces(): readonly Piece<SharedIn<ViewOf<E>, L>>[]
  readonly value: SharedIn<ViewOf<E>, L>
} & RangeRef<E> &
  InScope<L>

/** The same, lent exclusively. */
export type RangeMutIn<E extends ElementType, L> = {
  pieces(): readonly Piece<MutableIn<ViewOf<E>, L>>[]
  readonly value: MutableIn<ViewOf<E>, L>
  readonly view: SharedIn<ViewOf<E>, L>
} & RangeMut<E> &
  InScope<L>

/** A shared borrow of a range. */
export class RangeRef<E extends ElementType> {
  /** Tells outcomes of `tryBorrow` apart. */
  readonly kind = 'borrowed'
  readonly begin: number
  /** The element after the last. */
  readonly end: number
  readonly #cell: VectorCell<E>
  readonly #grant: Grant
  readonly #copies: ReadPieces<E>['copies']
  readonly #window: RangeWindow<E>

  /** Use `borrow` or `read` of a vector or a range. */
  constructor(cell: VectorCell<E>, grant: Grant, { pieces, copies }: ReadPieces<E>) {
    this.begin = grant.begin
    this.end = grant.end
    this.#cell = cell
    this.#grant = grant
    this.#copies = copies
    this.#window = new RangeWindow(cell, grant, pieces)
  }

  get length(): number {
    return this.end - this.begin
  }

  /** Element `index` of the vector. ORUJO_BAD_ADDRESS if it is not in the range. */
  at(index: number): ValueOf<E> {
    return this.#window.get(index)
  }

  /** The elements in order, a view for each stretch of them that lies side by side. */
  pieces(): readonly Piece<Shared<ViewOf<E>>>[] {
    return this.#window.pieces(false) as readonly Piece<Shared<ViewOf<E>>>[] // only read
  }

  /** All elements as one view. OWN_SCATTERED if they do not lie side by side here. */
  get value(): Shared<ViewOf<E>> {
    return this.#window.whole(false) as Shared<ViewOf<E>> // as above
  }

  get isLive(): boolean {
    return this.#window.isLive
  }

  /** Ends the borrow. Safe to repeat. */
  release(): void {
    if (!this.isLive) return
    this.#window.end()
    for (const copy of this.#copies) copy.readers--
    this.#cell.giveBack(this.#grant)
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROWED_ELEMENTS {
    return BORROWED_ELEMENTS
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** The exclusive borrow of a range. */
export class RangeMut<E extends ElementType> {
  readonly kind = 'borrowed'
  readonly begin: number
  /** The element after the last. */
  readonly end: number
  readonly #cell: VectorCell<E>
  readonly #core: Core
  readonly #grant: Grant
  readonly #window: RangeWindow<E>
  #isWritten = false

  /** Use `borrowMut` or `write` of a vector or a range. */
  constructor(
    cell: VectorCell<E>,
    core: Core,
    grant: Grant,
    contents: readonly Piece<ViewOf<E>>[],
  ) {
    this.begin = grant.begin
    this.end = grant.end
    this.#cell = cell
    this.#core = core
    this.#grant = grant
    this.#window = new RangeWindow(cell, grant, contents)
  }

  get length(): number {
    return this.end - this.begin
  }

  /** Element `index` of the vector. ORUJO_BAD_ADDRESS if it is not in the range. */
  at(index: number): ValueOf<E> {
    return this.#window.get(index)
  }

  /** Writes element `index` of the vector. */
  set(index: number, value: ValueOf<E>): void {
    this.#window.set(index, value)
    this.#isWritten = true
  }

  /** The elements in order, to be written: from here on they count as changed. */
  pieces(): readonly Piece<ViewOf<E>>[] {
    const pieces = this.#window.pieces(true)
    this.#isWritten = true
    return pieces
  }

  /** As one view, to be written. OWN_SCATTERED if they do not lie side by side. */
  get value(): ViewOf<E> {
    const view = this.#window.whole(true)
    this.#isWritten = true
    return view
  }

  /** The same, to be read only: this does not count as a change. */
  get view(): Shared<ViewOf<E>> {
    return this.#window.whole(false) as Shared<ViewOf<E>> // only read
  }

  get isLive(): boolean {
    return this.#window.isLive
  }

  /** Ends the borrow; what was written can be read by others then. Safe to repeat. */
  release(): Promise<void> {
    if (this.isLive) {
      this.#window.end()
      if (this.#isWritten) this.#cell.written(this.#grant)
      this.#cell.giveBack(this.#grant)
      this.#cell.settle(this.#core)
    }
    return Promise.resolve()
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROWED_ELEMENTS {
    return BORROWED_ELEMENTS
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}
