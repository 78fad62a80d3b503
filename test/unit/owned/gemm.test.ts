/** Matrix multiply: its blocks, its loops, and the product on many cores of one thread. */
import test from 'ava'
import fc from 'fast-check'
import { lend } from '@orujo/ownership'
import {
  addProduct,
  BlockGrid,
  countDifferent,
  fillBlock,
  multiply,
  wholeMatrix,
} from '#owned/gemm/blocks.js'
import * as program from '#owned/gemm/program.js'
import { onCluster } from '../../support/owned-app.ts'

const SEEDS = 5

const sizes = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  block: fc.integer({ min: 1, max: 20 }),
})

test('blocks have every entry once', (t) => {
  fc.assert(
    fc.property(sizes, ({ size, block }) => {
      const grid = new BlockGrid(size, block)
      const seen = new Set<number>()
      for (let index = 0; index < grid.count; index++) {
        const { firstRow, firstColumn, rows, columns } = grid.shape(index)
        for (let i = 0; i < rows * columns; i++) {
          seen.add((firstRow + Math.floor(i / columns)) * size + firstColumn + (i % columns))
        }
      }
      t.is(seen.size, size * size)
    }),
  )
})

test('a block has the entries of the whole matrix at its place', (t) => {
  const [size, seed] = [7, 3]
  const whole = wholeMatrix(size, seed)
  const grid = new BlockGrid(size, 3)
  for (let index = 0; index < grid.count; index++) {
    const shape = grid.shape(index)
    const entries = new Float64Array(shape.rows * shape.columns)
    fillBlock(entries, shape, size, seed)
    t.is(countDifferent(entries, whole, size, shape), 0)
    entries[0]!++
    t.is(countDifferent(entries, whole, size, shape), 1)
  }
})

test('both loops give the product', (t) => {
  t.deepEqual(
    [...multiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8), 2)],
    [19, 22, 43, 50],
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (size, seed) => {
      const [a, b] = [wholeMatrix(size, seed), wholeMatrix(size, seed + 1)]
      const c = new Float64Array(size * size)
      addProduct(c, a, b, { rows: size, inner: size, columns: size })
      t.deepEqual(c, multiply(a, b, size))
    }),
  )
})

for (const [size, block] of [
  [12, 4],
  [13, 5],
  [3, 8],
] as const) {
  test(`${size} x ${size} in blocks of ${block} has the product of a sequential run`, async (t) => {
    const grid = new BlockGrid(size, block)
    const product = multiply(wholeMatrix(size, 1), wholeMatrix(size, 2), size)
    for (let seed = 1; seed <= SEEDS; seed++) {
      await onCluster(program, seed, async (cluster) => {
        const { host, cores } = cluster
        const a = await cluster.until(host.call(program.makeMatrix, 0, size, block, 1))
        const b = await cluster.until(host.call(program.makeMatrix, 0, size, block, 2))
        const run = async () => {
          using left = await a.borrow(host)
          using right = await b.borrow(host)
          const work = Array.from({ length: cores }, (_, id) =>
            lend(host, program.multiplyShare, id, left, right, size, block),
          )
          return await Promise.all(work)
        }
        const shares = await cluster.until(run())
        const blocks = shares.map((share) => share.blocks)
        const c = await cluster.until(host.call(program.joinBlocks, 0, blocks))
        const compare = c.read(host, async (matrix) => {
          let wrong = 0
          for (const [index, one] of matrix.blocks.entries()) {
            wrong += await one.read(host, (entries) =>
              countDifferent(entries, product, size, grid.shape(index)),
            )
          }
          return wrong
        })
        t.is(await cluster.until(compare), 0, `seed ${seed}`)
        for (const matrix of [a, b, c]) {
          await cluster.until(host.call(program.dropMatrix, 0, matrix))
        }
      })
    }
  })
}
