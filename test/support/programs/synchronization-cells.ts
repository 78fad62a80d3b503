/**
 * A program for tests of full-empty cells: tasks of every core and the host that pass values
 * through cells on one.
 */
import { type Core, RemoteFullEmpty, task } from '@orujo/core'
import { everyEndpoint } from './delegates.ts'
import {
  type CellAddress,
  type LedgerAddress,
  drop,
  dropAll,
  makeCell,
  makeLedger,
  note,
  notesOf,
  valueOf,
} from './synchronization.ts'

export const readFull = task(
  'test.sync.read-full',
  async (core: Core, cell: CellAddress, ledger: LedgerAddress) => {
    core.send(note, ledger, await new RemoteFullEmpty(core, cell).readFF())
  },
)

/** What readers on every core get from a cell that is filled after they have come. */
export const readers = task('test.sync.readers', async (core: Core, dst: number, value: number) => {
  const cell = await core.call(makeCell, dst)
  const ledger = await core.call(makeLedger, dst)
  const remote = new RemoteFullEmpty(core, cell)
  await core.finish(async (inner) => {
    for (const id of everyEndpoint(core)) inner.send(readFull, id, cell, ledger)
    for (let i = 0; i < 5; i++) await inner.yield()
    inner.send(note, ledger, -1)
    await inner.call(valueOf, ledger)
    await new RemoteFullEmpty(inner, cell).writeXF(value)
  })
  const notes = await core.call(notesOf, ledger)
  const isFull = await remote.isFull()
  await dropAll(core, [cell, ledger])
  return { notes, isFull }
})

/** What readers on every endpoint got of one cell, round after round; it is emptied in between. */
export const rounds = task('test.sync.rounds', async (core: Core, dst: number, times: number) => {
  const cell = await core.call(makeCell, dst)
  const ledger = await core.call(makeLedger, core.id)
  const remote = new RemoteFullEmpty(core, cell)
  for (let round = 0; round < times; round++) {
    await core.finish(async (inner) => {
      for (const id of everyEndpoint(core)) inner.send(readFull, id, cell, ledger)
      await inner.yield()
      await remote.writeXF(round)
    })
    await remote.reset()
  }
  const notes = await core.call(notesOf, ledger)
  await dropAll(core, [cell, ledger])
  return notes
})

export const readAndAdd = task(
  'test.sync.read-and-add',
  async (core: Core, cell: CellAddress, by: number) => {
    return by + (await new RemoteFullEmpty(core, cell).readFE())
  },
)

/** Answers of tasks that were called on `dst` before the cell there held anything for them. */
export const answeredLater = task('test.sync.answered-later', async (core: Core, dst: number) => {
  const cell = await core.call(makeCell, dst)
  const calls = [100, 200, 300].map((by) => core.call(readAndAdd, dst, cell, by))
  const early = await Promise.race([...calls, core.yield().then(() => 'nobody')])
  const remote = new RemoteFullEmpty(core, cell)
  for (const value of [1, 2, 3]) await remote.writeEF(value)
  const answers = await Promise.all(calls)
  await core.call(drop, dst, cell)
  return [early, ...answers]
})

/** Every operation of a cell in turn. */
export const cellStates = task('test.sync.cell-states', async (core: Core, dst: number) => {
  const address = await core.call(makeCell, dst)
  const cell = new RemoteFullEmpty(core, address)
  const seen: unknown[] = [await cell.readXX(), await cell.tryReadFE(), await cell.isFull()]
  await cell.writeXF(1)
  seen.push(await cell.readXX(), await cell.readFF(), await cell.tryWriteEF(9))
  await cell.writeFF(2)
  seen.push(await cell.readFE(), await cell.isFull(), await cell.tryWriteEF(3))
  const late = cell.writeEF(4)
  seen.push(await cell.readFE())
  await late
  seen.push(await cell.tryReadFE())
  const replaced = cell.writeFF(6)
  await cell.writeEF(5)
  await replaced
  seen.push(await cell.readXX())
  await cell.reset()
  seen.push(await cell.isFull())
  await core.call(drop, dst, address)
  return seen
})

export const produce = task(
  'test.sync.produce',
  async (core: Core, cell: CellAddress, first: number, times: number) => {
    for (let i = 0; i < times; i++) await new RemoteFullEmpty(core, cell).writeEF(first + i)
  },
)

export const consume = task(
  'test.sync.consume',
  async (core: Core, cell: CellAddress, ledger: LedgerAddress, times: number) => {
    for (let i = 0; i < times; i++) {
      core.send(note, ledger, await new RemoteFullEmpty(core, cell).readFE())
    }
  },
)

/** What consumers everywhere took of what producers everywhere put into one cell. */
export const passing = task('test.sync.passing', async (core: Core, dst: number, times: number) => {
  const cell = await core.call(makeCell, dst)
  const ledger = await core.call(makeLedger, dst)
  await core.finish((inner) => {
    for (const id of everyEndpoint(core)) {
      inner.send(produce, id, cell, id * times, times)
      inner.send(consume, id, cell, ledger, times)
    }
  })
  const notes = await core.call(notesOf, ledger)
  await dropAll(core, [cell, ledger])
  return notes.sort((a, b) => a - b)
})

export const pong = task(
  'test.sync.pong',
  async (core: Core, there: CellAddress, back: CellAddress, rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      const value = await new RemoteFullEmpty(core, there).readFE()
      await new RemoteFullEmpty(core, back).writeEF(value + 1)
    }
  },
)

/** A number that two tasks hand to each other through two cells, each adding one. */
export const pingPong = task('test.sync.ping', async (core: Core, dst: number, rounds: number) => {
  const there = await core.call(makeCell, dst)
  const back = await core.call(makeCell, core.id)
  let value = 0
  await core.finish(async (inner) => {
    inner.send(pong, dst, there, back, rounds)
    for (let round = 0; round < rounds; round++) {
      await new RemoteFullEmpty(inner, there).writeEF(value + 1)
      value = await new RemoteFullEmpty(inner, back).readFE()
    }
  })
  await dropAll(core, [there, back])
  return value
})
