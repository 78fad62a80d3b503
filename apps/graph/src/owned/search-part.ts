/**
 * Owned search part: what one core owns of a breadth-first search: the parents of its vertices and
 * its bits of the frontier. Who waits for whom is the business of `bfs.ts`.
 *
 * States      queue or bits, as the search part of `@orujo/graph` has them.
 * Invariants  level d reads the list, or the bits, of parity (d - 1) mod 2 and writes those of
 *             d mod 2. The parents are borrowed exclusively from `begin` to `end`.
 * Ownership   three objects, dropped by `drop`. Visits for others become owned objects, which are
 *             given away.
 * Access      home core only; others read the bits by reference.
 * Bounds      12 bytes a row, 2 bits a row, and 8 bytes a slot for visits.
 */
import { i32, type Core } from '@orujo/core'
import {
  Exchange,
  listBits,
  setBit,
  unreachableRows,
  WORD_BITS,
  type GraphPart,
} from '@orujo/graph/internal'
import { drop, ownArray, type Mut, type Owned, type Ref } from '@orujo/ownership'
import { LentRound } from './lent-round.ts'

/** Bits, or visits, as a reader has them. */
export interface Words {
  readonly length: number
  readonly [index: number]: number
}

export class OwnedSearchPart {
  readonly round: LentRound<Int32Array>
  /** Where the cores of a search wait for each other, and add up. */
  readonly exchange: Exchange
  readonly #graph: GraphPart
  readonly #parents: Owned<Int32Array>
  /** By parity: bits by row. */
  readonly #fronts: readonly [Owned<Int32Array>, Owned<Int32Array>]
  readonly #unreachable: Int32Array
  /** Bits by slot: told of, if it is another core's; else reached, or not reachable. */
  readonly #seen: Int32Array
  readonly #ownSeen: Int32Array
  readonly #queues: readonly [Int32Array, Int32Array]
  readonly #queued: [number, number] = [0, 0]
  /** By core, for the level that is being searched: pairs of row and parent slot. */
  readonly #visits: readonly Int32Array[]
  readonly #visited: Int32Array
  #tree: Mut<Int32Array> | undefined
  #weight = 0

