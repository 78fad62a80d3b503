/**
 * Queries: the ten of the group-by benchmark: by which columns to group, and what to answer for
 * each group.
 *
 * Source      https://h2oai.github.io/db-benchmark/, groupby. Its data sets G1_..._0_0 have no
 *             missing values, so that there is no rule for them here.
 */

/** What is answered for each group; columns are v1 to v3, from 0 on. */
export type Answer =
  | { readonly kind: 'sum' | 'mean'; readonly column: number }
  | { readonly kind: 'count' }
  /** The largest of one column less the smallest of another. */
  | { readonly kind: 'range'; readonly largest: number; readonly smallest: number }
  /** Two numbers, the larger one first; NaN for the second of a single row. */
  | { readonly kind: 'largest-two'; readonly column: number }
  /** The mean of the two in the middle if there are two. */
  | { readonly kind: 'median'; readonly column: number }
  /** Of a sample, by n - 1; NaN for a single row. */
  | { readonly kind: 'sd'; readonly column: number }
  /** Pearson's correlation, squared; NaN where a column does not vary. */
  | { readonly kind: 'r2'; readonly a: number; readonly b: number }

export interface Query {
  readonly name: string
  /** What it asks, for people. */
  readonly question: string
  /** Of id1 to id6, from 0 on. */
  readonly keys: readonly number[]
  readonly answers: readonly Answer[]
}

const V1 = 0
const V2 = 1
const V3 = 2

const sum = (column: number): Answer => ({ kind: 'sum', column })
const mean = (column: number): Answer => ({ kind: 'mean', column })

export const QUERIES: readonly Query[] = Object.freeze([
  { name: 'q1', question: 'sum v1 by id1', keys: [0], answers: [sum(V1)] },
  { name: 'q2', question: 'sum v1 by id1, id2', keys: [0, 1], answers: [sum(V1)] },
  { name: 'q3', question: 'sum v1, mean v3 by id3', keys: [2], answers: [sum(V1), mean(V3)] },
  {
    name: 'q4',
    question: 'mean v1, v2, v3 by id4',
    keys: [3],
    answers: [mean(V1), mean(V2), mean(V3)],
  },
  {
    name: 'q5',
    question: 'sum v1, v2, v3 by id6',
    keys: [5],
    answers: [sum(V1), sum(V2), sum(V3)],
  },
  {
    name: 'q6',
    question: 'median v3, sd v3 by id4, id5',
    keys: [3, 4],
    answers: [
      { kind: 'median', column: V3 },
      { kind: 'sd', column: V3 },
    ],
  },
  {
    name: 'q7',
    question: 'max v1 - min v2 by id3',
    keys: [2],
    answers: [{ kind: 'range', largest: V1, smallest: V2 }],
  },
  {
    name: 'q8',
    question: 'largest two v3 by id6',
    keys: [5],
    answers: [{ kind: 'largest-two', column: V3 }],
  },
  {
    name: 'q9',
    question: 'regression v1, v2 by id2, id4',
    keys: [1, 3],
    answers: [{ kind: 'r2', a: V1, b: V2 }],
  },
  {
    name: 'q10',
    question: 'sum v3, count by id1 to id6',
    keys: [0, 1, 2, 3, 4, 5],
    answers: [sum(V3), { kind: 'count' }],
  },
])

/** Numbers that an answer has. */
export function widthOf({ kind }: Answer): number {
  return kind === 'largest-two' ? 2 : 1
}
