/**
 * OwnedVector: a typed vector that is dealt out over all cores and belongs to one handle. Ranges of
 * it are borrowed, fetched and moved on their own: never the whole.
 *
 * States      live -> moved | dropped. See vector-cell.ts for the ranges inside.
 * Access      the endpoint it is on. Sent in a message, or returned by a task, it moves there.
 * Ownership   as it says: what is not moved on must be dropped.
 * Bounds      the memory of the array that it was made on stays its own until it is dropped or laid
 *             out anew, though elements have moved away.
 */
import {
  OrujoError,
  free,
  globalArray,
  onAllCores,
  type Core,
  type CoreId,
  type ElementType,
  type GlobalArray,
  type RangeOptions,
} from '@orujo/core'
import type { sendableBrand } from '@orujo/core/internal'
import type { Absent, Conflict } from './lent.ts'
import { requireCore } from './make.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from './movable.ts'
import { homeOf } from './object-id.ts'
import { storeOf } from './stores.ts'
import type { RangeMut, RangeMutIn, RangeRef, RangeRefIn } from './vector-borrow.ts'
import { lendArray, type ArrayIn } from './vector-array.ts'
import { cellOn, VectorCell } from './vector-cell.ts'
import { freeArray, pullPart, registerPart } from './vector-protocol.ts'
import {
  borrowMutOf,
  borrowOf,
  claimOf,
  readOf,
  shareOf,
  tryBorrowMutOf,
  tryBorrowOf,
  writeOf,
  type ExclusiveRange,
  type SharedRange,
} from './vector-range.ts'
import { segmentWords, type Segment } from './vector-segments.ts'

export class OwnedVector<E extends ElementType> implements Movable<OwnedVector<E>> {
  declare readonly [sendableBrand]?: true
  readonly #cell: VectorCell<E>
  #array: GlobalArray<E>

  /** Use `ownVector`, `vectorOf` or `take`. */
  constructor(cell: VectorCell<E>, array: GlobalArray<E>) {
    this.#cell = cell
    this.#array = array
  }

  /** The cell behind the handle; for the codec. */
  get cell(): VectorCell<E> {
    return this.#cell
  }

  /** The linear array that it was made on; for the codec. */
  get array(): GlobalArray<E> {
    return this.#array
  }

  get type(): E {
    return this.#cell.type
  }

  get length(): number {
    return this.#cell.end
  }

  /** The stretches of elements that lie side by side somewhere. */
  get segments(): number {
    return this.#cell.segments.all.length
  }