  constructor(core: Core, graph: GraphPart) {
    const { slots, cores } = graph.partition
    const words = slots / WORD_BITS / cores
    this.round = new LentRound(cores)
    this.exchange = new Exchange(cores)
    this.#graph = graph
    this.#parents = ownArray(core, i32, graph.rows)
    this.#fronts = [ownArray(core, i32, words), ownArray(core, i32, words)]
    this.#unreachable = unreachableRows(graph.incoming, words)
    this.#seen = new Int32Array(words * cores)
    this.#ownSeen = this.#seen.subarray(core.id * words, (core.id + 1) * words)
    this.#queues = [new Int32Array(graph.rows), new Int32Array(graph.rows)]
    this.#visits = Array.from(
      { length: cores },
      (_, other) => new Int32Array(other === core.id ? 0 : 2 * graph.partition.rowsOf(other)),
    )
    this.#visited = new Int32Array(cores)
  }

  /** Forgets the last search, and reaches the source if it lives here. */
  async begin(core: Core, source: number): Promise<void> {
    const { firstSlot, rows } = this.#graph
    const tree = await this.#parents.borrowMut(core)
    this.#tree = tree
    tree.value.fill(-1)
    this.#seen.fill(0)
    this.#ownSeen.set(this.#unreachable)
    this.#queued.fill(0)
    this.#weight = 0
    if (source >= firstSlot && source < firstSlot + rows) {
      this.#reach(tree.value, 0, source - firstSlot, source)
    }
  }

  /** The tree can be read from now on. */
  async end(): Promise<void> {
    await this.#tree?.release()
    this.#tree = undefined
  }

  /** Out-degrees + 1 of what was found since this was last asked. */
  takeWeight(): number {
    const weight = this.#weight
    this.#weight = 0
    return weight
  }

  /** What is lent to find a level from the frontier of `parity`. */
  front(parity: number): Owned<Int32Array> {
    return this.#fronts[side(parity)]
  }

  /** From the list of what was found at `parity` to bits. */
  async queueToBits(core: Core, parity: number): Promise<void> {
    const queue = this.#queues[side(parity)]
    const length = this.#queued[side(parity)]
    await this.front(parity).write(core, (bits) => {
      bits.fill(0)
      for (let i = 0; i < length; i++) setBit(bits, queue[i]!)
    })
    this.#queued[side(parity)] = 0
  }

  /** The other way round. */
  async bitsToQueue(core: Core, parity: number): Promise<void> {
    using bits = await this.front(parity).borrow(core)
    const queue = this.#queues[side(parity)]
    this.#queued[side(parity)] = listBits(Int32Array.from(bits.value), queue)
  }

  /** Finds level `parity`: each row not reached looks for a parent in the fronts of all cores. */
  async searchUp(core: Core, parity: number, fronts: readonly Ref<Int32Array>[]): Promise<void> {
    const all = fronts.map((front) => front.value)
    await this.front(parity).write(core, (next) => this.#lookUp(all, next))
  }

  /** Rows in the list that a level of this parity found. */
  queued(parity: number): number {
    return this.#queued[side(parity)]
  }

  /** Finds level `parity` from rows `begin` to `end` - 1 of the list in the other parity. */
  searchDown(parity: number, begin: number, end: number): void {
    const { firstSlot, partition, core, outgoing } = this.#graph
    const { rowBits, rowMask } = partition
    const queue = this.#queues[side(1 - parity)]
    const tree = this.#writable()
    for (let head = begin; head < end; head++) {
      const row = queue[head]!
      const last = outgoing.offsets[row + 1]!
      for (let i = outgoing.offsets[row]!; i < last; i++) {
        const target = outgoing.targets[i]!
        if ((this.#seen[target >>> 5]! & (1 << (target & 31))) !== 0) continue
        const owner = target >>> rowBits
        if (owner === core) this.#reach(tree, parity, target & rowMask, firstSlot + row)
        else this.#tell(owner, target, target & rowMask, firstSlot + row)
      }
    }
  }

  /** The visits of this level for a core, as an object of their own; undefined if none. */
  async takeVisits(core: Core, target: number): Promise<Owned<Int32Array> | undefined> {
    const length = this.#visited[target]!
    if (length === 0) return undefined
    this.#visited[target] = 0
    const visits = ownArray(core, i32, length)
    await visits.write(core, (all) => all.set(this.#visits[target]!.subarray(0, length)))
    return visits
  }

  /** Empties the list that level `parity` has read. */
  endSearchDown(parity: number): void {
    this.#queued[side(1 - parity)] = 0
  }

  /** Takes visits that others found in a level of this parity. */
  visit(parity: number, visits: Words): void {
    const tree = this.#writable()
    for (let i = 0; i < visits.length; i += 2) {
      const row = visits[i]!
      if ((this.#ownSeen[row >>> 5]! & (1 << (row & 31))) !== 0) continue
      this.#reach(tree, parity, row, visits[i + 1]!)
    }
  }

  /** A copy of the parents by row. */
  async copyParents(core: Core): Promise<Int32Array> {
    return await this.#parents.read(core, (parents) => Int32Array.from(parents))
  }

  drop(core: Core): void {
    drop(core, this.#parents)
    for (const front of this.#fronts) drop(core, front)
  }

  #lookUp(fronts: readonly Words[], next: Int32Array): void {
    const { incoming, outgoing, partition } = this.#graph
    const { rowBits, rowMask } = partition
    const tree = this.#writable()
    const seen = this.#ownSeen
    for (let word = 0; word < seen.length; word++) {
      let found = 0
      for (let rest = ~seen[word]!; rest !== 0; rest &= rest - 1) {
        const bit = rest & -rest
        const row = word * WORD_BITS + 31 - Math.clz32(bit)
        const end = incoming.offsets[row + 1]!
        for (let i = incoming.offsets[row]!; i < end; i++) {
          const slot = incoming.targets[i]!
          const bits = fronts[slot >>> rowBits]![(slot & rowMask) >>> 5]!
          if ((bits & (1 << (slot & 31))) === 0) continue
          tree[row] = slot
          this.#weight += outgoing.offsets[row + 1]! - outgoing.offsets[row]! + 1
          found |= bit
          break
        }
      }
      next[word] = found
      seen[word]! |= found
    }
  }

  #reach(tree: Int32Array, parity: number, row: number, parent: number): void {
    const { offsets } = this.#graph.outgoing
    setBit(this.#ownSeen, row)
    tree[row] = parent
    this.#queues[side(parity)][this.#queued[side(parity)]++] = row
    this.#weight += offsets[row + 1]! - offsets[row]! + 1
  }

  #tell(owner: number, slot: number, row: number, parent: number): void {
    setBit(this.#seen, slot)
    const used = this.#visited[owner]!
    this.#visits[owner]![used] = row
    this.#visits[owner]![used + 1] = parent
    this.#visited[owner] = used + 2
  }

  #writable(): Int32Array {
    // `begin` has borrowed it, and `end` comes after all levels.
    return this.#tree!.value
  }
}

function side(parity: number): 0 | 1 {
  return parity % 2 === 0 ? 0 : 1
}
