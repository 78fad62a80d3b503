/**
 * Range borrows: the elements of a range of a vector on the core that borrows them. A `RangeRef` is
 * one of many and reads; a `RangeMut` is the only one that has its elements, and writes.
 *
 * States      live -> ended. What has ended gives nothing any more: OWN_ESCAPED.
 * Ownership   whoever got it ends it, on every path: `using` a RangeRef, `await using` a RangeMut.
 * Access      the core that it was borrowed on: to another goes the right to a range, by `lend`.
 */
import type { Core, ElementType, ValueOf, ViewOf } from '@orujo/core'
import { unsendable, viewOn } from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import { BORROWED_ELEMENTS } from './lendable.ts'
import type { Shared } from './lent.ts'
import type { Grant, VectorCell } from './vector-cell.ts'
import { load, pieceOf, store, type Piece, type ReadPieces } from './vector-pieces.ts'

/** A shared borrow of a range. */
export class RangeRef<E extends ElementType> {
  /** Tells outcomes of `tryBorrow` apart. */
  readonly kind = 'borrowed'
  readonly begin: number
  /** The element after the last. */
  readonly end: number
  readonly #cell: VectorCell<E>
  readonly #grant: Grant
  readonly #contents: ReadPieces<E>
  #isLive = true
  #last: Piece<ViewOf<E>> | undefined

  /** Use `borrow` or `read` of a vector or a range. */
  constructor(cell: VectorCell<E>, grant: Grant, contents: ReadPieces<E>) {
    this.begin = grant.begin
    this.end = grant.end
    this.#cell = cell
    this.#grant = grant
    this.#contents = contents
  }

  get length(): number {
    return this.end - this.begin
  }

  /** Element `index` of the vector. ORUJO_BAD_ADDRESS if it is not in the range. */
  at(index: number): ValueOf<E> {
    let piece = this.#last
    if (piece === undefined || !isIn(piece, index)) {
      piece = this.#last = pieceOf(this.#pieces(), index)
    }
    return load(this.#cell.type, piece.view, index - piece.begin)
  }

  /** The elements in order, a view for each stretch of them that lies side by side. */
  pieces(): readonly Piece<Shared<ViewOf<E>>>[] {
    return this.#pieces() as readonly Piece<Shared<ViewOf<E>>>[] // a view that is only read
  }

  /** All elements as one view. OWN_SCATTERED if they do not lie side by side here. */
  get value(): Shared<ViewOf<E>> {
    return onlyView(this.#cell, this.#grant, this.#pieces()) as Shared<ViewOf<E>> // as above
  }

  get isLive(): boolean {
    return this.#isLive
  }

  /** Ends the borrow. Safe to repeat. */
  release(): void {
    if (!this.#isLive) return
    this.#isLive = false
    this.#last = undefined
    for (const copy of this.#contents.copies) copy.readers--
    this.#cell.giveBack(this.#grant)
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROWED_ELEMENTS {
    return BORROWED_ELEMENTS
  }

  [Symbol.dispose](): void {
    this.release()
  }

  #pieces(): readonly Piece<ViewOf<E>>[] {
    if (!this.#isLive) throw escaped(this.#cell, this.#grant)
    return this.#contents.pieces
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
  readonly #contents: readonly Piece<ViewOf<E>>[]
  #isWritten = false
  #isLive = true
  #last: Piece<ViewOf<E>> | undefined

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
    this.#contents = contents
  }

  get length(): number {
    return this.end - this.begin
  }

  /** Element `index` of the vector. ORUJO_BAD_ADDRESS if it is not in the range. */
  at(index: number): ValueOf<E> {
    const piece = this.#pieceOf(index)
    return load(this.#cell.type, piece.view, index - piece.begin)
  }

  /** Writes element `index` of the vector. */
  set(index: number, value: ValueOf<E>): void {
    const piece = this.#pieceOf(index)
    this.#isWritten = true
    store(this.#cell.type, piece.view, index - piece.begin, value)
  }

  /** The elements in order, to be written: from here on they count as changed. */
  pieces(): readonly Piece<ViewOf<E>>[] {
    const pieces = this.#live()
    this.#isWritten = true
    return pieces
  }

  /** As one view, to be written. OWN_SCATTERED if they do not lie side by side. */
  get value(): ViewOf<E> {
    const view = onlyView(this.#cell, this.#grant, this.#live())
    this.#isWritten = true
    return view
  }

  /** The same, to be read only: this does not count as a change. */
  get view(): Shared<ViewOf<E>> {
    return onlyView(this.#cell, this.#grant, this.#live()) as Shared<ViewOf<E>> // only read
  }

  get isLive(): boolean {
    return this.#isLive
  }

  /** Ends the borrow; what was written can be read by others then. Safe to repeat. */
  release(): Promise<void> {
    if (this.#isLive) {
      this.#isLive = false
      this.#last = undefined
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

  #pieceOf(index: number): Piece<ViewOf<E>> {
    const last = this.#last
    if (last !== undefined && isIn(last, index)) return last
    return (this.#last = pieceOf(this.#live(), index))
  }

  #live(): readonly Piece<ViewOf<E>>[] {
    if (!this.#isLive) throw escaped(this.#cell, this.#grant)
    return this.#contents
  }
}

function onlyView<E extends ElementType>(
  cell: VectorCell<E>,
  grant: Grant,
  pieces: readonly Piece<ViewOf<E>>[],
): ViewOf<E> {
  const [piece] = pieces
  if (piece === undefined) return viewOn(cell.type, new ArrayBuffer(0), 0, 0)
  if (pieces.length === 1) return piece.view
  throw new OwnershipError(
    'OWN_SCATTERED',
    `${cell.describe(grant)} are in ${pieces.length} pieces on this core: use pieces(), or ` +
      'borrow less.',
    { object: cell.name },
  )
}

function isIn({ begin, end }: Piece<unknown>, index: number): boolean {
  return index >= begin && index < end && Math.floor(index) === index
}

function escaped(cell: VectorCell<ElementType>, grant: Grant): OwnershipError {
  return new OwnershipError(
    'OWN_ESCAPED',
    `A borrow of ${cell.describe(grant)} was used after its end: nothing borrowed may be kept.`,
    { object: cell.name },
  )
}
