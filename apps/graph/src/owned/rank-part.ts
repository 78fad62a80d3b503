/**
 * Owned rank part: what one core owns of a PageRank: the ranks of its vertices, and what they give
 * along each edge, once to be read by all and once to be written.
 *
 * Invariants  iteration k reads the shares of parity k mod 2, which are lent to everybody, and
 *             writes this core's of the other parity, under an exclusive borrow.
 * Ownership   three objects, dropped by `drop`.
 * Access      home core only; others read the shares by reference, once in each iteration: random
 *             reads of one array are twice as fast as of one array for each core.
 */
import { f64, type Core } from '@orujo/core'
import {
  baseRank,
  beginRanks,
  pullRanks,
  type GraphPart,
  type PageRankSettings,
} from '@orujo/graph/internal'
import { drop, ownArray, type Owned, type Ref } from '@orujo/ownership'
import { LentRound } from './lent-round.ts'

/** After the shares of the rows: what the core adds to the sums of the iteration. */
const CHANGE = 0
const DANGLING = 1
const SUMS = 2

export class OwnedRankPart {
  readonly round: LentRound<Float64Array>
  readonly #graph: GraphPart
  readonly #ranks: Owned<Float64Array>
  /** By parity. */
  readonly #shares: readonly [Owned<Float64Array>, Owned<Float64Array>]
  /** By slot: the shares of all, for this core's reading: neighbours lie anywhere among them. */
  readonly #all: Float64Array
  #dangling = 0

  constructor(core: Core, graph: GraphPart) {
    this.round = new LentRound(core.cores)
    this.#graph = graph
    this.#all = new Float64Array(graph.partition.slots + SUMS)
    this.#ranks = ownArray(core, f64, graph.rows)
    this.#shares = [ownArray(core, f64, graph.rows + SUMS), ownArray(core, f64, graph.rows + SUMS)]
  }

  /** What is lent in an iteration of this parity. */
  shares(parity: number): Owned<Float64Array> {
    return this.#shares[parity === 0 ? 0 : 1]
  }

  /** The first ranks. */
  async begin(core: Core): Promise<void> {
    const { outgoing, partition, rows } = this.#graph
    await using ranks = await this.#ranks.borrowMut(core)
    await using shares = await this.#shares[0].borrowMut(core)
    const own = shares.value.subarray(0, rows)
    const sums = beginRanks(outgoing, partition.vertices, ranks.value, own)
    shares.value[rows + CHANGE] = sums.change
    shares.value[rows + DANGLING] = sums.dangling
  }

  /** Lays the shares of all cores side by side. By how much the ranks have changed in all. */
  gather(parts: readonly Ref<Float64Array>[]): number {
    const { partition } = this.#graph
    let change = 0
    this.#dangling = 0
    for (const [core, part] of parts.entries()) {
      const rows = partition.rowsOf(core)
      const shares = part.value
      // The sums behind the rows go where the next core's shares will, or past all slots.
      this.#all.set(shares, partition.firstSlotOf(core))
      // By core, so that all cores add up in the same order.
      change += shares[rows + CHANGE]!
      this.#dangling += shares[rows + DANGLING]!
    }
    return change
  }

  /** One iteration from the shares that were gathered, to this core's of the other parity. */
  async step(core: Core, parity: number, settings: PageRankSettings): Promise<void> {
    const { incoming, outgoing, partition, rows } = this.#graph
    const base = baseRank(settings, partition.vertices, this.#dangling)
    await using ranks = await this.#ranks.borrowMut(core)
    await using shares = await this.shares(1 - parity).borrowMut(core)
    const own = shares.value.subarray(0, rows)
    const step = { incoming, outgoing, ranks: ranks.value, shares: own }
    const sums = pullRanks(step, this.#all, base, settings.damping)
    shares.value[rows + CHANGE] = sums.change
    shares.value[rows + DANGLING] = sums.dangling
  }

  /** A copy of the ranks by row. */
  async copyRanks(core: Core): Promise<Float64Array> {
    return await this.#ranks.read(core, (ranks) => Float64Array.from(ranks))
  }

  drop(core: Core): void {
    drop(core, this.#ranks)
    for (const shares of this.#shares) drop(core, shares)
  }
}
