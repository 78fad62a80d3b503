/**
 * Ranges: the right to some elements of a vector, without the elements. A right can be split, and
 * lent to the core that is to do the work; the elements move only where they are borrowed.
 *
 * States      live -> lent -> live; live -> ended. Parts of a range exclude it while they live.
 * Ownership   whoever made a range gives it back, and with it all its parts.
 * Suspends    the end of an exclusive range that came from another core, until that knows where the
 *             elements are.
 */
import type { Core, CoreId, ElementType, RangeOptions } from '@orujo/core'
import { record, unsendable, whole } from '@orujo/core/internal'
import { BEGIN, BORROW, LEND, type Lendable, type LentOut, type Loan } from './lendable.ts'
import type { Loan as LoanPlace } from './hold.ts'
import type { Absent, Conflict } from './lent.ts'
import { homeOf } from './object-id.ts'
import { StandingBorrow } from './refusal.ts'
import { RangeMut, RangeRef, type RangeMutIn, type RangeRefIn } from './vector-borrow.ts'
import { cellOn, type CellShape, type Grant, type VectorCell } from './vector-cell.ts'
import { fetchPieces, movePieces, piecesHere, placesHere } from './vector-pieces.ts'

const RANGE_OPTIONS: readonly string[] = Object.freeze([
  'begin',
  'end',
] satisfies (keyof RangeOptions)[])
/** Of one range: far more than there are cores, and few enough to be looked through. */
const MOST_CHUNKS = 2 ** 20
const ABSENT: Absent = Object.freeze({ kind: 'absent' })

/** Borrows elements of a cell, shared. */
export async function borrowOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): Promise<RangeRef<E>> {
  const grant = grantOf(core, cell, range, false)
  try {
    const here = piecesHere(cell, grant)
    return new RangeRef(cell, grant, here ?? (await fetchPieces(core, cell, grant)))
  } catch (error) {
    cell.giveBack(grant)
    throw error
  }
}

/** Borrows elements of a cell exclusively; what cannot be written where it is moves here. */
export async function borrowMutOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): Promise<RangeMut<E>> {
  const grant = grantOf(core, cell, range, true)
  try {
    const here = placesHere(cell, grant)
    return new RangeMut(cell, core, grant, here ?? (await movePieces(core, cell, grant)))
  } catch (error) {
    cell.giveBack(grant)
    cell.settle(core)
    throw error
  }
}

/** A shared borrow at once, or why there is none. */
export function tryBorrowOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): RangeRef<E> | Absent | Conflict {
  const extent = extentOf(cell, range)
  cell.requireLive(core, 'borrow')
  const other = cell.conflict(extent, false)
  if (other !== undefined) return standing(cell, other)
  const here = piecesHere(cell, extent)
  return here === undefined ? ABSENT : new RangeRef(cell, cell.grant(core, extent, false), here)
}

/** The exclusive borrow at once, or why there is none. */
export function tryBorrowMutOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): RangeMut<E> | Absent | Conflict {
  const extent = extentOf(cell, range)
  cell.requireLive(core, 'borrow exclusively')
  const other = cell.conflict(extent, true)
  if (other !== undefined) return standing(cell, other)
  const here = placesHere(cell, extent)
  return here === undefined
    ? ABSENT
    : new RangeMut(cell, core, cell.grant(core, extent, true), here)
}

function standing<E extends ElementType>(cell: VectorCell<E>, other: Grant): Conflict {
  const state = other.isExclusive ? 'exclusive' : 'shared'
  return new StandingBorrow({ name: cell.describe(other), state, note: other.note })
}

/** The right to some elements of a cell, exclusive. */
export function claimOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): ExclusiveRange<E> {
  const grant = grantOf(core, cell, range, true)
  return new ExclusiveRange(cell.below(grant), core, () => cell.giveBack(grant))
}

/** The right to some elements of a cell, shared. */
export function shareOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
): SharedRange<E> {
  const grant = grantOf(core, cell, range, false)
  return new SharedRange(cell.below(grant), () => cell.giveBack(grant))
}

function grantOf<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  range: RangeOptions,
  isExclusive: boolean,
): Grant {
  return cell.grant(core, extentOf(cell, range), isExclusive)
}

function extentOf<E extends ElementType>(
  cell: VectorCell<E>,
  range: RangeOptions,
): { begin: number; end: number } {
  record('a range', range, RANGE_OPTIONS)
  return cell.extentOf(range)
}

/** The right to read a range: many may have it. Lend it to have it read elsewhere. */
export class SharedRange<E extends ElementType> implements Lendable {
  readonly begin: number
  /** The element after the last. */
  readonly end: number
  readonly type: E
  readonly #cell: VectorCell<E>
  readonly #giveBack: () => void

  /** Use `share` of a vector. */
  constructor(cell: VectorCell<E>, giveBack: () => void) {
    this.begin = cell.begin
    this.end = cell.end
    this.type = cell.type
    this.#cell = cell
    this.#giveBack = giveBack
  }

  get length(): number {
    return this.end - this.begin
  }

