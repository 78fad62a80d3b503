/**
 * Group index: numbers groups by their keys, in the order in which they first come.
 *
 * Invariants  group g has its key at g * width. `#slots` holds each group once, by open addressing:
 *             its hash and its number, side by side, so that keys are looked at only where the hash
 *             is right, and not at all to grow. It is never more than half full.
 */
import type { Numbers } from './kept.ts'

const FREE = -1
const FIRST_GROUPS = 1024

export class GroupIndex {
  readonly #width: number
  #count = 0
  #keys: Int32Array
  #slots: Int32Array

  /** `width`: whole numbers of a key. */
  constructor(width: number) {
    this.#width = width
    this.#keys = new Int32Array(FIRST_GROUPS * width)
    this.#slots = new Int32Array(4 * FIRST_GROUPS).fill(FREE)
  }

  get count(): number {
    return this.#count
  }

  /** All keys. */
  get keys(): Int32Array {
    return this.#keys.subarray(0, this.#count * this.#width)
  }

  /** Finds the groups of `count` keys, new or known, side by side in `keys`. */
  find(keys: Numbers, count: number, groups: Int32Array): void {
    const width = this.#width
    for (let i = 0; i < count; i++) {
      // At most half of the slots are taken after the next.
      if (4 * (this.#count + 1) > this.#slots.length) this.#grow()
      groups[i] = this.#groupOf(keys, i * width, hashOf(keys, i * width, width))
    }
  }

  #groupOf(keys: Numbers, from: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    let at = hash & mask
    for (;;) {
      const group = slots[2 * at + 1]!
      if (group === FREE) break
      if (slots[2 * at] === hash && this.#isKey(group, keys, from)) return group
      at = (at + 1) & mask
    }
    const group = this.#count++
    slots[2 * at] = hash
    slots[2 * at + 1] = group
    const width = this.#width
    for (let i = 0; i < width; i++) this.#keys[group * width + i] = keys[from + i]!
    return group
  }

  #isKey(group: number, keys: Numbers, from: number): boolean {
    const width = this.#width
    for (let i = 0; i < width; i++) {
      if (this.#keys[group * width + i] !== keys[from + i]) return false
    }
    return true
  }

  #grow(): void {
    const old = this.#slots
    const slots = new Int32Array(2 * old.length).fill(FREE)
    const mask = slots.length / 2 - 1
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === FREE) continue
      let at = old[i]! & mask
      while (slots[2 * at + 1] !== FREE) at = (at + 1) & mask
      slots[2 * at] = old[i]!
      slots[2 * at + 1] = old[i + 1]!
    }
    this.#slots = slots
    const keys = new Int32Array(2 * this.#keys.length)
    keys.set(this.#keys)
    this.#keys = keys
  }
}

/** Every core puts a key into the same part of `parts`; by other bits than those of the index. */
export function partOf(hash: number, parts: number): number {
  return ((hash >>> 16) * parts) >>> 16
}

/** 32 bits, of which all are good. */
export function hashOf(keys: Numbers, from: number, width: number): number {
  let hash = 0
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ keys[from + i]!, 0x7feb352d)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x846ca68b)
  return hash ^ (hash >>> 16)
}
