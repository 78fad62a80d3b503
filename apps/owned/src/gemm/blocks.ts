/**
 * Blocks: how a square matrix is cut up, what its entries are, and the two loops that multiply: one
 * for blocks, and a plain one for whole matrices that says what the product is.
 */
import { randomBelow } from '../random.ts'

/** Entries are whole numbers from -LARGEST to LARGEST, so that every sum is exact in any order. */
const LARGEST = 8

/** Numbers that are only read. */
interface Numbers {
  readonly [index: number]: number
}

/** The shape of a block. */
export interface BlockShape {
  readonly firstRow: number
  readonly firstColumn: number
  readonly rows: number
  readonly columns: number
}

/** A square matrix cut into blocks, numbered row by row; those at the edges may be smaller. */
export class BlockGrid {
  readonly size: number
  readonly block: number
  /** Blocks in a row, and in a column. */
  readonly side: number

  constructor(size: number, block: number) {
    this.size = size
    this.block = block
    this.side = Math.ceil(size / block)
  }

  get count(): number {
    return this.side ** 2
  }

  shape(index: number): BlockShape {
    const { block, side, size } = this
    const firstRow = Math.floor(index / side) * block
    const firstColumn = (index % side) * block
    const rows = Math.min(block, size - firstRow)
    return { firstRow, firstColumn, rows, columns: Math.min(block, size - firstColumn) }
  }
}

/** The entry of the matrix that belongs to `seed`. */
export function entryAt(seed: number, index: number): number {
  return randomBelow(seed, index, 2 * LARGEST + 1) - LARGEST
}

/** Fills a block, row by row. */
export function fillBlock(entries: Float64Array, shape: BlockShape, size: number, seed: number) {
  const { firstRow, firstColumn, rows, columns } = shape
  for (let row = 0; row < rows; row++) {
    const first = (firstRow + row) * size + firstColumn
    for (let i = 0; i < columns; i++) entries[row * columns + i] = entryAt(seed, first + i)
  }
}

/** The lengths of a product of two blocks: rows x inner by inner x columns. */
export interface ProductShape {
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** Adds the product of `a` and `b` to `c`. */
export function addProduct(
  c: Float64Array,
  a: Numbers,
  b: Numbers,
  { rows, inner, columns }: ProductShape,
): void {
  // Four rows of b at a time, so that an entry of c is read and written once for four products.
  const fours = inner - (inner % 4)
  for (let row = 0; row < rows; row++) {
    const to = row * columns
    const left = row * inner
    for (let k = 0; k < fours; k += 4) {
      const [a0, a1, a2, a3] = [a[left + k]!, a[left + k + 1]!, a[left + k + 2]!, a[left + k + 3]!]
      const [b0, b1] = [k * columns, (k + 1) * columns]
      const [b2, b3] = [(k + 2) * columns, (k + 3) * columns]
      for (let i = 0; i < columns; i++) {
        c[to + i]! += a0 * b[b0 + i]! + a1 * b[b1 + i]! + a2 * b[b2 + i]! + a3 * b[b3 + i]!
      }
    }
    for (let k = fours; k < inner; k++) addRow(c, to, b, k * columns, columns, a[left + k]!)
  }
}

function addRow(
  c: Float64Array,
  to: number,
  b: Numbers,
  from: number,
  columns: number,
  factor: number,
): void {
  for (let i = 0; i < columns; i++) c[to + i]! += factor * b[from + i]!
}

/** All entries of a matrix, row by row. */
export function wholeMatrix(size: number, seed: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => entryAt(seed, index))
}

/** The product of two square matrices, without blocks. */
export function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const c = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) addRow(c, row * size, b, k * size, size, a[row * size + k]!)
  }
  return c
}

/** Entries of a block of `product` that differ from `entries`. */
export function countDifferent(
  entries: Numbers,
  product: Float64Array,
  size: number,
  { firstRow, firstColumn, rows, columns }: BlockShape,
): number {
  let different = 0
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const expected = product[(firstRow + row) * size + firstColumn + i]
      if (entries[row * columns + i] !== expected) different++
    }
  }
  return different
}
