/**
 * Group table: groups by their keys, and the numbers that are kept of each. One core makes one of
 * its rows, and one of the partial results that it is sent.
 *
 * Invariants  group g has its keys at g * width and its numbers at g * accumulators; `#index` holds
 *             each group once, by open addressing, and is never more than half full.
 */
import { merged, startOf, type Query } from './queries.ts'

const FREE = -1
const FIRST_GROUPS = 1024

/** Numbers that are only read. */
interface Numbers {
  readonly length: number
  readonly [index: number]: number
}

/** Groups as they are sent: keys and numbers of each, side by side. */
export interface Groups {
  readonly keys: Int32Array
  readonly values: Float64Array
}

export class GroupTable {
  readonly #query: Query
  #count = 0
  #keys: Int32Array
  #values: Float64Array
  #index: Int32Array

  constructor(query: Query) {
    this.#query = query
    this.#keys = new Int32Array(FIRST_GROUPS * query.keys.length)
    this.#values = new Float64Array(FIRST_GROUPS * query.accumulators.length)
    this.#index = new Int32Array(2 * FIRST_GROUPS).fill(FREE)
  }

  get count(): number {
    return this.#count
  }

  /** The groups, in the order in which they first came. */
  get groups(): Groups {
    const { keys, accumulators } = this.#query
    return {
      keys: this.#keys.subarray(0, this.#count * keys.length),
      values: this.#values.subarray(0, this.#count * accumulators.length),
    }
  }

  /** Takes rows in; columns as the query names them, all of one length. */
  addRows(keyColumns: readonly Numbers[], valueColumns: readonly Numbers[]): void {
    const rows = keyColumns[0]!.length
    const groupOf = new Int32Array(rows)
    const width = keyColumns.length
    const key = new Int32Array(width)
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < width; i++) key[i] = keyColumns[i]![row]!
      groupOf[row] = this.#groupOf(key, 0)
    }
    const { accumulators } = this.#query
    for (const [i, { fold }] of accumulators.entries()) {
      this.#fold(groupOf, i, fold === 'count' ? undefined : valueColumns[i]!)
    }
  }

  /** Takes the groups of another table in. */
  addGroups(keys: Numbers, values: Numbers): void {
    const { keys: columns, accumulators } = this.#query
    const count = keys.length / columns.length
    for (let from = 0; from < count; from++) {
      const to = this.#groupOf(keys, from * columns.length) * accumulators.length
      for (let i = 0; i < accumulators.length; i++) {
        const value = values[from * accumulators.length + i]!
        this.#values[to + i] = merged(accumulators[i]!.fold, this.#values[to + i]!, value)
      }
    }
  }

  /** The groups in `parts` parts, chosen by their keys: every table puts a key in the same one. */
  split(parts: number): Groups[] {
    const { keys: columns, accumulators } = this.#query
    const width = columns.length
    const partOf = new Int32Array(this.#count)
    const counts = new Int32Array(parts)
    for (let group = 0; group < this.#count; group++) {
      const part = (hashOf(this.#keys, group * width, width) >>> 8) % parts
      partOf[group] = part
      counts[part]!++
    }
    const split = Array.from(counts, (count) => ({
      keys: new Int32Array(count * width),
      values: new Float64Array(count * accumulators.length),
    }))
    const next = new Int32Array(parts)
    for (let group = 0; group < this.#count; group++) {
      const part = partOf[group]!
      const to = next[part]!++
      const { keys, values } = split[part]!
      for (let i = 0; i < width; i++) keys[to * width + i] = this.#keys[group * width + i]!
      for (let i = 0; i < accumulators.length; i++) {
        values[to * accumulators.length + i] = this.#values[group * accumulators.length + i]!
      }
    }
    return split
  }

  /** One loop for each kind of number, without a decision inside. */
  #fold(groupOf: Int32Array, at: number, column: Numbers | undefined): void {
    const { accumulators } = this.#query
    const values = this.#values
    const stride = accumulators.length
    const { fold } = accumulators[at]!
    if (column === undefined) {
      for (let row = 0; row < groupOf.length; row++) values[groupOf[row]! * stride + at]! += 1
    } else if (fold === 'sum') {
      for (let row = 0; row < groupOf.length; row++) {
        values[groupOf[row]! * stride + at]! += column[row]!
      }
    } else {
      for (let row = 0; row < groupOf.length; row++) {
        const to = groupOf[row]! * stride + at
        values[to] = merged(fold, values[to]!, column[row]!)
      }
    }
  }

  /** The group of the key that begins at `from`, new or known. */
  #groupOf(key: Numbers, from: number): number {
    const width = this.#query.keys.length
    const mask = this.#index.length - 1
    let at = hashOf(key, from, width) & mask
    for (;;) {
      const group = this.#index[at]!
      if (group === FREE) break
      if (this.#isKey(group, key, from)) return group
      at = (at + 1) & mask
    }
    this.#index[at] = this.#count
    return this.#add(key, from)
  }

  #isKey(group: number, key: Numbers, from: number): boolean {
    const width = this.#query.keys.length
    for (let i = 0; i < width; i++) {
      if (this.#keys[group * width + i] !== key[from + i]) return false
    }
    return true
  }

  #add(key: Numbers, from: number): number {
    const { keys: columns, accumulators } = this.#query
    const group = this.#count++
    for (let i = 0; i < columns.length; i++) this.#keys[group * columns.length + i] = key[from + i]!
    for (const [i, { fold }] of accumulators.entries()) {
      this.#values[group * accumulators.length + i] = startOf(fold)
    }
    if (2 * this.#count === this.#index.length) this.#grow()
    return group
  }

  #grow(): void {
    const width = this.#query.keys.length
    this.#keys = grown(this.#keys, new Int32Array(2 * this.#keys.length))
    this.#values = grown(this.#values, new Float64Array(2 * this.#values.length))
    this.#index = new Int32Array(2 * this.#index.length).fill(FREE)
    const mask = this.#index.length - 1
    for (let group = 0; group < this.#count; group++) {
      let at = hashOf(this.#keys, group * width, width) & mask
      while (this.#index[at] !== FREE) at = (at + 1) & mask
      this.#index[at] = group
    }
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function hashOf(key: Numbers, from: number, width: number): number {
  let hash = 0
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ key[from + i]!, 0x7feb352d)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
