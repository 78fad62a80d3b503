/**
 * Vector pieces: the elements of a range as one core sees them: views on memory of its locale, on
 * copies that it has fetched, or, for a writer, on memory that they have moved into.
 *
 * Ownership   the caller has the right to the elements, and says so with a grant.
 */
import { OrujoError, type Core, type ElementType, type ValueOf } from '@orujo/core'
import { viewOn, type ViewOf } from '@orujo/core/internal'
import type { VectorCell } from './vector-cell.ts'
import type { StretchCopy } from './vector-copies.ts'
import { fetchFrom } from './vector-protocol.ts'
import type { Extent, Segment } from './vector-segments.ts'

/** Elements that lie side by side: element `begin + k` of the vector is element k of the view. */
export interface Piece<V> extends Extent {
  readonly view: V
}

/** Where a piece is. */
interface Place extends Extent {
  readonly buffer: ArrayBufferLike
  readonly offset: number
}

export interface ReadPieces<E extends ElementType> {
  readonly pieces: readonly Piece<ViewOf<E>>[]
  /** Copies that count this reader. */
  readonly copies: readonly StretchCopy[]
}

/** All of a range for a reader, if nothing of it must be fetched. */
export function piecesHere<E extends ElementType>(
  cell: VectorCell<E>,
  extent: Extent,
): ReadPieces<E> | undefined {
  const copies: StretchCopy[] = []
  const places: Place[] = []
  for (const segment of cell.segments.within(extent)) {
    const { begin, end, id, offset } = segment
    const buffer = cell.runs.bufferOf(id)
    const copy = buffer === undefined ? cell.runs.copies.find(stretchOf(cell, segment)) : undefined
    if (buffer !== undefined) places.push({ begin, end, buffer, offset })
    else if (copy === undefined) return undefined
    else {
      copies.push(copy)
      places.push(placeIn(copy, segment))
    }
  }
  for (const copy of copies) copy.readers++
  cell.runs.store.counts.hits += copies.length
  return { pieces: joined(cell.type, places), copies }
}

/** All of a range for a reader. Suspends: fetches each segment that is elsewhere, once. */
export async function fetchPieces<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  extent: Extent,
): Promise<ReadPieces<E>> {
  const copies: StretchCopy[] = []
  const fetches = cell.segments.within(extent).map(async (segment): Promise<Place> => {
    const { begin, end, id, offset } = segment
    const buffer = cell.runs.bufferOf(id)
    if (buffer !== undefined) return { begin, end, buffer, offset }
    const stretch = stretchOf(cell, segment)
    const { bytes } = stretch
    const copy = await cell.runs.copies.get(stretch, () => fetchFrom(core, id, offset, bytes))
    copy.readers++
    copies.push(copy)
    return placeIn(copy, segment)
  })
  try {
    return { pieces: joined(cell.type, await all(fetches)), copies }
  } catch (error) {
    for (const copy of copies) copy.readers--
    throw error
  }
}

/** All of a range for a writer, if nothing of it must move. */
export function placesHere<E extends ElementType>(
  cell: VectorCell<E>,
  extent: Extent,
): Piece<ViewOf<E>>[] | undefined {
  const places: Place[] = []
  for (const { begin, end, id, offset } of cell.segments.within(extent)) {
    const buffer = cell.runs.bufferOf(id)
    if (buffer === undefined) return undefined
    places.push({ begin, end, buffer, offset })
  }
  return joined(cell.type, places)
}

/**
 * All of a range for a writer. What this core cannot write where it is moves here: just that, and
 * what follows one another into one run. Suspends.
 */
export async function movePieces<E extends ElementType>(
  core: Core,
  cell: VectorCell<E>,
  extent: Extent,
): Promise<Piece<ViewOf<E>>[]> {
  const { runs, type } = cell
  const away: Segment[][] = []
  for (const segment of cell.segments.within(extent)) {
    if (runs.bufferOf(segment.id) !== undefined) continue
    const last = away.at(-1)
    if (last?.at(-1)?.end === segment.begin) last.push(segment)
    else away.push([segment])
  }
  await all(
    away.map(async (segments) => {
      const begin = segments[0]!.begin
      const end = segments.at(-1)!.end
      const parts = segments.map((one) => {
        return fetchFrom(core, one.id, one.offset, (one.end - one.begin) * type.bytes)
      })
      const bytes = await all(parts)
      const { id, offset } = runs.add(type, end - begin)
      const { u8 } = core.memory.ownHeap
      for (const [i, part] of bytes.entries()) {
        u8.set(part, offset + (segments[i]!.begin - begin) * type.bytes)
      }
      cell.moved({ begin, end }, [{ begin, end, id, color: 0, offset }])
      runs.store.counts.moves++
    }),
  )
  return placesHere(cell, extent)!
}

/** The piece that has an element. ORUJO_BAD_ADDRESS. */
export function pieceOf<V>(pieces: readonly Piece<V>[], index: number): Piece<V> {
  let [low, high] = [0, pieces.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (pieces[middle]!.begin <= index) low = middle
    else high = middle - 1
  }
  const piece = pieces[low]
  if (piece !== undefined && index >= piece.begin && index < piece.end && Number.isInteger(index)) {
    return piece
  }
  const first = pieces[0]?.begin ?? 0
  const last = pieces.at(-1)?.end ?? 0
  throw new OrujoError(
    'ORUJO_BAD_ADDRESS',
    `element ${index} is not in the borrowed range, which is from ${first} to ${last}`,
  )
}

export function load<E extends ElementType>(type: E, view: ViewOf<E>, slot: number): ValueOf<E> {
  // A view gives the values of the type that it was made for.
  if (type.kind === 'struct') return (view as unknown as StructAccess<E>).get(slot)
  return (view as unknown as ValueOf<E>[])[slot]!
}

export function store<E extends ElementType>(
  type: E,
  view: ViewOf<E>,
  slot: number,
  value: ValueOf<E>,
): void {
  // As above.
  if (type.kind === 'struct') (view as unknown as StructAccess<E>).set(slot, value)
  else (view as unknown as ValueOf<E>[])[slot] = value
}

interface StructAccess<E extends ElementType> {
  get(slot: number): ValueOf<E>
  set(slot: number, value: ValueOf<E>): void
}

/** Views: what lies side by side, though in other colours, is one. */
function joined<E extends ElementType>(type: E, places: readonly Place[]): Piece<ViewOf<E>>[] {
  const together: Place[] = []
  for (const place of places) {
    const last = together.at(-1)
    const isNext =
      last?.buffer === place.buffer &&
      last.offset + (last.end - last.begin) * type.bytes === place.offset
    if (isNext) together[together.length - 1] = { ...last, end: place.end }
    else together.push(place)
  }
  return together.map(({ begin, end, buffer, offset }) => {
    return { begin, end, view: viewOn<E>(type, buffer, offset, end - begin) }
  })
}

function stretchOf(
  { type }: VectorCell<ElementType>,
  { id, color, offset, begin, end }: Segment,
): { id: number; color: number; offset: number; bytes: number } {
  return { id, color, offset, bytes: (end - begin) * type.bytes }
}

function placeIn({ buffer, stretch }: StretchCopy, { begin, end, offset }: Segment): Place {
  return { begin, end, buffer, offset: offset - stretch.offset }
}

/** All values; rejects only when everything has ended. */
async function all<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(works)
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}
