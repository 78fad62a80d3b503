/**
 * Steps of PageRank that one core takes over its own rows. In each iteration a vertex gives its
 * rank away in equal shares along its outgoing edges; one that has none gives it to all alike.
 *
 * Source      Page, Brin, Motwani, Winograd: The PageRank Citation Ranking (1999).
 */
import { OrujoError } from '@orujo/core'
import type { Adjacency } from './csr.ts'

/** How long to iterate, and with which damping. */
export interface PageRankOptions {
  /** Share of a rank that is given away, 0 up to but not including 1. Default 0.85. */
  readonly damping?: number
  /** Iterations at most. Default 20. */
  readonly iterations?: number
  /** Ends earlier when the ranks have changed by less than this in all. Default 0: it does not. */
  readonly tolerance?: number
}

/** The same with defaults filled in. */
export type PageRankSettings = Required<PageRankOptions>

/** What iterating has given. */
export interface PageRankOutcome {
  /** Iterations done. */
  readonly iterations: number
  /** By how much the last of them changed the ranks in all. */
  readonly change: number
}

/** What one core adds to the sums of an iteration. */
export interface RankSums {
  /** Changes of its ranks, without sign. */
  readonly change: number
  /** Ranks of its vertices that no edge leaves. */
  readonly dangling: number
}

/** Fills in defaults. ORUJO_OPTION. */
export function settlePageRank(options: PageRankOptions = {}): PageRankSettings {
  const { damping = 0.85, iterations = 20, tolerance = 0 } = options
  check('damping', damping, damping >= 0 && damping < 1, 'a number from 0 up to 1, 1 excluded')
  check('iterations', iterations, Number.isSafeInteger(iterations) && iterations >= 1, '1 or more')
  check('tolerance', tolerance, tolerance >= 0, '0 or more')
  return { damping, iterations, tolerance }
}

/** What every vertex has, however little points to it. */
export function baseRank(
  { damping }: PageRankSettings,
  vertices: number,
  dangling: number,
): number {
  return (1 - damping) / vertices + (damping * dangling) / vertices
}

/** Gives every row the same rank, and writes the shares that it gives each neighbour. */
export function beginRanks(
  outgoing: Adjacency,
  vertices: number,
  ranks: Float64Array,
  shares: Float64Array,
): RankSums {
  ranks.fill(1 / vertices)
  let dangling = 0
  for (let row = 0; row < ranks.length; row++) {
    const degree = outgoing.offsets[row + 1]! - outgoing.offsets[row]!
    if (degree === 0) dangling += ranks[row]!
    shares[row] = degree === 0 ? 0 : ranks[row]! / degree
  }
  return { change: Infinity, dangling }
}

/** What a step works on; rows are this core's. */
export interface RankRows {
  readonly incoming: Adjacency
  readonly outgoing: Adjacency
  /** By row; overwritten. */
  readonly ranks: Float64Array
  /** By row: shares for the next iteration, overwritten. */
  readonly shares: Float64Array
}

/** One iteration over rows; `all` has the shares of the iteration before, by slot. */
export function pullRanks(
  { incoming, outgoing, ranks, shares }: RankRows,
  all: Float64Array,
  base: number,
  damping: number,
): RankSums {
  const { offsets, targets } = incoming
  const leaving = outgoing.offsets
  let change = 0
  let dangling = 0
  for (let row = 0; row < ranks.length; row++) {
    let sum = 0
    const end = offsets[row + 1]!
    for (let i = offsets[row]!; i < end; i++) sum += all[targets[i]!]!
    const rank = base + damping * sum
    const degree = leaving[row + 1]! - leaving[row]!
    change += Math.abs(rank - ranks[row]!)
    if (degree === 0) dangling += rank
    ranks[row] = rank
    shares[row] = degree === 0 ? 0 : rank / degree
  }
  return { change, dangling }
}

function check(name: string, value: number, isRight: boolean, what: string): void {
  if (isRight) return
  throw new OrujoError('ORUJO_OPTION', `PageRank: ${name} must be ${what}, not ${value}.`)
}
