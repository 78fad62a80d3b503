/**
 * Ids: from the sparse ids of a file to dense numbers 0 to n - 1, in ascending order of id. The
 * order makes the numbers the same whatever the number of cores that read the file.
 */

/** Slots per id in the hash tables, at least: few enough probes, little enough memory. */
const SLOTS_PER_ID = 2
const FIRST_SLOTS = 1 << 10
/** A direct table may have this many places per id before hashing is the better deal. */
const DIRECT_PLACES_PER_ID = 4
const EMPTY = -1

/** A set of ids. Open addressing over doubles, because ids may need 53 bits. */
export class IdSet {
  #slots = new Float64Array(FIRST_SLOTS).fill(EMPTY)
  #size = 0
  #last = EMPTY

  get size(): number {
    return this.#size
  }

  add(id: number): void {
    // Files are mostly grouped by their first column.
    if (id === this.#last) return
    this.#last = id
    const slots = this.#slots
    const slot = findSlot(slots, id)
    if (slots[slot] === id) return
    slots[slot] = id
    this.#size++
    if (this.#size * SLOTS_PER_ID > slots.length) this.#grow()
  }

  /** All ids in ascending order. */
  sorted(): Float64Array<ArrayBuffer> {
    return this.#slots.filter((id) => id !== EMPTY).sort()
  }

  #grow(): void {
    const slots = new Float64Array(this.#slots.length * 2).fill(EMPTY)
    for (const id of this.#slots) if (id !== EMPTY) slots[findSlot(slots, id)] = id
    this.#slots = slots
  }
}

/** Union of ascending lists, ascending, each id once. */
export function mergeIds(lists: readonly Float64Array[]): Float64Array {
  if (lists.length <= 1) return lists[0] ?? new Float64Array(0)
  const middle = lists.length >> 1
  return mergeTwo(mergeIds(lists.slice(0, middle)), mergeIds(lists.slice(middle)))
}

/** Where `id` is, or would be, in an ascending list. */
export function rankOf(ids: Float64Array, id: number): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return low
}

/** From id to number: the index in an ascending list of ids. */
export class IdMap {
  readonly #ids: Float64Array
  /** Number + 1 by id less the first id; empty when ids are too far apart for that. */
  readonly #direct: Int32Array
  readonly #hashed: Int32Array

  constructor(ids: Float64Array) {
    const span = ids.length === 0 ? 0 : ids[ids.length - 1]! - ids[0]! + 1
    const isDirect = span <= ids.length * DIRECT_PLACES_PER_ID
    this.#ids = ids
    this.#direct = new Int32Array(isDirect ? span : 0)
    this.#hashed = new Int32Array(isDirect ? 0 : slotsFor(ids.length))
    for (let number = 0; number < ids.length; number++) {
      if (isDirect) this.#direct[ids[number]! - ids[0]!] = number + 1
      else this.#hashed[this.#find(ids[number]!)] = number + 1
    }
  }

  /** The number of `id`, -1 if it is not in the list. */
  numberOf(id: number): number {
    if (this.#hashed.length > 0) return this.#hashed[this.#find(id)]! - 1
    return (this.#direct[id - this.#ids[0]!] ?? 0) - 1
  }

  #find(id: number): number {
    const mask = this.#hashed.length - 1
    let slot = hashId(id) & mask
    while (this.#hashed[slot] !== 0 && this.#ids[this.#hashed[slot]! - 1] !== id) {
      slot = (slot + 1) & mask
    }
    return slot
  }
}

function slotsFor(ids: number): number {
  return 2 ** Math.ceil(Math.log2(ids * SLOTS_PER_ID))
}

/** The slot that holds `id`, or the free one in which it belongs. */
function findSlot(slots: Float64Array, id: number): number {
  const mask = slots.length - 1
  let slot = hashId(id) & mask
  while (slots[slot] !== EMPTY && slots[slot] !== id) slot = (slot + 1) & mask
  return slot
}

function hashId(id: number): number {
  const low = id | 0
  const high = (id / 0x1_0000_0000) | 0
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1)
  return mixed ^ (mixed >>> 15)
}

function mergeTwo(left: Float64Array, right: Float64Array): Float64Array {
  const merged = new Float64Array(left.length + right.length)
  let l = 0
  let r = 0
  let length = 0
  while (l < left.length && r < right.length) {
    const a = left[l]!
    const b = right[r]!
    merged[length++] = a < b ? a : b
    if (a <= b) l++
    if (b <= a) r++
  }
  while (l < left.length) merged[length++] = left[l++]!
  while (r < right.length) merged[length++] = right[r++]!
  return merged.slice(0, length)
}
