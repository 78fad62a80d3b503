/**
 * Vector part: what one core holds of a global vector, and, at the vector's home, its two ends.
 *
 * A value's position counts up from the first value ever pushed. Positions are dealt out to the
 * cores in blocks; those of one core lie in a ring that doubles when it is full.
 *
 * Invariants  0 <= head <= tail; the positions from head to tail hold values. At a core, the local
 *             indexes from `low` to `high` are, or were, in use.
 * Access      head and tail: the home. The ring: its own core.
 * Ordering    the home decides the order, in one piece per message, and tells the cores in that
 *             order over links that keep it, so that no core reads a place before it is written.
 * Bounds      `limit` values, or what memory holds.
 */
import { copyElements, type ElementCode, type Elements, makeElements } from './elements.ts'

/** Values that lie side by side on one core: a few messages per batch, yet spread soon. */
export const BLOCK = 256

/** Where positions lie. Everything here is arithmetic. */
export class BlockLayout {
  readonly #cores: number

  constructor(cores: number) {
    this.#cores = cores
  }

  /** The core that holds `position`. */
  home(position: number): number {
    return Math.floor(position / BLOCK) % this.#cores
  }

  /** How many positions below `position` lie on `core`: the local index of the next one there. */
  countBelow(position: number, core: number): number {
    const row = BLOCK * this.#cores
    const rows = Math.floor(position / row)
    const rest = position - rows * row - core * BLOCK
    return rows * BLOCK + Math.min(BLOCK, Math.max(0, rest))
  }

  /** The position that has local index `local` on `core`. */
  position(local: number, core: number): number {
    const row = Math.floor(local / BLOCK)
    return (row * this.#cores + core) * BLOCK + (local - row * BLOCK)
  }
}

export class VectorPart {
  readonly code: ElementCode
  readonly layout: BlockLayout
  /** At the home. */
  head = 0
  tail = 0
  readonly #core: number
  #ring: Elements
  #low = 0
  #high = 0

  constructor(code: ElementCode, core: number, cores: number) {
    this.code = code
    this.#core = core
    this.layout = new BlockLayout(cores)
    this.#ring = makeElements(code, BLOCK)
  }

  /** Stores `values` from local index `at` on. Below `low` nothing is in use any more. */
  store(low: number, at: number, values: Elements): void {
    this.#low = low
    const end = at + values.length
    if (end - low > this.#ring.length) this.#grow(end - low)
    const mask = this.#ring.length - 1
    const first = at & mask
    const whole = Math.min(values.length, this.#ring.length - first)
    copyElements(this.#ring, first, values, 0, whole)
    copyElements(this.#ring, 0, values, whole, values.length - whole)
    this.#high = end
  }

  /** The values at local indexes `begin` to `end` - 1, which nobody will ask for again. */
  take(begin: number, end: number): Elements {
    const values = makeElements(this.code, end - begin)
    const first = begin & (this.#ring.length - 1)
    const whole = Math.min(values.length, this.#ring.length - first)
    copyElements(values, 0, this.#ring, first, whole)
    copyElements(values, whole, this.#ring, 0, values.length - whole)
    if (Array.isArray(this.#ring)) {
      // So that what was taken is not kept alive here.
      for (let local = begin; local < end; local++) this.put(local, undefined)
    }
    return values
  }

  at(local: number): unknown {
    return this.#ring[local & (this.#ring.length - 1)]
  }

  put(local: number, value: unknown): void {
    this.#ring[local & (this.#ring.length - 1)] = value
  }

  /** Local indexes of the positions from `head` to `tail`. */
  range(head: number, tail: number): [begin: number, end: number] {
    const { layout } = this
    return [layout.countBelow(head, this.#core), layout.countBelow(tail, this.#core)]
  }

  #grow(needed: number): void {
    let length = this.#ring.length
    while (length < needed) length *= 2
    const ring = makeElements(this.code, length)
    for (let local = this.#low; local < this.#high; local++) {
      ring[local & (length - 1)] = this.at(local)
    }
    this.#ring = ring
  }
}
