/**
 * Vector copies: what one core has fetched of runs of vectors that lie elsewhere, by run, colour
 * and place. What was fetched of more serves who asks for less.
 *
 * States      of a copy: fetching -> kept (with readers or without) -> evicted. As copy-cache.ts.
 * Invariants  the bytes under a run, a colour and a place never change. At most one fetch of the
 *             same or more bytes is in progress.
 * Bounds      `limitBytes` for copies without readers, COPIES_PER_RUN of them of one run.
 * Access      its own core only.
 */
import type { Color, ObjectId } from './object-id.ts'

/** So that looking for one stays short. */
const COPIES_PER_RUN = 64

/** Bytes of a run, in one colour. */
export interface Stretch {
  readonly id: ObjectId
  readonly color: Color
  /** In the heap of the home. */
  readonly offset: number
  readonly bytes: number
}

export class StretchCopy {
  readonly stretch: Stretch
  /** Of its own, aligned for every type. */
  readonly buffer: ArrayBuffer
  readers = 0
  /** Whether it was used since the last sweep. */
  isRecent = true

  constructor(stretch: Stretch, buffer: ArrayBuffer) {
    this.stretch = stretch
    this.buffer = buffer
  }
}

interface Fetch {
  readonly stretch: Stretch
  readonly copy: Promise<StretchCopy>
}

export class VectorCopies {
  readonly limitBytes: number
  /** Bytes of all copies kept. */
  bytes = 0
  readonly #copies = new Map<ObjectId, StretchCopy[]>()
  readonly #fetches = new Map<ObjectId, Fetch[]>()

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  /** How many copies are kept. */
  get count(): number {
    let count = 0
    for (const copies of this.#copies.values()) count += copies.length
    return count
  }

  /** A copy that has all of a stretch, if there is one here. */
  find(stretch: Stretch): StretchCopy | undefined {
    const copy = this.#copies.get(stretch.id)?.find((one) => covers(one.stretch, stretch))
    if (copy !== undefined) copy.isRecent = true
    return copy
  }

  /** The same, by `fetch` unless it is here or on its way. Suspends. */
  async get(stretch: Stretch, fetch: () => Promise<Uint8Array>): Promise<StretchCopy> {
    const known = this.find(stretch)
    if (known !== undefined) return known
    const fetches = this.#fetches.get(stretch.id) ?? []
    const underWay = fetches.find((one) => covers(one.stretch, stretch))
    if (underWay !== undefined) return underWay.copy
    const copy = this.#fetch(stretch, fetch)
    this.#fetches.set(stretch.id, [...fetches, { stretch, copy }])
    return copy
  }

  /** All copies kept. */
  copies(): StretchCopy[] {
    return [...this.#copies.values()].flat()
  }

  async #fetch(stretch: Stretch, fetch: () => Promise<Uint8Array>): Promise<StretchCopy> {
    try {
      return this.#add(new StretchCopy(stretch, bufferOf(await fetch())))
    } finally {
      const { id } = stretch
      const others = this.#fetches.get(id)!.filter((one) => one.stretch !== stretch)
      if (others.length > 0) this.#fetches.set(id, others)
      else this.#fetches.delete(id)
    }
  }

  #add(copy: StretchCopy): StretchCopy {
    const { id } = copy.stretch
    // What is covered has nothing that somebody could still name and this has not.
    const others = (this.#copies.get(id) ?? []).filter((one) => {
      const isOld = one.readers === 0 && liesIn(copy.stretch, one.stretch)
      if (isOld) this.bytes -= one.stretch.bytes
      return !isOld
    })
    this.#copies.set(id, [...others, copy])
    this.bytes += copy.stretch.bytes
    if (others.length >= COPIES_PER_RUN) this.#evictOldest(others)
    if (this.bytes > this.limitBytes) this.#makeRoom(copy)
    return copy
  }

  #evictOldest(copies: readonly StretchCopy[]): void {
    const oldest = copies.find(({ readers }) => readers === 0)
    if (oldest !== undefined) this.#evict(oldest)
  }

  /** A second chance for what was used lately, as a clock has it; `newest` stays. */
  #makeRoom(newest: StretchCopy): void {
    for (let sweep = 0; sweep < 2; sweep++) {
      for (const copy of this.copies()) {
        if (this.bytes <= this.limitBytes) return
        if (copy.readers > 0 || copy === newest) continue
        if (copy.isRecent) copy.isRecent = false
        else this.#evict(copy)
      }
    }
  }

  #evict(copy: StretchCopy): void {
    const { id, bytes } = copy.stretch
    const others = this.#copies.get(id)!.filter((one) => one !== copy)
    if (others.length > 0) this.#copies.set(id, others)
    else this.#copies.delete(id)
    this.bytes -= bytes
  }
}

function covers(outer: Stretch, inner: Stretch): boolean {
  return outer.color === inner.color && liesIn(outer, inner)
}

/** Whether all places of `inner` are in `outer`, whatever the colours. */
function liesIn(outer: Stretch, inner: Stretch): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.bytes <= outer.offset + outer.bytes
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset } = bytes
  const isWhole = byteOffset === 0 && buffer instanceof ArrayBuffer
  return isWhole ? buffer : new Uint8Array(bytes).buffer
}
