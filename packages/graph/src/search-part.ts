/**
 * Search part: what one core has of a breadth-first search, and the part of a level that it can do
 * alone. Who waits for whom is the business of `bfs.ts`.
 *
 * States      queue (the frontier is a list of rows) or bits (it is a bitmap over all slots),
 *             alike on all cores, because all choose by the same numbers.
 * Invariants  level d reads the list, or the bitmap, of parity (d - 1) mod 2 and writes that of d
 *             mod 2; level 0 is the source. What others send for level d + 1 arrives only after
 *             this core is done reading for level d, because they wait for that; it goes where
 *             level d was reading, and so never among what level d found.
 * Access      home core only.
 * Bounds      memory is 12 bytes a row and 3 bits a slot.
 */
import { bottomUp, listBits, setBit, unreachableRows, WORD_BITS } from './bfs-steps.ts'
import { Exchange } from './exchange.ts'
import type { GraphPart } from './graph-part.ts'

/** Visits per batch: 32 KiB, a few of which fit a ring. */
const BATCH_VISITS = 1 << 12

/** Takes visits, pairs of row and parent slot, to `core`. They must be copied before it returns. */
export type DeliverVisits = (core: number, visits: Int32Array) => void

export class SearchPart {
  /** Where the cores of a search wait for each other. */
  readonly exchange: Exchange
  readonly #graph: GraphPart
  /** Parent slot by row. */
  readonly parents: Int32Array<ArrayBuffer>
  /** Bits by slot: reached; or of this core and not reachable; or of others and told of. */
  readonly #seen: Int32Array
  readonly #ownSeen: Int32Array
  readonly #unreachable: Int32Array
  /** By parity of the level that found them. */
  readonly #fronts: readonly Int32Array[]
  readonly #queues: readonly Int32Array[]
  readonly #queued: Int32Array = new Int32Array(2)
  /** By destination. */
  readonly #batches: readonly Int32Array[]
  readonly #batched: Int32Array
  #weight = 0

  constructor(graph: GraphPart) {
    const { slots, cores } = graph.partition
    const words = slots / WORD_BITS
    const twice = [0, 1]
    this.exchange = new Exchange(cores)
    this.#graph = graph
    this.parents = new Int32Array(graph.rows)
    this.#seen = new Int32Array(words)
    this.#ownSeen = this.#own(this.#seen)
    this.#unreachable = unreachableRows(graph.incoming, words / cores)
    this.#fronts = twice.map(() => new Int32Array(words))
    this.#queues = twice.map(() => new Int32Array(graph.rows))
    this.#batches = Array.from({ length: cores }, () => new Int32Array(2 * BATCH_VISITS))
    this.#batched = new Int32Array(cores)
  }

  /** Out-degrees + 1 of what was found since this was last asked. */
  takeWeight(): number {
    const weight = this.#weight
    this.#weight = 0
    return weight
  }

  /** Forgets the last search, and reaches the source if it lives here. */
  begin(source: number): void {
    const { firstSlot, rows } = this.#graph
    this.parents.fill(-1)
    this.#seen.fill(0)
    this.#ownSeen.set(this.#unreachable)
    this.#queued.fill(0)
    this.#weight = 0
    if (source < firstSlot || source >= firstSlot + rows) return
    this.#reach(0, source - firstSlot, source)
  }

  /** Takes visits that others found in a level of this parity. */
  visit(parity: number, visits: Int32Array): void {
    for (let i = 0; i < visits.length; i += 2) this.#visitRow(parity, visits[i]!, visits[i + 1]!)
  }

  /** Takes one core's part of the frontier that a level of this parity found. */
  takeFront(parity: number, core: number, bits: Int32Array): void {
    this.#fronts[parity]!.set(bits, core * bits.length)
  }

  /** This core's part of the frontier that a level of this parity found. */
  ownFront(parity: number): Int32Array {
    return this.#own(this.#fronts[parity]!)
  }

  /** From the list of what was found at `parity` to bits of the own part. */
  queueToBits(parity: number): void {
    const bits = this.ownFront(parity)
    bits.fill(0)
    for (let i = 0; i < this.#queued[parity]!; i++) setBit(bits, this.#queues[parity]![i]!)
    this.#queued[parity] = 0
  }

  /** The other way round. */
  bitsToQueue(parity: number): void {
    this.#queued[parity] = listBits(this.ownFront(parity), this.#queues[parity]!)
  }

  /** Finds level `parity` from its own side, with the whole frontier in the other parity. */
  searchUp(parity: number): void {
    const front = this.#fronts[1 - parity]!
    for (let word = 0; word < front.length; word++) this.#seen[word]! |= front[word]!
    const { incoming, outgoing } = this.#graph
    const rows = { incoming, outgoing, parents: this.parents, seen: this.#ownSeen }
    this.#weight += bottomUp({ ...rows, front, next: this.ownFront(parity) })
  }

  /** Rows in the list that a level of this parity found. */
  queued(parity: number): number {
    return this.#queued[parity]!
  }

  /**
   * Finds level `parity` from the rows `begin` to `end` - 1 of the list in the other parity. Visits
   * for other cores are delivered when a batch is full; `endSearchDown` delivers the rest.
   */
  searchDown(parity: number, begin: number, end: number, deliver: DeliverVisits): void {
    const { offsets, targets } = this.#graph.outgoing
    const { firstSlot, partition, core } = this.#graph
    const { rowBits, rowMask } = partition
    const queue = this.#queues[1 - parity]!
    const seen = this.#seen
    for (let head = begin; head < end; head++) {
      const row = queue[head]!
      const last = offsets[row + 1]!
      for (let i = offsets[row]!; i < last; i++) {
        const target = targets[i]!
        if ((seen[target >>> 5]! & (1 << (target & 31))) !== 0) continue
        const owner = target >>> rowBits
        if (owner === core) this.#reach(parity, target & rowMask, firstSlot + row)
        else {
          setBit(seen, target)
          this.#addVisit(owner, target & rowMask, firstSlot + row, deliver)
        }
      }
    }
  }

  /** Delivers what is left of a level, and empties the list that it read. */
  endSearchDown(parity: number, deliver: DeliverVisits): void {
    for (let core = 0; core < this.#batches.length; core++) this.#sendBatch(core, deliver)
    this.#queued[1 - parity] = 0
  }

  #own(bits: Int32Array): Int32Array {
    const { cores } = this.#graph.partition
    const words = bits.length / cores
    return bits.subarray(this.#graph.core * words, (this.#graph.core + 1) * words)
  }

  #visitRow(parity: number, row: number, parent: number): void {
    if ((this.#ownSeen[row >>> 5]! & (1 << (row & 31))) === 0) this.#reach(parity, row, parent)
  }

  #reach(parity: number, row: number, parent: number): void {
    const { offsets } = this.#graph.outgoing
    setBit(this.#ownSeen, row)
    this.parents[row] = parent
    this.#queues[parity]![this.#queued[parity]!++] = row
    this.#weight += offsets[row + 1]! - offsets[row]! + 1
  }

  #addVisit(owner: number, row: number, parent: number, deliver: DeliverVisits): void {
    const batch = this.#batches[owner]!
    const used = this.#batched[owner]!
    batch[used] = row
    batch[used + 1] = parent
    this.#batched[owner] = used + 2
    if (used + 2 === batch.length) this.#sendBatch(owner, deliver)
  }

  #sendBatch(owner: number, deliver: DeliverVisits): void {
    const used = this.#batched[owner]!
    this.#batched[owner] = 0
    if (used > 0) deliver(owner, this.#batches[owner]!.subarray(0, used))
  }
}
