/**
 * Scattering: brings arcs to the cores that own their vertices, in batches of one typed array for
 * each destination, so that the cost of a message is shared by thousands of arcs.
 *
 * Ownership   a full batch is handed over; the next one is new memory, because a batch for this
 *             core itself is kept as it is.
 */
import type { Partition } from './partition.ts'

/** Arcs per batch: 64 KiB, well below a ring, well above the cost of a message. */
const BATCH_ARCS = 1 << 13

/** Takes a full batch to `core`. */
export type DeliverArcs = (core: number, isOutgoing: boolean, pairs: Int32Array) => void

export class ArcScatter {
  readonly #partition: Partition
  readonly #isDirected: boolean
  readonly #deliver: DeliverArcs
  /** By destination, outgoing arcs before incoming ones. */
  readonly #batches: Int32Array[]
  readonly #used: Int32Array
  #selfLoops = 0

  constructor(partition: Partition, isDirected: boolean, deliver: DeliverArcs) {
    const destinations = 2 * partition.cores
    this.#partition = partition
    this.#isDirected = isDirected
    this.#deliver = deliver
    this.#batches = Array.from({ length: destinations }, () => new Int32Array(0))
    this.#used = new Int32Array(destinations)
  }

  get selfLoops(): number {
    return this.#selfLoops
  }

  /** Adds edges given as pairs of vertices; both ends get to know of each. */
  addEdges(pairs: Int32Array): void {
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === pairs[i + 1]) {
        this.#selfLoops++
        continue
      }
      const from = this.#partition.slotOf(pairs[i]!)
      const to = this.#partition.slotOf(pairs[i + 1]!)
      this.#add(true, from, to)
      this.#add(!this.#isDirected, to, from)
    }
  }

  /** Delivers what is left. */
  flush(): void {
    for (let destination = 0; destination < this.#used.length; destination++) {
      if (this.#used[destination]! > 0) this.#send(destination)
    }
  }

  #add(isOutgoing: boolean, slot: number, target: number): void {
    const { rowBits, rowMask, cores } = this.#partition
    const destination = (slot >>> rowBits) + (isOutgoing ? 0 : cores)
    const used = this.#used[destination]!
    if (used === 0) this.#batches[destination] = new Int32Array(2 * BATCH_ARCS)
    const batch = this.#batches[destination]!
    batch[used] = slot & rowMask
    batch[used + 1] = target
    this.#used[destination] = used + 2
    if (used + 2 === batch.length) this.#send(destination)
  }

  #send(destination: number): void {
    const { cores } = this.#partition
    const batch = this.#batches[destination]!.subarray(0, this.#used[destination])
    this.#used[destination] = 0
    const isOutgoing = destination < cores
    this.#deliver(isOutgoing ? destination : destination - cores, isOutgoing, batch)
  }
}
