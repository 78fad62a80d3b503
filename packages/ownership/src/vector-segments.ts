/**
 * Segments: where the elements of a vector are. Each segment is a stretch of elements that lie side
 * by side in one run of memory, and have one colour.
 *
 * Invariants  in order, without gaps, none empty; two that lie together in one colour are joined.
 *             The colour of an element only ever grows while it stays in its run, and grows with
 *             each write: (run, colour, place in it) means one value for ever, however segments
 *             are cut or joined.
 * Bounds      a move adds two segments; those that differ in colour only are joined by `coarsen`
 *             when there are more than SEGMENT_LIMIT.
 */
import type { Color, ObjectId } from './object-id.ts'

/** Some 40 KiB in a message. */
export const SEGMENT_LIMIT = 1024

/** Elements, by their index in the vector. */
export interface Extent {
  readonly begin: number
  /** The element after the last. */
  readonly end: number
}

export interface Segment extends Extent {
  /** The run of memory, and by it the core. */
  readonly id: ObjectId
  readonly color: Color
  /** Of the first element, in the heap of its home. */
  readonly offset: number
}

/** Words of a segment in a message. */
const WORDS = 5

export class SegmentList {
  readonly elementBytes: number
  #segments: readonly Segment[]

  constructor(elementBytes: number, segments: readonly Segment[]) {
    this.elementBytes = elementBytes
    this.#segments = this.#joined(segments)
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  /** Those of an extent, cut to it. */
  within({ begin, end }: Extent): Segment[] {
    const found: Segment[] = []
    if (begin === end) return found
    for (let i = this.#indexOf(begin); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!
      if (segment.begin >= end) break
      found.push(this.#cut(segment, Math.max(begin, segment.begin), Math.min(end, segment.end)))
    }
    return found
  }

  /** The segment of an element. */
  at(index: number): Segment {
    return this.#segments[this.#indexOf(index)]!
  }

  /** Puts others in the place of those of an extent, which they fill. */
  replace({ begin, end }: Extent, segments: readonly Segment[]): void {
    const all = this.#segments
    if (begin === end) return
    const first = this.#indexOf(begin)
    const last = this.#indexOf(end - 1)
    const before = this.within({ begin: all[first]!.begin, end: begin })
    const after = this.within({ begin: end, end: all[last]!.end })
    const changed = this.#joined([
      ...all.slice(Math.max(0, first - 1), first),
      ...before,
      ...segments,
      ...after,
      ...all.slice(last + 1, last + 2),
    ])
    this.#segments = [...all.slice(0, Math.max(0, first - 1)), ...changed, ...all.slice(last + 2)]
  }

  /**
   * Joins what lies together in different colours, under one that none of it had; `colorAfter` says
   * which comes after another. Copies of what is joined are fetched again.
   */
  coarsen(colorAfter: (color: Color) => Color | undefined): void {
    const joined: Segment[] = []
    for (const segment of this.#segments) {
      const last = joined.at(-1)
      const isNeighbour = last !== undefined && this.liesAfter(last, segment)
      const color = isNeighbour ? colorAfter(Math.max(last.color, segment.color)) : undefined
      if (last === undefined || color === undefined) joined.push(segment)
      else joined[joined.length - 1] = { ...last, color, end: segment.end }
    }
    this.#segments = joined
  }

  /** Whether `next` lies right after `last`, in the same run. */
  liesAfter(last: Segment, next: Segment): boolean {
    return (
      last.id === next.id &&
      last.offset + (last.end - last.begin) * this.elementBytes === next.offset
    )
  }

  /** Elements, by run. */
  counts(): Map<ObjectId, number> {
    const counts = new Map<ObjectId, number>()
    for (const { id, begin, end } of this.#segments) {
      counts.set(id, (counts.get(id) ?? 0) + end - begin)
    }
    return counts
  }

  #cut(segment: Segment, begin: number, end: number): Segment {
    if (begin === segment.begin && end === segment.end) return segment
    const offset = segment.offset + (begin - segment.begin) * this.elementBytes
    return { ...segment, begin, end, offset }
  }

  #joined(segments: readonly Segment[]): Segment[] {
    const joined: Segment[] = []
    for (const segment of segments) {
      const last = joined.at(-1)
      if (segment.begin === segment.end) continue
      if (last?.color === segment.color && this.liesAfter(last, segment)) {
        joined[joined.length - 1] = { ...last, end: segment.end }
      } else joined.push(segment)
    }
    return joined
  }

  /** Of the segment that an element is in. */
  #indexOf(element: number): number {
    let [low, high] = [0, this.#segments.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#segments[middle]!.begin <= element) low = middle
      else high = middle - 1
    }
    return low
  }
}

export function segmentWords(segments: readonly Segment[]): Float64Array {
  const words = new Float64Array(WORDS * segments.length)
  for (const [i, { begin, end, id, color, offset }] of segments.entries()) {
    words.set([begin, end, id, color, offset], WORDS * i)
  }
  return words
}

/** What `segmentWords` has made. */
export function segmentsOf(words: Float64Array): Segment[] {
  return Array.from({ length: words.length / WORDS }, (_, i) => {
    const [begin, end, id, color, offset] = words.subarray(WORDS * i, WORDS * (i + 1))
    return { begin: begin!, end: end!, id: id!, color: color!, offset: offset! }
  })
}
