/**
 * Range window: the elements of a borrowed range as the borrower sees them, until the end. Single
 * elements are got and set in place; views are handed out, in checked mode by stand-ins.
 *
 * States      live -> ended. What has ended gives nothing any more: OWN_ESCAPED.
 * Access      the core that the range was borrowed on.
 */
import type { ElementType, ValueOf, ViewOf } from '@orujo/core'
import { viewOn } from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import { Lending } from './guard.ts'
import type { PlaceNote } from './place-note.ts'
import { misuse } from './refusal.ts'
import type { Grant, VectorCell } from './vector-cell.ts'
import { load, pieceOf, store, type Piece } from './vector-pieces.ts'

/** A piece without elements, and so without use for its view. */
const NOTHING: Piece<never> = Object.freeze({ begin: 0, end: 0, view: undefined as never })

export class RangeWindow<E extends ElementType> {
  readonly #type: E
  readonly #cell: VectorCell<E>
  readonly #grant: Grant
  readonly #pieces: readonly Piece<ViewOf<E>>[]
  #isLive = true
  /** The piece that was used last; nothing when the borrow has ended. */
  #last: Piece<ViewOf<E>>
  /** In checked mode. */
  #lending: Lending | undefined
  #endedAt: PlaceNote | undefined

  constructor(cell: VectorCell<E>, grant: Grant, pieces: readonly Piece<ViewOf<E>>[]) {
    this.#type = cell.type
    this.#cell = cell
    this.#grant = grant
    this.#pieces = pieces
    this.#last = pieces[0] ?? NOTHING
  }

  get isLive(): boolean {
    return this.#isLive
  }

  get(index: number): ValueOf<E> {
    const last = this.#last
    const piece = isIn(last, index) ? last : this.#find(index)
    return load(this.#type, piece.view, index - piece.begin)
  }

  set(index: number, value: ValueOf<E>): void {
    const last = this.#last
    const piece = isIn(last, index) ? last : this.#find(index)
    store(this.#type, piece.view, index - piece.begin, value)
  }

  /** All elements in order. */
  pieces(mayWrite: boolean): readonly Piece<ViewOf<E>>[] {
    const pieces = this.#live()
    const lending = this.#guarded()
    if (lending === undefined) return pieces
    return pieces.map((piece) => ({ ...piece, view: lending.wrap(piece.view, mayWrite) }))
  }

  /** All elements as one view. OWN_SCATTERED. */
  whole(mayWrite: boolean): ViewOf<E> {
    const pieces = this.#live()
    const [piece] = pieces
    if (pieces.length > 1) throw this.#scattered()
    const view = piece?.view ?? viewOn<E>(this.#type, new ArrayBuffer(0), 0, 0)
    return this.#guarded()?.wrap(view, mayWrite) ?? view
  }

  /** The borrow has ended. */
  end(): void {
    this.#isLive = false
    this.#last = NOTHING
    this.#endedAt = this.#cell.runs.store.notes.ofEnd()
    this.#lending?.end(this.#endedAt)
  }

  #find(index: number): Piece<ViewOf<E>> {
    return (this.#last = pieceOf(this.#live(), index))
  }

  #live(): readonly Piece<ViewOf<E>>[] {
    if (this.#isLive) return this.#pieces
    const { name } = this.#cell
    throw misuse(
      'OWN_ESCAPED',
      `A borrow of ${this.#text} was used after its end: nothing borrowed may be kept.`,
      { name, note: this.#endedAt },
    )
  }

  #guarded(): Lending | undefined {
    const { name, runs } = this.#cell
    const { guards } = runs.store
    if (guards === undefined) return undefined
    return (this.#lending ??= new Lending(guards, {
      name,
      text: this.#text,
      note: this.#grant.note,
    }))
  }

  #scattered(): OwnershipError {
    return new OwnershipError(
      'OWN_SCATTERED',
      `${this.#text} are in ${this.#pieces.length} pieces on this core: use pieces(), or borrow ` +
        'less.',
      { object: this.#cell.name },
    )
  }

  get #text(): string {
    return this.#cell.describe(this.#grant)
  }
}

function isIn({ begin, end }: Piece<unknown>, index: number): boolean {
  return index >= begin && index < end && Math.floor(index) === index
}
