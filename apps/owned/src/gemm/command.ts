/**
 * The command `gemm`: one multiplication on the cores, timed, and one without blocks on one thread,
 * which says what every entry must be.
 */
import {
  plural,
  parseWhole,
  whole,
  type NewCommand,
  type Outcome,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type RunProblem,
} from '@orujo/cli'
import type { Core, Runtime } from '@orujo/core'
import { lend, type Owned } from '@orujo/ownership'
import { AppError, appOf, countUpTo } from '../app.ts'
import { addCounts } from '../store-counts.ts'
import { BlockGrid, countDifferent, multiply, wholeMatrix } from './blocks.ts'
import {
  dropMatrix,
  joinBlocks,
  makeMatrix,
  multiplyShare,
  type Matrix,
  type ProductShare,
} from './program.ts'

const MAX_SIZE = 8192
/** A matrix is one object that names them all. */
const MAX_BLOCKS = 2 ** 16
/** Steps of the progress bar. */
const STEPS = 3

const HELP = `
The matrices are square, of whole numbers, so that every entry of the product can be compared.

Example:
  npm run --silent gemm -- --size 1024 --block 128 --cores 2 --json`

interface GemmOptions {
  readonly size: number
  readonly block: number
  readonly seed: number
}

export function addGemm(newCommand: NewCommand, run: RunProblem): void {
  newCommand('gemm', 'the product of two matrices, by blocks')
    .option('--size <n>', 'rows and columns', countUpTo(MAX_SIZE), 1024)
    .option('--block <n>', 'rows and columns of a block', countUpTo(MAX_SIZE), 128)
    .option('--seed <number>', 'for the entries', parseWhole, 1)
    .addHelpText('after', HELP)
    .action((options: GemmOptions & ProblemOptions) => run(gemm(options), options))
}

function gemm(options: GemmOptions): Problem {
  const { count } = new BlockGrid(options.size, options.block)
  if (count > MAX_BLOCKS) {
    throw new AppError(
      `${whole(count)} blocks are more than ${whole(MAX_BLOCKS)}: make them larger`,
    )
  }
  const bytesOfBlocks = 3 * 8 * options.block ** 2 // of both factors and the product
  return appOf('gemm', {
    program: new URL('./program.js', import.meta.url),
    ownedBytes: bytesOfBlocks * count,
    // Blocks are dealt out whole.
    lumpBytes: bytesOfBlocks,
    solve: (runtime, context) => solve(runtime, options, context),
  })
}

async function solve(
  { host }: Runtime,
  options: GemmOptions,
  { nowMs, progress }: ProblemContext,
): Promise<Outcome> {
  const { size, block, seed } = options
  const a = await host.call(makeMatrix, 0, size, block, seed)
  const b = await host.call(makeMatrix, 0, size, block, seed + 1)
  progress.update(1, STEPS)
  const start = nowMs()
  const shares = await multiplyOnAllCores(host, { a, b, size, block })
  const seconds = (nowMs() - start) / 1000
  progress.update(2, STEPS)
  const blocks = shares.map((share) => share.blocks)
  const c = await host.call(joinBlocks, 0, blocks)
  const factors = [wholeMatrix(size, seed), wholeMatrix(size, seed + 1)] as const
  const sequentialStart = nowMs()
  const product = multiply(...factors, size)
  const sequentialSeconds = (nowMs() - sequentialStart) / 1000
  const wrong = await compare(host, c, product, new BlockGrid(size, block))
  progress.update(STEPS, STEPS)
  for (const matrix of [a, b, c]) await host.call(dropMatrix, 0, matrix)
  return outcome(options, { shares, seconds, sequentialSeconds, wrong })
}

/** Lends both factors to every core. */
async function multiplyOnAllCores(
  host: Core,
  { a, b, size, block }: { a: Owned<Matrix>; b: Owned<Matrix>; size: number; block: number },
): Promise<ProductShare[]> {
  using left = await a.borrow(host)
  using right = await b.borrow(host)
  const cores = Array.from({ length: host.cores }, (_, id) => id)
  return await Promise.all(
    cores.map((id) => lend(host, multiplyShare, id, left, right, size, block)),
  )
}

/** Entries of a product that are wrong. */
async function compare(
  host: Core,
  matrix: Owned<Matrix>,
  product: Float64Array,
  grid: BlockGrid,
): Promise<number> {
  return await matrix.read(host, async ({ blocks }) => {
    let wrong = 0
    for (const [index, block] of blocks.entries()) {
      wrong += await block.read(host, (entries) =>
        countDifferent(entries, product, grid.size, grid.shape(index)),
      )
    }
    return wrong
  })
}

interface Found {
  readonly shares: readonly ProductShare[]
  readonly seconds: number
  readonly sequentialSeconds: number
  readonly wrong: number
}

function outcome({ size, block }: GemmOptions, found: Found): Outcome {
  const { shares, seconds, sequentialSeconds, wrong } = found
  const { fetches, fetchedBytes, moves } = addCounts(shares)
  const gflops = (2 * size ** 3) / seconds / 1e9
  const sequentialGflops = (2 * size ** 3) / sequentialSeconds / 1e9
  return {
    figures: { size, block, seconds, gflops, sequentialGflops, fetches, fetchedBytes, moves },
    rows: [
      ['size', `${whole(size)}, in blocks of ${whole(block)}`],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${gflops.toFixed(2)} Gflop/s`],
      ['one loop, one thread', `${sequentialGflops.toFixed(2)} Gflop/s`],
      ['blocks fetched', `${whole(fetches)}, ${whole(fetchedBytes / 2 ** 20)} MiB`],
    ],
    fault:
      wrong === 0
        ? undefined
        : `${plural(wrong, 'entry', 'entries')} of the product differ from a sequential run`,
  }
}
