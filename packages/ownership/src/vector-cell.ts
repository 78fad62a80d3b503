/**
 * Vector cell: a range of a vector as its owner, or one who has it for a while, knows it: where its
 * elements are, and which of them are borrowed. All that vectors and ranges do is asked of it.
 *
 * States      live -> moved | dropped | ended. Of each range inside: free -> shared -> free; free
 *             -> exclusive -> free.
 * Invariants  no element is in two grants of which one is exclusive. The segments are right for all
 *             elements but those that are granted to a cell below, which says where they are when
 *             it ends.
 * Access      the endpoint it was made on. Through another it is OWN_FOREIGN.
 * Ownership   what was left behind by moves is freed when the owner at the top, or the lender,
 *             knows the new place.
 * Suspends    what returns a promise; conflicts are refused at once.
 */
import { OrujoError, type Core, type ElementType } from '@orujo/core'
import { OwnershipError, type OwnershipCode } from './errors.ts'
import type { Loan } from './hold.ts'
import { homeOf, SERIAL_LIMIT, type ObjectId } from './object-id.ts'
import { describePlace, type PlaceNote } from './place-note.ts'
import { freeElements, writeRange } from './vector-protocol.ts'
import { runsOf, type LentRange, type VectorRuns } from './vector-runs.ts'
import {
  SEGMENT_LIMIT,
  SegmentList,
  segmentWords,
  type Extent,
  type Segment,
} from './vector-segments.ts'

type CellState = 'live' | 'moved' | 'dropped' | 'ended'

/** A right to some elements, until it is given back. */
export interface Grant extends Extent {
  readonly isExclusive: boolean
  readonly note: PlaceNote | undefined
}

export interface CellShape<E extends ElementType> extends Extent {
  /** Of the vector, for people. */
  readonly id: ObjectId
  readonly type: E
  readonly segments: readonly Segment[]
}

/** Who is told of changes: a cell here, a lender elsewhere, or, at the top, nobody. */
export interface Upwards<E extends ElementType> {
  readonly above?: VectorCell<E>
  readonly loan?: Loan
}

export class VectorCell<E extends ElementType> implements LentRange {
  readonly runs: VectorRuns
  readonly id: ObjectId
  readonly type: E
  readonly begin: number
  end: number
  segments: SegmentList
  /** Where the owner is told, if that is on another core. */
  readonly loan: Loan | undefined
  /** What this is a part of, on this core. */
  readonly #above: VectorCell<E> | undefined
  /** Whether anything is elsewhere, or has another colour, than whoever gave this knows. */
  isChanged = false
  #state: CellState = 'live'
  /** Where it ended. */
  #note: PlaceNote | undefined
  readonly #shared = new Set<Grant>()
  readonly #exclusive = new Set<Grant>()
  /** Elements that moves have left behind, by run. */
  readonly #left = new Map<ObjectId, number>()

  constructor(runs: VectorRuns, shape: CellShape<E>, upwards: Upwards<E> = {}) {
    this.runs = runs
    this.id = shape.id
    this.type = shape.type
    this.begin = shape.begin
    this.end = shape.end
    this.segments = new SegmentList(shape.type.bytes, shape.segments)
    this.loan = upwards.loan
    this.#above = upwards.above
  }

  /** How people find the vector. */
  get name(): string {
    const home = homeOf(this.id)
    return `vector ${this.id - home * SERIAL_LIMIT} of core ${home}`
  }

  /** All of it. */
  get extent(): Extent {
    return { begin: this.begin, end: this.end }
  }

  /** A range as given by a program. ORUJO_BAD_ADDRESS. */
  extentOf({ begin = this.begin, end = this.end }: Partial<Extent>): Extent {
    const isWhole = Number.isInteger(begin) && Number.isInteger(end)
    if (isWhole && begin >= this.begin && begin <= end && end <= this.end) return { begin, end }
    throw new OrujoError(
      'ORUJO_BAD_ADDRESS',
      `elements ${begin} to ${end} are not within ${this.describe(this.extent)}`,
    )
  }

  /** This, as another core is told of it. */
  shapeNow(): CellShape<E> {
    const { id, type, begin, end } = this
    return { id, type, begin, end, segments: this.segments.all }
  }

  describe({ begin, end }: Extent): string {
    return `elements ${begin} to ${end} of ${this.name}`
  }

  // Rights.

