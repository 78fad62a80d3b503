/**
 * Fine random updates: every core adds small numbers to random elements of one table.
 *
 * Delegate    one-way messages to the homes of the elements.
 * Ownership   the table is cut into chunks, each with an owner that lies on a shelf of its core.
 *             Whoever updates takes the owner from there, borrows it exclusively, which moves the
 *             chunk unless memory is shared, and puts it back: a lock and a move for one addition.
 * Means       what it costs to write where others write, too, an element at a time.
 * Not meant   programs that could gather the updates of a chunk first.
 */
import { performance } from 'node:perf_hooks'
import {
  delegate,
  factory,
  free,
  globalArray,
  i32,
  Mutex,
  onAllCores,
  reduce,
  symmetricObject,
  task,
  type Core,
  type GlobalArray,
  type SymmetricObject,
} from '@orujo/core'
import { drop, take, ownArray, type Owned } from '@orujo/ownership'
import { wordAt } from '#kernels/gups/reference.js'
import { inFibres } from './fibres.ts'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'

const LENGTH = 2 ** 14
const CHUNK = 2 ** 8
const CHUNKS = LENGTH / CHUNK
/** One-way updates between two looks at what has arrived. */
const UPDATES_PER_TURN = 1024

type Table = GlobalArray<typeof i32>

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
    const table = await globalArray(core, i32, LENGTH)
    const cost = await measured(core, async () => {
      await onAllCores(core, sendShare, table, count)
    })
    const answer = await reduce(core, weighTable, 'sum', table)
    await free(core, table)
    return { cost, answer, reads: 0 }
  },
)

/** The chunks of one core: those with a number that is `core` modulo the cores. */
interface Shelf {
  readonly owners: Owned<Int32Array>[]
  readonly locks: Mutex[]
}

export const makeShelf = factory('bench.modes.updates.shelf', (core: Core): Shelf => {
  const count = Math.ceil((CHUNKS - core.id) / core.cores)
  return {
    owners: Array.from({ length: count }, () => ownArray(core, i32, CHUNK)),
    locks: Array.from({ length: count }, () => new Mutex()),
  }
})

export const takeOwner = task(
  'bench.modes.updates.take',
  async (core: Core, shelf: SymmetricObject<Shelf>, place: number) => {
    const { locks, owners } = shelf.local(core)
    const ticket = await locks[place]!.acquire()
    return { ticket, owner: take(owners[place]!) }
  },
)

export const putOwner = task(
  'bench.modes.updates.put',
  (
    core: Core,
    shelf: SymmetricObject<Shelf>,
    place: number,
    ticket: number,
    owner: Owned<Int32Array>,
  ): void => {
    const { locks, owners } = shelf.local(core)
    owners[place] = take(owner)
    locks[place]!.giveBack(ticket)
  },
)

export const borrowShare = task(
  'bench.modes.updates.borrow',
  async (core: Core, shelf: SymmetricObject<Shelf>, count: number) => {
    await inFibres(core, count, async (index) => {
      const element = elementOf(index)
      const chunk = Math.floor(element / CHUNK)
      const [home, place] = [chunk % core.cores, Math.floor(chunk / core.cores)]
      const { ticket, owner } = await core.call(takeOwner, home, shelf, place)
      await owner.write(core, (values) => void (values[element % CHUNK]! += amountOf(index)))
      await core.call(putOwner, home, shelf, place, ticket, owner)
      return 0
    })
  },
)

/** Adds up what the chunks of this core hold, and drops them. */
export const weighShelf = task(
  'bench.modes.updates.weigh-shelf',
  async (core: Core, shelf: SymmetricObject<Shelf>): Promise<number> => {
    let sum = 0
    for (const [place, owner] of shelf.local(core).owners.entries()) {
      const first = (place * core.cores + core.id) * CHUNK
      sum += await owner.read(core, (values) => weigh(first, values))
      drop(core, owner)
    }
    return sum
  },
)

export const ownershipMode = task(
  'bench.modes.updates.ownership',
  async (core: Core, count: number): Promise<Outcome> => {
    const shelf = await symmetricObject(core, makeShelf)
    const cost = await measured(core, async () => {
      await onAllCores(core, borrowShare, shelf, count)
    })
    const sums = await onAllCores(core, weighShelf, shelf)
    await free(core, shelf)
    return { cost, answer: sums.reduce((sum, one) => sum + one, 0), reads: 0 }
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
    const table = new Int32Array(LENGTH)
    const start = performance.now()
    for (let i = 0; i < count; i++) table[elementOf(i)]! += amountOf(i)
    const seconds = (performance.now() - start) / 1000
    return { seconds, answer: weigh(0, table) }
  },
}