  /** The elements, or those of a part, until `release`; fetched once if they are elsewhere. */
  borrow(core: Core, range: RangeOptions = {}): Promise<RangeRef<E>> {
    return borrowOf(core, this.#cell, range)
  }

  /** Gives the right back, when nothing of it is borrowed any more. Safe to repeat. */
  release(): void {
    const cell = this.#cell
    if (!cell.isLive) return
    cell.requireIdle('give back')
    cell.close('ended')
    this.#giveBack()
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  [Symbol.dispose](): void {
    this.release()
  }

  [LEND](core: Core): Loan {
    const cell = this.#cell
    const grant = cell.grant(core, cell.extent, false)
    return {
      loaned: new LoanedRange(cell.shapeNow(), undefined),
      end: () => cell.giveBack(grant),
    }
  }
}

/** The right to a range that nobody else has. Lend it, or parts, to have it written elsewhere. */
export class ExclusiveRange<E extends ElementType> implements Lendable {
  readonly begin: number
  /** The element after the last. */
  readonly end: number
  readonly type: E
  readonly #cell: VectorCell<E>
  readonly #core: Core
  readonly #giveBack: () => void
  readonly #parts: ExclusiveRange<E>[] = []

  /** Use `claim` of a vector. */
  constructor(cell: VectorCell<E>, core: Core, giveBack: () => void) {
    this.begin = cell.begin
    this.end = cell.end
    this.type = cell.type
    this.#cell = cell
    this.#core = core
    this.#giveBack = giveBack
  }

  get length(): number {
    return this.end - this.begin
  }

  /** The core where the first of the elements is; the one that works best on them. */
  get home(): CoreId {
    if (this.length === 0) return this.#core.id
    return homeOf(this.#cell.segments.at(this.begin).id)
  }

  /** As of a vector. */
  borrow(core: Core, range: RangeOptions = {}): Promise<RangeRef<E>> {
    return borrowOf(core, this.#cell, range)
  }

  /** As of a vector: what this core cannot write where it is moves here. */
  borrowMut(core: Core, range: RangeOptions = {}): Promise<RangeMut<E>> {
    return borrowMutOf(core, this.#cell, range)
  }

  /** The elements before `at`, and the rest. Until both are given back this can only wait. */
  split(at: number): [ExclusiveRange<E>, ExclusiveRange<E>] {
    const middle = this.#cell.extentOf({ end: at }).end
    this.#cell.requireIdle('split')
    return [this.#part(this.begin, middle), this.#part(middle, this.end)]
  }

  /** `count` parts of the same length, give or take an element. */
  chunks(count: number): ExclusiveRange<E>[] {
    whole('count', count, 1, MOST_CHUNKS)
    this.#cell.requireIdle('split')
    const { begin, length } = this
    const cut = (i: number): number => begin + Math.floor((i * length) / count)
    return Array.from({ length: count }, (_, i) => this.#part(cut(i), cut(i + 1)))
  }

  /** A part for each stretch of elements that are on one core, as `home` of the part says. */
  blocks(): ExclusiveRange<E>[] {
    const cuts: { begin: number; end: number; home: CoreId }[] = []
    for (const { id, begin, end } of this.#cell.segments.all) {
      const last = cuts.at(-1)
      const home = homeOf(id)
      if (last?.home === home) last.end = end
      else cuts.push({ begin, end, home })
    }
    this.#cell.requireIdle('split')
    return cuts.map(({ begin, end }) => this.#part(begin, end))
  }

  /**
   * Gives the right back, and that to all parts. OWN_BORROWED while anything of it is borrowed or
   * lent. Safe to repeat.
   */
  async release(): Promise<void> {
    const cell = this.#cell
    if (!cell.isLive) return
    for (const part of this.#parts) await part.release()
    cell.requireIdle('give back')
    cell.close('ended')
    try {
      await cell.finish(this.#core)
    } finally {
      this.#giveBack()
    }
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof BORROW {
    return BORROW
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  [LEND](core: Core): Loan {
    const cell = this.#cell
    const grant = cell.grant(core, cell.extent, true)
    const number = cell.runs.lend(cell)
    return {
      loaned: new LoanedRange(cell.shapeNow(), { core: core.id, number }),
      end: () => {
        cell.runs.unlend(number)
        cell.giveBack(grant)
      },
    }
  }

  #part(begin: number, end: number): ExclusiveRange<E> {
    const part = claimOf(this.#core, this.#cell, { begin, end })
    this.#parts.push(part)
    return part
  }
}

/** A range on its way to another core, and there until the work it was lent for has ended. */
export class LoanedRange<E extends ElementType = ElementType> implements LentOut {
  readonly shape: CellShape<E>
  /** Of an exclusive one: who is told of changes. */
  readonly loan: LoanPlace | undefined

  constructor(shape: CellShape<E>, loan: LoanPlace | undefined) {
    this.shape = shape
    this.loan = loan
  }

  [BEGIN](core: Core): SharedRange<E> | ExclusiveRange<E> {
    const cell = cellOn(core, this.shape, this.loan)
    const isOver = (): void => undefined
    return this.loan === undefined
      ? new SharedRange(cell, isOver)
      : new ExclusiveRange(cell, core, isOver)
  }
}

/** Reads a range for as long as `work` takes. */
export async function readOf<E extends ElementType, R>(
  core: Core,
  cell: VectorCell<E>,
  work: <L>(range: RangeRefIn<E, L>) => R | PromiseLike<R>,
  range: RangeOptions,
): Promise<R> {
  using ref = await borrowOf(core, cell, range)
  // The compiler's L is nowhere at run time.
  return await work(ref as RangeRefIn<E, unknown>)
}

/** Writes a range for as long as `work` takes. */
export async function writeOf<E extends ElementType, R>(
  core: Core,
  cell: VectorCell<E>,
  work: <L>(range: RangeMutIn<E, L>) => R | PromiseLike<R>,
  range: RangeOptions,
): Promise<R> {
  await using mut = await borrowMutOf(core, cell, range)
  // As above.
  return await work(mut as RangeMutIn<E, unknown>)
}
