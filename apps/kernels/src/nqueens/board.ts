/**
 * Boards of the N-queens problem as bit sets: the columns taken, and the squares of the next row
 * that are on a diagonal of some queen. Rows are filled from the first to the last.
 *
 * Source      counts: OEIS A000170.
 */

/** Solutions by size of the board, from 0 on. */
export const SOLUTIONS: readonly number[] = Object.freeze([
  1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680, 14_200, 73_712, 365_596, 2_279_184, 14_772_512,
  95_815_104, 666_090_624, 4_968_057_848, 39_029_188_884,
])

/** All columns of a board, 30 at most. */
export function allColumns(size: number): number {
  return 2 ** size - 1
}

/** Squares of the next row that no queen attacks. */
export function freeSquares(all: number, columns: number, left: number, right: number): number {
  return all & ~(columns | left | right)
}

/** Rows that have a queen. */
export function rowsOf(columns: number): number {
  let rows = 0
  for (let rest = columns; rest !== 0; rest &= rest - 1) rows++
  return rows
}

/** Ways to fill the rows that have no queen yet. */
export function countSolutions(all: number, columns: number, left: number, right: number): number {
  if (columns === all) return 1
  let count = 0
  for (let free = freeSquares(all, columns, left, right); free !== 0; free &= free - 1) {
    const queen = free & -free
    count += countSolutions(all, columns | queen, (left | queen) << 1, (right | queen) >>> 1)
  }
  return count
}