  /** Gives a right to some elements. OWN_BORROWED if another is in its way. */
  grant(core: Core, { begin, end }: Extent, isExclusive: boolean): Grant {
    const verb = isExclusive ? 'borrow exclusively' : 'borrow'
    this.requireLive(core, verb)
    const other = this.conflict({ begin, end }, isExclusive)
    if (other !== undefined) throw this.#refusal(verb, { begin, end }, other)
    const note = this.runs.store.notes.ofBorrow()
    const grant = { begin, end, isExclusive, note }
    ;(isExclusive ? this.#exclusive : this.#shared).add(grant)
    return grant
  }

  /** The right to all there is, and to become longer. */
  grantAll(core: Core): Grant {
    return this.grant(core, { begin: this.begin, end: Math.max(this.begin + 1, this.end) }, true)
  }

  giveBack(grant: Grant): void {
    ;(grant.isExclusive ? this.#exclusive : this.#shared).delete(grant)
  }

  /** A right that is in the way of another. */
  conflict(asked: Extent, isExclusive: boolean): Grant | undefined {
    const exclusive = overlapping(this.#exclusive, asked)
    return exclusive ?? (isExclusive ? overlapping(this.#shared, asked) : undefined)
  }

  /** A cell of its own for elements that are granted. */
  below({ begin, end }: Grant): VectorCell<E> {
    const { id, type } = this
    const segments = this.segments.within({ begin, end })
    return new VectorCell(this.runs, { id, type, begin, end, segments }, { above: this })
  }

  /** Throws unless this can be used on `core`. */
  requireLive(core: Core, verb: string): void {
    if (core.endpoint !== this.runs.store.endpoint) {
      throw this.#error(
        'OWN_FOREIGN',
        `${this.name} is held on core ${this.runs.store.here} and was used on core ${core.id}: ` +
          'send it there, which moves it, or lend a range of it.',
      )
    }
    this.#requireState(verb)
  }

  /** Throws unless it can be given away. */
  requireMovable(verb: string): void {
    this.#requireState(verb)
    this.requireIdle(verb)
  }

  /** Throws if this cannot be used on `core`, or if any of it is borrowed. */
  requireFree(core: Core, verb: string): void {
    this.requireLive(core, verb)
    this.requireIdle(verb)
  }

  /** Throws unless it was given away or dropped. */
  requireGone(): void {
    if (this.#state === 'moved' || this.#state === 'dropped') return
    throw this.#error('OWN_KEPT', `${this.name} is still owned: nothing has moved or dropped it.`)
  }

  /** Throws if any of it is borrowed. */
  requireIdle(verb: string): void {
    const all = { begin: -1, end: Infinity }
    const other = this.conflict(all, true)
    if (other !== undefined) throw this.#refusal(verb, this.extent, other)
  }

  close(state: Exclude<CellState, 'live'>): void {
    this.#state = state
    this.#note = this.runs.store.notes.ofMove()
  }

  get isLive(): boolean {
    return this.#state === 'live'
  }

  // Changes.

  /** Elements have moved: into a run of this core, in a colour that it never had. */
  moved(extent: Extent, segments: readonly Segment[]): void {
    for (const { id, begin, end } of this.segments.within(extent)) {
      if (!segments.some((one) => one.id === id)) this.#leave(id, end - begin)
    }
    this.segments.replace(extent, segments)
    this.isChanged = true
  }

  /** Elements were written where they are: they get colours that they never had. */
  written(extent: Extent): void {
    const { store } = this.runs
    const changed: Segment[] = []
    for (const segment of this.segments.within(extent)) {
      const last = changed.at(-1)
      const isNeighbour = last !== undefined && this.segments.liesAfter(last, segment)
      const begin = isNeighbour ? last.begin : segment.begin
      const offset = isNeighbour ? last.offset : segment.offset
      if (isNeighbour) changed.pop()
      const highest = Math.max(segment.color, isNeighbour ? last.color : 0)
      changed.push({ ...segment, begin, offset, color: highest })
    }
    const recolored = changed.map((segment): Segment => {
      const color = store.nextColor(segment.color)
      return color === undefined ? this.#toFreshRun(segment) : { ...segment, color }
    })
    this.segments.replace(extent, recolored)
    if (this.segments.all.length > SEGMENT_LIMIT) {
      this.segments.coarsen((color) => store.nextColor(color))
    }
    this.isChanged = true
  }

  /** All elements have gone elsewhere, and there may be more or fewer of them. */
  reset(core: Core, end: number, segments: readonly Segment[]): void {
    this.freeAll(core)
    this.end = end
    this.segments = new SegmentList(this.type.bytes, segments)
  }

  /** A borrower on another core has moved or written what it was lent. */
  update(segments: readonly Segment[]): void {
    const [first] = segments
    if (first === undefined) return
    this.segments.replace({ begin: first.begin, end: segments.at(-1)!.end }, segments)
    this.isChanged = true
  }

  /** A borrow has ended: at the top nobody has to be told before old places are freed. */
  settle(core: Core): void {
    if (this.#above === undefined && this.loan === undefined) this.#freeLeft(core)
  }

  /** Tells whoever gave this what has changed. Suspends, if that is elsewhere, until it knows. */
  async finish(core: Core): Promise<void> {
    if (!this.isChanged) return
    const above = this.#above
    if (above !== undefined) {
      above.#absorb(this)
      above.settle(core)
    } else if (this.loan !== undefined) {
      this.runs.store.counts.ownerUpdates++
      const words = segmentWords(this.segments.all)
      // suspends: until acknowledged, the range counts as lent
      await core.call(writeRange, this.loan.core, this.loan.number, words)
      this.#freeLeft(core)
    }
  }

  /** All elements are freed where they are. */
  freeAll(core: Core): void {
    this.#freeLeft(core)
    for (const [id, count] of this.segments.counts()) freeOf(core, this.runs, id, count)
  }

  #requireState(verb: string): void {
    const what = `cannot ${verb} ${this.describe(this.extent)}`
    switch (this.#state) {
      case 'live':
        return
      case 'moved':
        throw this.#error('OWN_MOVED', `${what}: the vector was moved away.`)
      case 'dropped':
        throw this.#error('OWN_DROPPED', `${what}: the vector was dropped.`)
      default:
        throw this.#error('OWN_ESCAPED', `${what}: the range was given back.`)
    }
  }

  #absorb(below: VectorCell<E>): void {
    this.segments.replace(below.extent, below.segments.all)
    for (const [id, count] of below.#left) this.#leave(id, count)
    this.isChanged = true
  }

  /** Whoever could ask for it knows the new place. */
  #freeLeft(core: Core): void {
    const left = [...this.#left]
    this.#left.clear()
    for (const [id, count] of left) freeOf(core, this.runs, id, count)
  }

  #leave(id: ObjectId, count: number): void {
    this.#left.set(id, (this.#left.get(id) ?? 0) + count)
  }

  /** The colours of a run are used up: the elements move, on this core, to one never used. */
  #toFreshRun(segment: Segment): Segment {
    const { id, begin, end, offset } = segment
    const { type, runs } = this
    const bytes = new Uint8Array(runs.bufferOf(id)!, offset, (end - begin) * type.bytes)
    const run = runs.tryAdd(type, bytes)
    // Where there is no memory, colours go on: any that is new will do.
    if (run === undefined) return { ...segment, color: segment.color + 1 }
    runs.store.counts.moves++
    this.#leave(id, end - begin)
    return { begin, end, id: run.id, color: 0, offset: run.offset }
  }

  #refusal(verb: string, asked: Extent, other: Grant): OwnershipError {
    const how = other.isExclusive ? 'borrowed exclusively' : 'borrowed, shared'
    const first = describePlace(other.note)
    return new OwnershipError(
      'OWN_BORROWED',
      `cannot ${verb} ${this.describe(asked)}: elements ${other.begin} to ${other.end} are ${how}.`,
      { object: this.name, first },
    )
  }

  #error(code: OwnershipCode, message: string): OwnershipError {
    return new OwnershipError(code, message, {
      object: this.name,
      first: describePlace(this.#note),
    })
  }
}

/** A cell of elements that came from another core. */
export function cellOn<E extends ElementType>(
  core: Core,
  shape: CellShape<E>,
  loan?: Loan,
): VectorCell<E> {
  return new VectorCell(runsOf(core), shape, loan === undefined ? {} : { loan })
}

function overlapping(grants: Iterable<Grant>, { begin, end }: Extent): Grant | undefined {
  for (const grant of grants) if (grant.begin < end && begin < grant.end) return grant
  return undefined
}

function freeOf(core: Core, { store }: VectorRuns, id: ObjectId, count: number): void {
  const home = homeOf(id)
  if (home !== store.here) store.counts.frees++
  core.send(freeElements, home, id, count)
}