  /** Core where element `index` is now. ORUJO_BAD_ADDRESS. */
  home(index: number): CoreId {
    this.#cell.extentOf({ begin: index, end: index + 1 })
    return homeOf(this.#cell.segments.at(index).id)
  }

  /** Lends a range, shared, for as long as `work` takes. Nothing of it may be kept. */
  read<R>(
    core: Core,
    work: <L>(range: RangeRefIn<E, L>) => R | PromiseLike<R>,
    range: RangeOptions = {},
  ): Promise<R> {
    return readOf(core, this.#cell, work, range)
  }

  /** Lends a range exclusively for as long as `work` takes. Nothing of it may be kept. */
  write<R>(
    core: Core,
    work: <L>(range: RangeMutIn<E, L>) => R | PromiseLike<R>,
    range: RangeOptions = {},
  ): Promise<R> {
    return writeOf(core, this.#cell, work, range)
  }

  /**
   * A shared borrow of a range until its `release`. What is elsewhere is fetched: two messages for
   * each stretch of elements that lie side by side there, none if this core has fetched them before
   * and they have not changed.
   */
  borrow(core: Core, range: RangeOptions = {}): Promise<RangeRef<E>> {
    return borrowOf(core, this.#cell, range)
  }

  /** The same at once, or why there is none. Throws after a move or a drop. */
  tryBorrow(core: Core, range: RangeOptions = {}): RangeRef<E> | Absent | Conflict {
    return tryBorrowOf(core, this.#cell, range)
  }

  /**
   * The exclusive borrow of a range until its end. What is in another locale moves here, and stays;
   * the rest is written where it is.
   */
  borrowMut(core: Core, range: RangeOptions = {}): Promise<RangeMut<E>> {
    return borrowMutOf(core, this.#cell, range)
  }

  /** The same at once, or why there is none. Throws after a move or a drop. */
  tryBorrowMut(core: Core, range: RangeOptions = {}): RangeMut<E> | Absent | Conflict {
    return tryBorrowMutOf(core, this.#cell, range)
  }

  /** The right to read a range, to be lent to other cores: nothing is fetched for it. */
  share(core: Core, range: RangeOptions = {}): SharedRange<E> {
    return shareOf(core, this.#cell, range)
  }

  /** The right to write a range, to be split and lent to other cores: nothing moves for it. */
  claim(core: Core, range: RangeOptions = {}): ExclusiveRange<E> {
    return claimOf(core, this.#cell, range)
  }

  /**
   * Lends all elements as a linear array, for delegates and loops, as long as `work` takes. The
   * array may not be kept.
   */
  async withArray<R>(
    core: Core,
    work: <L>(array: ArrayIn<E, L>) => R | PromiseLike<R>,
  ): Promise<R> {
    const cell = this.#cell
    const grant = cell.grantAll(core)
    try {
      if (this.#isScattered()) await this.#layOut(core, this.#array)
      const lent = lendArray(cell, grant, this.#array)
      try {
        return await work(lent.array as ArrayIn<E, unknown>) // as in `read`
      } finally {
        lent.end()
        // Whatever was written, nobody has the new keys.
        await this.#register(core)
      }
    } finally {
      cell.giveBack(grant)
    }
  }

  /** Brings all elements back to where they were dealt out to. */
  async gather(core: Core): Promise<void> {
    const cell = this.#cell
    const grant = cell.grantAll(core)
    try {
      if (this.#isScattered()) await this.#layOut(core, this.#array)
    } finally {
      cell.giveBack(grant)
    }
  }

  /** Makes it longer, with zeros, or shorter, and deals it out anew. */
  async resize(core: Core, length: number): Promise<void> {
    const cell = this.#cell
    const grant = cell.grantAll(core)
    try {
      const old = this.#array
      const array = await globalArray(core, cell.type, length, { blockBytes: 'contiguous' })
      try {
        await this.#layOut(core, array)
      } catch (error) {
        await free(core, array)
        throw error
      }
      await free(core, old)
    } finally {
      cell.giveBack(grant)
    }
  }

  /** Ends the vector: its elements stay, as a linear array, which is the caller's to free. */
  async intoArray(core: Core): Promise<GlobalArray<E>> {
    await this.gather(core)
    const cell = this.#cell
    cell.requireFree(core, 'take the array of')
    cell.close('moved')
    cell.freeAll(core)
    return this.#array
  }

  [TAKE](): OwnedVector<E> {
    const cell = this.#cell
    cell.requireMovable('move')
    const shape = cell.shapeNow()
    cell.close('moved')
    return new OwnedVector(new VectorCell(cell.runs, shape), this.#array)
  }

  [REQUIRE_GONE](): void {
    this.#cell.requireGone()
  }

  /** Frees the memory of all elements. */
  [DROP](core: Core): void {
    const cell = this.#cell
    cell.requireFree(core, 'drop')
    cell.close('dropped')
    cell.freeAll(core)
    core.send(freeArray, core.id, this.#array)
  }

  /** Whether an element is not where the array has it. */
  #isScattered(): boolean {
    const { layout } = this.#array
    return this.#cell.segments.all.some(({ begin, end, id, offset }) => {
      const isThere = homeOf(id) === layout.home(begin) && offset === layout.byteOffset(begin)
      return !isThere || layout.home(end - 1) !== homeOf(id)
    })
  }

  /** Every core takes its part of `array`, and of all elements. */
  async #layOut(core: Core, array: GlobalArray<E>): Promise<void> {
    const words = segmentWords(this.#cell.segments.all)
    this.#use(core, array, await onAllCores(core, pullPart, array, words, placeOf(core)))
  }

  /** The parts of the array get ids that nobody knows. */
  async #register(core: Core): Promise<void> {
    const array = this.#array
    this.#use(core, array, await onAllCores(core, registerPart, array, placeOf(core)))
  }

  #use(core: Core, array: GlobalArray<E>, ids: readonly number[]): void {
    this.#array = array
    this.#cell.reset(core, array.length, segmentsOn(array, ids))
  }
}

/**
 * A vector of `length` elements, all zero, one contiguous part on each core.
 * ORUJO_MEMORY_EXHAUSTED.
 */
export async function ownVector<E extends ElementType>(
  core: Core,
  type: E,
  length: number,
): Promise<OwnedVector<E>> {
  requireCore(core)
  return vectorOf(core, await globalArray(core, type, length, { blockBytes: 'contiguous' }))
}

/**
 * Becomes the owner of a linear array, which must be contiguous on each core; use it through the
 * vector only. ORUJO_OPTION.
 */
export async function vectorOf<E extends ElementType>(
  core: Core,
  array: GlobalArray<E>,
): Promise<OwnedVector<E>> {
  requireCore(core)
  array.checkLive()
  const { elementsPerBlock, cores } = array.layout
  if (cores > 1 && elementsPerBlock * cores < array.length) {
    throw new OrujoError(
      'ORUJO_OPTION',
      `blocks of ${elementsPerBlock} elements go round the cores more than once: make the array ` +
        "with blockBytes: 'contiguous'",
    )
  }
  const ids = await onAllCores(core, registerPart, array, placeOf(core))
  const shape = {
    id: storeOf(core).freshId(),
    type: array.type,
    begin: 0,
    end: array.length,
    segments: segmentsOn(array, ids),
  }
  return new OwnedVector(cellOn(core, shape), array)
}

/** In checked mode: where the program asks for a vector, or for another size. */
function placeOf(core: Core): string | undefined {
  return storeOf(core).notes.placeOfCreation()
}

/** Where the elements of an array are, whose parts are the runs of these ids. */
function segmentsOn({ layout }: GlobalArray, ids: readonly number[]): Segment[] {
  const { base, elementsPerBlock } = layout
  return ids.map((id, core) => {
    const begin = Math.min(layout.length, core * elementsPerBlock)
    return { begin, end: begin + layout.elementsOn(core), id, color: 0, offset: base }
  })
}
