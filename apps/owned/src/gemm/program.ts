/**
 * Matrix multiply: a matrix is an owned object that owns its blocks, which lie on all cores. The
 * factors are lent to every core; each makes its share of the blocks of the product, which it
 * borrows exclusively, and gives them away with its answer.
 *
 * A core fetches a block that lies in another locale once, and reads its copy for every further
 * block of the product. Within a locale it reads blocks where they are.
 *
 * Suspends    after each product of two blocks, for others who want to fetch.
 */
import { blockRange, f64, onAllCores, task, type Core } from '@orujo/core'
import {
  drop,
  own,
  ownArray,
  ownershipCounts,
  scopedTask,
  type Owned,
  type Ref,
  type SharedOwner,
} from '@orujo/ownership'
import { readAll } from '../borrow-all.ts'
import { countsSince, type StoreCounts } from '../store-counts.ts'
import { addProduct, BlockGrid, fillBlock } from './blocks.ts'

export type Block = Owned<Float64Array>

/** What the owner of a matrix owns. */
export interface Matrix {
  /** Row by row. */
  readonly blocks: Block[]
}

/** Makes this core's share of a matrix of random numbers. */
export const makeBlocks = task(
  'gemm.make-blocks',
  async (core: Core, size: number, block: number, seed: number): Promise<Block[]> => {
    const grid = new BlockGrid(size, block)
    const [begin, end] = blockRange(grid.count, core.cores, core.id)
    const blocks: Block[] = []
    for (let index = begin; index < end; index++) {
      const shape = grid.shape(index)
      const made = ownArray(core, f64, shape.rows * shape.columns)
      await made.write(core, (entries) => fillBlock(entries, shape, size, seed))
      blocks.push(made)
    }
    return blocks
  },
)

export const makeMatrix = task(
  'gemm.make-matrix',
  async (core: Core, size: number, block: number, seed: number): Promise<Owned<Matrix>> =>
    ownMatrix(core, await onAllCores(core, makeBlocks, size, block, seed)),
)

/** Becomes the owner of blocks that cores have made. */
export const joinBlocks = task('gemm.join', (core: Core, shares: Block[][]): Owned<Matrix> =>
  ownMatrix(core, shares),
)

function ownMatrix(core: Core, shares: Block[][]): Owned<Matrix> {
  return own<Matrix>(core, { blocks: shares.flat() })
}

export const dropMatrix = task('gemm.drop', (core: Core, matrix: Owned<Matrix>): void => {
  drop(core, matrix)
})

/** Blocks of a product, and what they cost the core that has made them. */
export interface ProductShare extends StoreCounts {
  readonly blocks: Block[]
}

export const multiplyShare = scopedTask(
  'gemm.multiply',
  async (
    core: Core,
    a: Ref<Matrix>,
    b: Ref<Matrix>,
    size: number,
    block: number,
  ): Promise<ProductShare> => {
    const before = ownershipCounts(core)
    const grid = new BlockGrid(size, block)
    const [begin, end] = blockRange(grid.count, core.cores, core.id)
    const blocks: Block[] = []
    for (let index = begin; index < end; index++) {
      const { rows, columns } = grid.shape(index)
      const made = ownArray(core, f64, rows * columns)
      blocks.push(made)
      await made.write(core, (product) =>
        multiplyInto(core, product, { grid, index }, { a: a.value.blocks, b: b.value.blocks }),
      )
    }
    return { blocks, ...countsSince(core, before) }
  },
)

/** The blocks of both factors. */
interface Factors {
  readonly a: readonly SharedOwner<Float64Array>[]
  readonly b: readonly SharedOwner<Float64Array>[]
}

/** Computes block `index` of the product. */
async function multiplyInto(
  core: Core,
  product: Float64Array,
  { grid, index }: { readonly grid: BlockGrid; readonly index: number },
  { a, b }: Factors,
): Promise<void> {
  const { side } = grid
  const row = Math.floor(index / side)
  const column = index % side
  const needed = Array.from({ length: side }, (_, k) => [a[row * side + k]!, b[k * side + column]!])
  const { rows, columns } = grid.shape(index)
  await readAll(core, needed.flat(), async (entries) => {
    for (let k = 0; k < side; k++) {
      const inner = grid.shape(row * side + k).columns
      addProduct(product, entries[2 * k]!, entries[2 * k + 1]!, { rows, inner, columns })
      // suspends: others fetch
      await core.yield()
    }
  })
}
