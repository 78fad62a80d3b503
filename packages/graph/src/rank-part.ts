/**
 * Rank part: what one core has of a PageRank: ranks of its own vertices, and the shares that all
 * vertices give their neighbours.
 *
 * Invariants  iteration k reads shares and sums of parity k mod 2 and writes those of the next.
 *             What others send for the next iteration goes where this core does not read, and for
 *             the one after that they need this core's part of the next.
 * Access      home core only.
 * Bounds      memory is 8 bytes a row and 16 bytes a slot.
 */
import { Exchange } from './exchange.ts'
import type { GraphPart } from './graph-part.ts'
import {
  baseRank,
  beginRanks,
  pullRanks,
  type PageRankSettings,
  type RankSums,
} from './page-rank-steps.ts'

export class RankPart {
  /** Where the cores wait for each other. */
  readonly exchange: Exchange
  /** By row. */
  readonly ranks: Float64Array<ArrayBuffer>
  readonly #graph: GraphPart
  /** By parity, then by slot. */
  readonly #shares: readonly Float64Array[]
  /** By parity, then by core, so that all cores add them up in the same order. */
  readonly #changes: readonly Float64Array[]
  readonly #dangling: readonly Float64Array[]

  constructor(graph: GraphPart) {
    const { slots, cores } = graph.partition
    const twice = [0, 1]
    this.exchange = new Exchange(cores)
    this.ranks = new Float64Array(graph.rows)
    this.#graph = graph
    this.#shares = twice.map(() => new Float64Array(slots))
    this.#changes = twice.map(() => new Float64Array(cores))
    this.#dangling = twice.map(() => new Float64Array(cores))
  }

  /** The first ranks. */
  begin(): void {
    const { outgoing, partition, core } = this.#graph
    const sums = beginRanks(outgoing, partition.vertices, this.ranks, this.ownShares(0))
    this.takeSums(0, core, sums.change, sums.dangling)
  }

  /** One iteration from the shares of `parity` to those of the other. */
  step(parity: number, settings: PageRankSettings): void {
    const { incoming, outgoing, partition, core } = this.#graph
    const dangling = add(this.#dangling[parity]!)
    const base = baseRank(settings, partition.vertices, dangling)
    const rows = { incoming, outgoing, ranks: this.ranks, shares: this.ownShares(1 - parity) }
    const sums = pullRanks(rows, this.#shares[parity]!, base, settings.damping)
    this.takeSums(1 - parity, core, sums.change, sums.dangling)
  }

  /** Takes the shares of another core's rows. */
  takeShares(parity: number, from: number, shares: Float64Array): void {
    this.#shares[parity]!.set(shares, this.#graph.partition.firstSlotOf(from))
  }

  takeSums(parity: number, from: number, change: number, dangling: number): void {
    this.#changes[parity]![from] = change
    this.#dangling[parity]![from] = dangling
  }

  /** This core's sums. */
  ownSums(parity: number): RankSums {
    const { core } = this.#graph
    return { change: this.#changes[parity]![core]!, dangling: this.#dangling[parity]![core]! }
  }

  /** By how much all ranks have changed; the same number on every core. */
  change(parity: number): number {
    return add(this.#changes[parity]!)
  }

  /** This core's shares. */
  ownShares(parity: number): Float64Array {
    const { firstSlot, rows } = this.#graph
    return this.#shares[parity]!.subarray(firstSlot, firstSlot + rows)
  }
}

function add(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}
