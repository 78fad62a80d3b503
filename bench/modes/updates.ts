/**
 * Fine random updates: every core adds small numbers to random elements of one table.
 *
 * Delegate    one-way messages to the homes of the elements.
 * Ownership   the table is cut into chunks, each behind a lock. A chunk moves to who updates it,
 *             unless memory is shared: a lock and a move for one addition.
 * Means       what it costs to write where others write, too, an element at a time.
 * Not meant   programs that could gather the updates of a chunk first.
 */
import { performance } from 'node:perf_hooks'
import {
  delegate,
  factory,
  free,
  globalArray,
  f64,
  onAllCores,
  reduce,
  symmetricObject,
  task,
  type Core,
  type GlobalArray,
  type SymmetricObject,
} from '@orujo/core'
import { wordAt } from '#kernels/gups/reference.js'
import { inFibres } from './fibres.ts'
import { dropBlocks, makeBlocks, shareBlocks, type Blocks } from './locked-blocks.ts'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'

const LENGTH = 2 ** 14
const CHUNK = 2 ** 8
const CHUNKS = LENGTH / CHUNK
/** One-way updates between two looks at what has arrived. */
const UPDATES_PER_TURN = 1024

type Table = GlobalArray<typeof f64>

/** Element of update number `index`. */
function elementOf(index: number): number {
  return wordAt(index) % LENGTH
}

/** What it adds. */
function amountOf(index: number): number {
  return (index & 7) + 1
}

/** Elements at the wrong place make another sum. */
function weightOf(element: number): number {
  return (element % 13) + 1
}

export { cloneMade, dropBlocks, shareBlocks } from './locked-blocks.ts'
export { meterHere }

export const add = delegate(
  'bench.modes.updates.add',
  (core: Core, table: Table, element: number, amount: number): void => {
    table.local(core)[table.localIndex(element)]! += amount
  },
)

export const sendShare = task(
  'bench.modes.updates.send',
  async (core: Core, table: Table, count: number) => {
    for (let i = core.id; i < count; i += core.cores) {
      const element = elementOf(i)
      const isOpen = core.send(add, table.home(element), table, element, amountOf(i))
      if (!isOpen) await core.drain()
      else if (((i / core.cores) | 0) % UPDATES_PER_TURN === 0) await core.yield()
    }
  },
)

export const weighTable = delegate('bench.modes.updates.weigh', (core: Core, table: Table) => {
  let sum = 0
  for (let element = 0; element < table.length; element++) {
    if (table.home(element) !== core.id) continue
    sum += table.local(core)[table.localIndex(element)]! * weightOf(element)
  }
  return sum
})

export const delegateMode = task(
  'bench.modes.updates.delegate',
  async (core: Core, count: number): Promise<Outcome> => {
    const table = await globalArray(core, f64, LENGTH)
    const cost = await measured(core, async () => {
      await onAllCores(core, sendShare, table, count)
    })
    const answer = await reduce(core, weighTable, 'sum', table)
    await free(core, table)
    return { cost, answer }
  },
)

export const makeChunks = factory('bench.modes.updates.chunks', (core: Core): Blocks => {
  return makeBlocks(core, CHUNKS, CHUNK)
})

export const borrowShare = task(
  'bench.modes.updates.borrow',
  async (core: Core, chunks: SymmetricObject<Blocks>, count: number) => {
    const { all } = chunks.local(core)
    await inFibres(core, count, async (index) => {
      const element = elementOf(index)
      const lock = all[Math.floor(element / CHUNK)]!
      await lock.write(core, (values) => void (values[element % CHUNK]! += amountOf(index)))
      return 0
    })
  },
)

/** Adds up what the chunks made here hold. */
export const weighChunks = task(
  'bench.modes.updates.weigh-chunks',
  async (core: Core, chunks: SymmetricObject<Blocks>): Promise<number> => {
    let sum = 0
    for (const [place, lock] of chunks.local(core).made.entries()) {
      const first = (place * core.cores + core.id) * CHUNK
      sum += await lock.read(core, (values) => weigh(first, values))
    }
    return sum
  },
)

export const ownershipMode = task(
  'bench.modes.updates.ownership',
  async (core: Core, count: number): Promise<Outcome> => {
    const chunks = await symmetricObject(core, makeChunks)
    await onAllCores(core, shareBlocks, chunks)
    const cost = await measured(core, async () => {
      await onAllCores(core, borrowShare, chunks, count)
    })
    const sums = await onAllCores(core, weighChunks, chunks)
    await onAllCores(core, dropBlocks, chunks)
    await free(core, chunks)
    return { cost, answer: sums.reduce((sum, one) => sum + one, 0) }
  },
)

function weigh(first: number, values: { readonly length: number; readonly [i: number]: number }) {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * weightOf(first + i)
  return sum
}

export const updates: ModeCase = {
  name: 'updates',
  operation: 'an addition to a random element of a shared table',
  program: [import.meta.url],
  counts: { delegate: 200_000, ownership: 10_000 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain: () => (count) => {
    const table = new Float64Array(LENGTH)
    const start = performance.now()
    for (let i = 0; i < count; i++) table[elementOf(i)]! += amountOf(i)
    const seconds = (performance.now() - start) / 1000
    return { seconds, answer: weigh(0, table) }
  },
}
