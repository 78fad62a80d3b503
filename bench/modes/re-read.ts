/**
 * Re-reading shared data that is seldom written: every core looks up random elements of a table in
 * rounds; between two rounds one element is written.
 *
 * Delegate    a blocking call to the home of the element for each look, 64 in flight on a core.
 * Ownership   the table is an object that owns its blocks. It is lent to every core for a round;
 *             each look borrows a block, which is fetched once in each version.
 * Means       what a read costs when the data could be kept; a borrow for every single element.
 * Not meant   computing where the data is, which a delegate can do as well.
 */
import { performance } from 'node:perf_hooks'
import {
  blockRange,
  delegate,
  f64,
  free,
  globalArray,
  onAllCores,
  task,
  type Core,
  type GlobalArray,
} from '@orujo/core'
import { drop, lend, own, ownArray, scopedTask, type Owned, type Ref } from '@orujo/ownership'
import { wordAt } from '#kernels/gups/reference.js'
import { inFibres } from './fibres.ts'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'

const ROUNDS = 4
const LENGTH = 2 ** 15
const BLOCK = 2 ** 10
const BLOCKS = LENGTH / BLOCK
/** Added to the element of the round when it ends: exact, as all that is added here. */
const WRITTEN = 1000

type Table = GlobalArray<typeof f64>
type Block = Owned<Float64Array>

function elementOf(index: number): number {
  return wordAt(index) % LENGTH
}

function valueAt(element: number): number {
  return element % 101
}

/** The element that the end of a round changes. */
function writtenIn(round: number): number {
  return wordAt(-1 - round) % LENGTH
}

/** Looks of round r: from r * looks on. */
function looksPerRound(count: number): number {
  return Math.ceil(count / ROUNDS)
}

export { meterHere }

export const fillTable = delegate('bench.modes.re-read.fill', (core: Core, table: Table): void => {
  for (let element = 0; element < LENGTH; element++) {
    if (table.home(element) !== core.id) continue
    table.local(core)[table.localIndex(element)] = valueAt(element)
  }
})

export const look = delegate(
  'bench.modes.re-read.look',
  (core: Core, table: Table, element: number): number =>
    table.local(core)[table.localIndex(element)]!,
)

export const change = delegate(
  'bench.modes.re-read.change',
  (core: Core, table: Table, element: number): void => {
    table.local(core)[table.localIndex(element)]! += WRITTEN
  },
)

export const callShare = task(
  'bench.modes.re-read.call',
  (core: Core, table: Table, round: number, looks: number): Promise<number> =>
    inFibres(core, looks, (index) => {
      const element = elementOf(round * looks + index)
      return core.call(look, table.home(element), table, element)
    }),
)

export const delegateMode = task(
  'bench.modes.re-read.delegate',
  async (core: Core, count: number): Promise<Outcome> => {
    const table = await globalArray(core, f64, LENGTH)
    await onAllCores(core, fillTable, table)
    const looks = looksPerRound(count)
    let answer = 0
    const cost = await measured(core, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const sums = await onAllCores(core, callShare, table, round, looks)
        answer += sums.reduce((sum, one) => sum + one, 0)
        const element = writtenIn(round)
        await core.call(change, table.home(element), table, element)
      }
    })
    await free(core, table)
    return { cost, answer }
  },
)

/** Makes this core's blocks, those with a number that is `core` modulo the cores. */
export const makeBlocks = task('bench.modes.re-read.make', async (core: Core): Promise<Block[]> => {
  const blocks: Block[] = []
  for (let number = core.id; number < BLOCKS; number += core.cores) {
    const block = ownArray(core, f64, BLOCK)
    await block.write(core, (values) => {
      for (let i = 0; i < BLOCK; i++) values[i] = valueAt(number * BLOCK + i)
    })
    blocks.push(block)
  }
  return blocks
})

export const borrowShare = scopedTask(
  'bench.modes.re-read.borrow',
  async (core: Core, table: Ref<Block[]>, round: number, looks: number): Promise<number> => {
    const blocks = table.value
    const [begin, end] = blockRange(looks, core.cores, core.id)
    let sum = 0
    for (let i = begin; i < end; i++) {
      const element = elementOf(round * looks + i)
      const block = blocks[Math.floor(element / BLOCK)]!
      const now = block.tryBorrow(core)
      const ref = now.kind === 'borrowed' ? now : await block.borrow(core)
      sum += ref.value[element % BLOCK]!
      ref.release()
    }
    return sum
  },
)

export const ownershipMode = task(
  'bench.modes.re-read.ownership',
  async (core: Core, count: number): Promise<Outcome> => {
    const table = await makeTable(core)
    const looks = looksPerRound(count)
    let answer = 0
    const cost = await measured(core, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        answer += await lookEverywhere(core, table, round, looks)
        await table.write(core, (blocks) => changeIn(core, blocks, writtenIn(round)))
      }
    })
    drop(core, table)
    return { cost, answer }
  },
)

async function makeTable(core: Core): Promise<Owned<Block[]>> {
  const made = await onAllCores(core, makeBlocks)
  const blocks = Array.from({ length: BLOCKS }, (_, number) => {
    return made[number % core.cores]![Math.floor(number / core.cores)]!
  })
  return own(core, blocks)
}

async function lookEverywhere(
  core: Core,
  table: Owned<Block[]>,
  round: number,
  looks: number,
): Promise<number> {
  using ref = await table.borrow(core)
  const sums = await Promise.all(
    Array.from({ length: core.cores }, (_, target) =>
      lend(core, borrowShare, target, ref, round, looks),
    ),
  )
  return sums.reduce((sum, one) => sum + one, 0)
}

async function changeIn(core: Core, blocks: readonly Block[], element: number): Promise<void> {
  const block = blocks[Math.floor(element / BLOCK)]!
  await block.write(core, (values) => void (values[element % BLOCK]! += WRITTEN))
}

export const reRead: ModeCase = {
  name: 're-read',
  operation: 'a look at a random element of a table that is seldom written',
  program: [import.meta.url],
  counts: { delegate: 100_000, ownership: 400_000 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain: () => (count) => {
    const table = Float64Array.from({ length: LENGTH }, (_, element) => valueAt(element))
    const looks = looksPerRound(count)
    let answer = 0
    const start = performance.now()
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < looks; i++) answer += table[elementOf(round * looks + i)]!
      table[writtenIn(round)]! += WRITTEN
    }
    return { seconds: (performance.now() - start) / 1000, answer }
  },
}
