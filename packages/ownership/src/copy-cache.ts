/**
 * Copy cache: what one core has fetched of objects that live elsewhere, by identity and colour.
 *
 * States      of a copy: fetching -> kept (with readers or without) -> evicted. A copy with readers
 *             is never evicted; one without stays until memory is needed, or a newer colour takes
 *             its place.
 * Invariants  at most one fetch of a key is in progress; the bytes of a key never change, so a copy
 *             is right for as long as somebody can name its key, and nobody is ever told that an
 *             object has changed.
 * Bounds      `limitBytes` for copies without readers; those with readers cannot be counted away.
 * Access      its own core only.
 */
import type { Body, Writer } from './body.ts'
import type { Color, ObjectId } from './object-id.ts'
import type { PlaceNote } from './place-note.ts'

/** Fetched contents. */
export interface Contents {
  /** A frozen value, or a view on memory of its own. */
  readonly value: unknown
  readonly bytes: number
  /** Owners inside, which are part of the copy. */
  readonly parts: readonly Part[]
}

/** What can be part of a body. */
export interface Part {
  container: Body | undefined
}

export class Copy implements Body {
  readonly id: ObjectId
  readonly color: Color
  readonly value: unknown
  readonly bytes: number
  readonly isCopy = true
  readonly isFrozen = true
  isKept = true
  readers = 0
  inner = 0
  onQuiet: (() => void) | undefined = undefined
  endedAt: PlaceNote | undefined = undefined
  /** Never: a writer has the object itself. */
  readonly writer: Writer | undefined = undefined
  /** Whether it was used since the last sweep. */
  isRecent = true

  constructor(id: ObjectId, color: Color, { value, bytes }: Contents) {
    this.id = id
    this.color = color
    this.value = value
    this.bytes = bytes
  }
}

interface Fetch {
  readonly color: Color
  /** Who waits, and will be readers from the moment of arrival. */
  waiters: number
  copy: Promise<Copy> | undefined
}

export class CopyCache {
  limitBytes: number
  /** Bytes of all copies kept. */
  bytes = 0
  evictions = 0
  readonly #copies = new Map<ObjectId, Copy>()
  readonly #fetches = new Map<ObjectId, Fetch>()

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  /** The copy of a key, if it is here. */
  find(id: ObjectId, color: Color): Copy | undefined {
    const copy = this.#copies.get(id)
    if (copy?.color !== color) return undefined
    copy.isRecent = true
    return copy
  }

  /** The copy of a key for one more reader, by `fetch` unless it is here or under way. Suspends. */
  async acquire(id: ObjectId, color: Color, fetch: () => Promise<Contents>): Promise<Copy> {
    const known = this.find(id, color)
    if (known !== undefined) {
      known.readers++
      return known
    }
    const underWay = this.#fetches.get(id)
    if (underWay?.color === color) {
      underWay.waiters++
      return underWay.copy!
    }
    return this.#fetch(id, color, fetch)
  }

  /** A copy that has arrived. */
  add(id: ObjectId, color: Color, contents: Contents): Copy {
    const old = this.#copies.get(id)
    if (old !== undefined) this.#forget(old)
    const copy = new Copy(id, color, contents)
    for (const part of contents.parts) part.container = copy
    this.#copies.set(id, copy)
    this.bytes += copy.bytes
    if (this.bytes > this.limitBytes) this.#makeRoom(copy)
    return copy
  }

  /**
   * Sets the bound, and evicts copies without readers until it is kept or none is left. The bytes
   * that this has freed.
   */
  limitTo(limitBytes: number): number {
    const before = this.bytes
    this.limitBytes = limitBytes
    if (before > limitBytes) this.#makeRoom(undefined)
    return before - this.bytes
  }

  /** Forgets all copies without readers. */
  clear(): void {
    for (const copy of this.#copies.values()) if (copy.readers === 0) this.#evict(copy)
  }

  /** How many copies are kept. */
  get count(): number {
    return this.#copies.size
  }

  /** All copies kept. */
  copies(): Iterable<Copy> {
    return this.#copies.values()
  }

  #fetch(id: ObjectId, color: Color, fetch: () => Promise<Contents>): Promise<Copy> {
    const arrival = async (): Promise<Copy> => {
      try {
        const contents = await fetch()
        // It may have come meanwhile with what it is tied to.
        const copy = this.find(id, color) ?? this.add(id, color, contents)
        copy.readers += underWay.waiters
        return copy
      } finally {
        if (this.#fetches.get(id) === underWay) this.#fetches.delete(id)
      }
    }
    const underWay: Fetch = { color, waiters: 1, copy: undefined }
    this.#fetches.set(id, underWay)
    underWay.copy = arrival()
    return underWay.copy
  }

  /** A second chance for what was used lately, as a clock has it; `newest` stays. */
  #makeRoom(newest: Copy | undefined): void {
    for (let sweep = 0; sweep < 2 && this.bytes > this.limitBytes; sweep++) {
      for (const copy of this.#copies.values()) {
        if (this.bytes <= this.limitBytes) return
        if (copy.readers > 0 || copy === newest) continue
        if (copy.isRecent) copy.isRecent = false
        else this.#evict(copy)
      }
    }
  }

  #evict(copy: Copy): void {
    this.#forget(copy)
    this.evictions++
  }

  #forget(copy: Copy): void {
    copy.isKept = false
    this.bytes -= copy.bytes
    this.#copies.delete(copy.id)
  }
}
