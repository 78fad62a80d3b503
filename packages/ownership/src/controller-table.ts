/**
 * Placement table: what somebody knows of the memory of every core, and the choice that follows
 * from it. Nobody's table is exact: whoever is chosen has the last word.
 *
 * Invariants  what is on its way to a core counts as used there until that core is heard of again,
 *             so that one who chooses often does not choose the same core every time.
 * Access      its own endpoint.
 */
import type { CoreId, LocaleId, Topology } from '@orujo/core'

/** Figures of one core, in the order of its row; bytes, but for `residents`. */
const FIGURES = [
  'capacityBytes',
  'heapBytes',
  'valueBytes',
  'copyBytes',
  'largestFreeBytes',
  'residents',
] as const

export const ROW = FIGURES.length
const CAPACITY = 0
const HEAP = 1
const VALUES = 2
const LARGEST = 4

/**
 * Memory of one core. `heapBytes`: typed memory in use in its own region of the heap, which is
 * `capacityBytes` long. `valueBytes`: values that live there, as far as their size is known.
 */
export type CoreFigures = Readonly<Record<(typeof FIGURES)[number], number>>

/** What a place is looked for. */
export interface Need {
  /** As they will be taken. */
  readonly bytes: number
  /** Whether they must lie in a row in the heap. */
  readonly isTyped: boolean
}

/** Smallest piece that a heap gives out. */
const LEAST_PIECE_BYTES = 64

export function needOfTyped(bytes: number): Need {
  const order = Math.ceil(Math.log2(Math.max(bytes, LEAST_PIECE_BYTES)))
  return { bytes: 2 ** order, isTyped: true }
}

export function needOfValue(bytes: number): Need {
  return { bytes, isTyped: false }
}

export function rowOf(figures: CoreFigures): Float64Array {
  return Float64Array.from(FIGURES, (name) => figures[name])
}

export function figuresOf(row: Float64Array): CoreFigures {
  return Object.fromEntries(FIGURES.map((name, at) => [name, row[at]!])) as CoreFigures // all names
}

/** Whether a core of these figures takes it and stays below `limit`, a part of its memory. */
export function hasRoom(row: Float64Array, { bytes, isTyped }: Need, limit: number): boolean {
  const used = row[HEAP]! + row[VALUES]!
  return used + bytes <= limit * row[CAPACITY]! && (!isTyped || bytes <= row[LARGEST]!)
}

export class PlacementTable {
  /** Row after row, by core. */
  readonly rows: Float64Array
  readonly #topology: Topology
  /** Bytes on their way, by core. */
  readonly #reserved: Float64Array

  constructor(topology: Topology) {
    this.#topology = topology
    this.rows = new Float64Array(topology.cores * ROW)
    this.#reserved = new Float64Array(topology.cores)
  }

  row(core: CoreId): Float64Array {
    return this.rows.subarray(core * ROW, (core + 1) * ROW)
  }

  /** News of all cores. */
  take(rows: Float64Array): void {
    this.rows.set(rows)
    this.#reserved.fill(0)
  }

  /** News of one. */
  takeRow(core: CoreId, row: Float64Array): void {
    this.rows.set(row, core * ROW)
    this.#reserved[core] = 0
  }

  /** Something is on its way to a core. */
  reserve(core: CoreId, { bytes }: Need): void {
    this.#reserved[core]! += bytes
  }

  /** Bytes that are, or will be, in use on a core. */
  usedBytes(core: CoreId): number {
    const row = this.row(core)
    return row[HEAP]! + row[VALUES]! + this.#reserved[core]!
  }

  capacityBytes(core: CoreId): number {
    return this.row(core)[CAPACITY]!
  }

  /**
   * The most vacant core of the most vacant locale that has room below `limit`, a part of its
   * memory; undefined if none has.
   */
  choose(need: Need, limit: number, isRefused: (core: CoreId) => boolean): CoreId | undefined {
    const { cores } = this.#topology
    let best: CoreId | undefined
    for (let core = 0; core < cores; core++) {
      if (isRefused(core) || !this.#hasRoom(core, need, limit)) continue
      if (best === undefined || this.#isMoreVacant(core, best)) best = core
    }
    return best
  }

  #hasRoom(core: CoreId, { bytes, isTyped }: Need, limit: number): boolean {
    return hasRoom(this.row(core), { bytes: bytes + this.#reserved[core]!, isTyped }, limit)
  }

  /** Locales are compared first, then cores. */
  #isMoreVacant(core: CoreId, than: CoreId): boolean {
    const locale = this.#topology.localeOf(core)!
    const other = this.#topology.localeOf(than)!
    const difference = locale === other ? 0 : this.#vacancy(locale) - this.#vacancy(other)
    if (difference !== 0) return difference > 0
    return this.#freePart(core) > this.#freePart(than)
  }

  /** Free part of a locale's memory. */
  #vacancy(locale: LocaleId): number {
    const { coresPerLocale } = this.#topology
    let used = 0
    let capacity = 0
    for (let i = 0; i < coresPerLocale; i++) {
      used += this.usedBytes(locale * coresPerLocale + i)
      capacity += this.capacityBytes(locale * coresPerLocale + i)
    }
    return 1 - used / capacity
  }

  #freePart(core: CoreId): number {
    return 1 - this.usedBytes(core) / this.capacityBytes(core)
  }
}
