/**
 * Queries: what is asked of a data frame: by which columns to group, and what to keep of each group
 * while rows, and partial results, come in.
 */

export type Fold = 'sum' | 'count' | 'min' | 'max'

/** One number that is kept for each group. */
export interface Accumulator {
  readonly fold: Fold
  /** Of v1 to v3, from 0 on; of no importance to a count. */
  readonly column: number
}

export interface Query {
  readonly name: string
  /** What it asks, for people. */
  readonly question: string
  /** Of id1 to id6, from 0 on. */
  readonly keys: readonly number[]
  readonly accumulators: readonly Accumulator[]
}

const V1 = 0
const V2 = 1
const V3 = 2

const sum = (column: number): Accumulator => ({ fold: 'sum', column })
const count: Accumulator = { fold: 'count', column: V1 }

/**
 * Those of the benchmark whose partial results can be merged. A mean is a sum and a count. Left
 * out: q6 (median), q8 (the largest two), q9 (regression).
 */
export const QUERIES: readonly Query[] = Object.freeze([
  { name: 'q1', question: 'sum v1 by id1', keys: [0], accumulators: [sum(V1)] },
  { name: 'q2', question: 'sum v1 by id1, id2', keys: [0, 1], accumulators: [sum(V1)] },
  {
    name: 'q3',
    question: 'sum v1, mean v3 by id3',
    keys: [2],
    accumulators: [sum(V1), sum(V3), count],
  },
  {
    name: 'q4',
    question: 'mean v1, v2, v3 by id4',
    keys: [3],
    accumulators: [sum(V1), sum(V2), sum(V3), count],
  },
  {
    name: 'q5',
    question: 'sum v1, v2, v3 by id6',
    keys: [5],
    accumulators: [sum(V1), sum(V2), sum(V3)],
  },
  {
    name: 'q7',
    question: 'max v1 - min v2 by id3',
    keys: [2],
    accumulators: [
      { fold: 'max', column: V1 },
      { fold: 'min', column: V2 },
    ],
  },
  {
    name: 'q10',
    question: 'sum v3, count by id1 to id6',
    keys: [0, 1, 2, 3, 4, 5],
    accumulators: [sum(V3), count],
  },
])

/** What a group has before its first row. */
export function startOf(fold: Fold): number {
  switch (fold) {
    case 'sum':
    case 'count':
      return 0
    case 'min':
      return Infinity
    case 'max':
      return -Infinity
  }
}

/** Two numbers of a group made one. */
export function merged(fold: Fold, a: number, b: number): number {
  switch (fold) {
    case 'sum':
    case 'count':
      return a + b
    case 'min':
      return Math.min(a, b)
    case 'max':
      return Math.max(a, b)
  }
}
