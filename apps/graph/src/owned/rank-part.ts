/**
 * Owned rank part: what one core owns of a PageRank: the ranks of its vertices, and what they give
 * along each edge, once to be read by all and once to be written.
 *
 * Invariants  iteration k reads the shares of parity k mod 2, which are lent to everybody, and
 *             writes this core's of the other parity, under an exclusive borrow.
 * Ownership   three objects, dropped by `drop`.
 * Access      home core only; others read the shares by reference.
 */
import { f64, type Core } from '@orujo/core'
import { baseRank, beginRanks, type GraphPart, type PageRankSettings } from '@orujo/graph/internal'
import { drop, ownArray, type Owned, type Ref } from '@orujo/ownership'
import { LentRound } from './lent-round.ts'

/** After the shares of the rows: what the core adds to the sums of the iteration. */
const CHANGE = 0
const DANGLING = 1
const SUMS = 2

/** Shares as a reader has them. */
interface Shares {
  readonly length: number
  readonly [index: number]: number
}

export class OwnedRankPart {
  readonly round: LentRound<Float64Array>
  readonly #graph: GraphPart
  readonly #ranks: Owned<Float64Array>
  /** By parity. */
  readonly #shares: readonly [Owned<Float64Array>, Owned<Float64Array>]

  constructor(core: Core, graph: GraphPart) {
    this.round = new LentRound(core.cores)
    this.#graph = graph
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

  /** By how much all ranks changed in the iteration that wrote these shares. */
  change(parts: readonly Ref<Float64Array>[]): number {
    return this.#add(parts, CHANGE)
  }

  /** One iteration from the shares of `parity` to this core's of the other. */
  async step(
    core: Core,
    parity: number,
    parts: readonly Ref<Float64Array>[],
    settings: PageRankSettings,
  ): Promise<void> {
    const { partition } = this.#graph
    const base = baseRank(settings, partition.vertices, this.#add(parts, DANGLING))
    await using ranks = await this.#ranks.borrowMut(core)
    await using shares = await this.shares(1 - parity).borrowMut(core)
    const all = parts.map((part) => part.value)
    this.#pull(all, ranks.value, shares.value, (sum) => base + settings.damping * sum)
  }

  /** A copy of the ranks by row. */
  async copyRanks(core: Core): Promise<Float64Array> {
    return await this.#ranks.read(core, (ranks) => Float64Array.from(ranks))
  }

  drop(core: Core): void {
    drop(core, this.#ranks)
    for (const shares of this.#shares) drop(core, shares)
  }

  #pull(
    all: readonly Shares[],
    ranks: Float64Array,
    next: Float64Array,
    rankOf: (sum: number) => number,
  ): void {
    const { incoming, outgoing } = this.#graph
    let change = 0
    let dangling = 0
    for (let row = 0; row < ranks.length; row++) {
      const rank = rankOf(this.#sumOf(incoming, row, all))
      const degree = outgoing.offsets[row + 1]! - outgoing.offsets[row]!
      change += Math.abs(rank - ranks[row]!)
      if (degree === 0) dangling += rank
      ranks[row] = rank
      next[row] = degree === 0 ? 0 : rank / degree
    }
    next[ranks.length + CHANGE] = change
    next[ranks.length + DANGLING] = dangling
  }

  /** Neighbours are sorted by slot, and so by core: those of one core in a loop of their own. */
  #sumOf({ offsets, targets }: GraphPart['incoming'], row: number, all: readonly Shares[]): number {
    const { rowBits } = this.#graph.partition
    const end = offsets[row + 1]!
    let sum = 0
    for (let i = offsets[row]!; i < end;) {
      const owner = targets[i]! >>> rowBits
      const first = owner << rowBits
      const limit = first + 2 ** rowBits
      const shares = all[owner]!
      for (; i < end && targets[i]! < limit; i++) sum += shares[targets[i]! - first]!
    }
    return sum
  }

  /** By core, so that all cores add up in the same order. */
  #add(parts: readonly Ref<Float64Array>[], which: number): number {
    const { partition } = this.#graph
    let sum = 0
    for (const [core, part] of parts.entries()) sum += part.value[partition.rowsOf(core) + which]!
    return sum
  }
}
