/**
 * Steps of a breadth-first search that one core takes over its own rows, and the rule that chooses
 * between them. Shared by the distributed search and by the fastest sequential one.
 *
 * Vertices are slots of a partition; bitmaps have one bit a slot. `seen` has the bits of vertices
 * that need no parent any more: those reached, and those to which no edge leads.
 *
 * Source      Beamer, Asanovic, Patterson: Direction-Optimizing Breadth-First Search (SC 2012).
 */
import type { Adjacency } from './csr.ts'

/** Bits in a word of a bitmap. */
export const WORD_BITS = 32

/**
 * How many edges a bottom-up step may look at for one edge of the frontier: it stops at the first
 * parent, and it sends nothing. The GAP benchmark suite turns at the same value.
 */
const ALPHA = 15

/**
 * Whether the next level is better found from the side of those not yet reached. `frontierWeight`
 * and `unexploredWeight` are sums of out-degree + 1, over the frontier and over the vertices that
 * are neither in it nor behind it.
 */
export function prefersBottomUp(
  frontierWeight: number,
  unexploredWeight: number,
  slots: number,
): boolean {
  return frontierWeight * ALPHA > unexploredWeight + slots / WORD_BITS
}

/** Bits of the rows that no edge leads to, and of those past the last row. */
export function unreachableRows(incoming: Adjacency, words: number): Int32Array<ArrayBuffer> {
  const { offsets } = incoming
  const bits = new Int32Array(words).fill(-1)
  for (let row = 0; row < offsets.length - 1; row++) {
    if (offsets[row] !== offsets[row + 1]) bits[row >>> 5]! ^= 1 << (row & 31)
  }
  return bits
}

/** What a bottom-up step works on; rows are this core's, targets and `front` are everybody's. */
export interface BottomUpStep {
  readonly incoming: Adjacency
  readonly outgoing: Adjacency
  /** Parent slot by row. */
  readonly parents: Int32Array
  /** Bits by row. */
  readonly seen: Int32Array
  /** The frontier: bits by slot. */
  readonly front: Int32Array
  /** Overwritten with the rows that found a parent: bits by row. */
  readonly next: Int32Array
}

/** Each row not seen looks for a parent in the frontier. The weight of those that found one. */
export function bottomUp(step: BottomUpStep): number {
  const { parents, seen, front, next } = step
  const { offsets, targets } = step.incoming
  const outgoing = step.outgoing.offsets
  let weight = 0
  for (let word = 0; word < seen.length; word++) {
    let found = 0
    for (let rest = ~seen[word]!; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest
      const row = word * WORD_BITS + 31 - Math.clz32(bit)
      const end = offsets[row + 1]!
      for (let i = offsets[row]!; i < end; i++) {
        const candidate = targets[i]!
        if ((front[candidate >>> 5]! & (1 << (candidate & 31))) === 0) continue
        parents[row] = candidate
        weight += outgoing[row + 1]! - outgoing[row]! + 1
        found |= bit
        break
      }
    }
    next[word] = found
    seen[word]! |= found
  }
  return weight
}

/** Writes the numbers of the bits that are set to `list`; how many there are. */
export function listBits(bits: Int32Array, list: Int32Array): number {
  let length = 0
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) {
      list[length++] = word * WORD_BITS + 31 - Math.clz32(rest & -rest)
    }
  }
  return length
}

export function setBit(bits: Int32Array, index: number): void {
  bits[index >>> 5]! |= 1 << (index & 31)
}
