/**
 * Columns: a data frame in the format of the h2oai group-by benchmark, as it lies on the cores, and
 * the generator of its data set G1.
 *
 * Source      https://h2oai.github.io/db-benchmark/, groupby-datagen.R: N rows, K groups, no NAs,
 *             not sorted.
 */
import type { Owned } from '@orujo/ownership'
import { randomBelow, randomUnit } from '../random.ts'

/** id1 to id6, as numbers from 0 on; names are kept apart. */
export const KEY_COLUMNS = 6
/** v1 to v3. */
export const VALUE_COLUMNS = 3
/** Rows in a chunk: half a MiB a column at most. */
export const CHUNK_ROWS = 2 ** 16
/** The groups of all rows, if each is one, are one message: 200 MB of 256 MiB that may wait. */
export const MAX_ROWS = 5_000_000
/** Bytes of a row. */
export const ROW_BYTES = KEY_COLUMNS * 4 + VALUE_COLUMNS * 8

/** Neighbouring rows, in plain memory. */
export interface Rows {
  readonly keys: readonly Int32Array[]
  readonly values: readonly Float64Array[]
}

/** Neighbouring rows that a core keeps: each column an object of its own. */
export interface Chunk {
  readonly rows: number
  readonly keys: Owned<Int32Array>[]
  readonly values: Owned<Float64Array>[]
}

/** What the owner of a frame owns. Chunk i lies on core i modulo the number of cores. */
export interface Frame {
  readonly chunks: Chunk[]
}

/** What determines generated data; can be sent. */
export interface Generator {
  readonly rows: number
  /** K: distinct values of id1, id2, id4 and id5; id3 and id6 have rows / K. */
  readonly groups: number
  readonly seed: number
}

/** Rows `begin` to `end` - 1. */
export function generate({ rows, groups, seed }: Generator, begin: number, end: number): Rows {
  const few = groups
  const many = Math.max(1, Math.floor(rows / groups))
  const column = (index: number) => (row: number, limit: number) =>
    randomBelow(16 * seed + index, row, limit)
  const length = end - begin
  const keys = [few, few, many, few, few, many].map((limit, i) => {
    const draw = column(i)
    return Int32Array.from({ length }, (_, row) => draw(begin + row, limit))
  })
  const upTo = (index: number, limit: number) => {
    const draw = column(index)
    return Float64Array.from({ length }, (_, row) => 1 + draw(begin + row, limit))
  }
  // Six digits, as the benchmark has them.
  const percent = Float64Array.from({ length }, (_, row) => {
    return Math.round(randomUnit(16 * seed + 8, begin + row) * 1e8) / 1e6
  })
  return { keys, values: [upTo(6, 5), upTo(7, 15), percent] }
}
