/** The places that errors name are lines of the user's program. */
import test from 'ava'
import { type Core, task } from '@orujo/core'
import { drop, own, type Owned } from '@orujo/ownership'
import { describePlace, PlaceNotes } from '#ownership/place-note.js'
import { failure } from '../../support/machine.ts'
import { checkNothingOwned, ownershipCluster } from '../../support/ownership.ts'

test('the first of two places is a line of the program, not of this package', async (t) => {
  const run = task('test.main', async (core: Core) => {
    const list: Owned<number[]> = own(core, [1])
    const ref = await list.borrow(core)
    const borrowed = await failure(() => list.borrowMut(core))
    t.regex(borrowed!.message, /The first: .*place-note\.test\.[jt]s/)
    ref.release()
    const other = list
    drop(core, list)
    const dropped = await failure(() => other.borrow(core))
    t.regex(dropped!.message, /The first: .*place-note\.test\.[jt]s/)
  })
  await using cluster = ownershipCluster({ tasks: [run] })
  await cluster.run(run)
  await checkNothingOwned(cluster)
})

/** Of `count` moves at time `nowMs`, how many are noted. */
function notedOf(notes: PlaceNotes, count: number): number {
  let noted = 0
  for (let i = 0; i < count; i++) if (notes.ofMove() !== undefined) noted++
  return noted
}

test('what is done very often is noted in a burst, and now and then afterwards', (t) => {
  let nowMs = 5
  const notes = new PlaceNotes(false, () => nowMs)
  t.is(notedOf(notes, 100_000), 1024)
  t.is(notedOf(notes, 100_000), 0, 'no time has passed')
  nowMs += 10
  t.is(notedOf(notes, 100_000), 10, 'one in a millisecond')
  nowMs += 1e6
  t.is(notedOf(notes, 100_000), 1024, 'but no more than a burst')
  t.truthy(notes.ofBorrow(), 'borrows have an allowance of their own')
  t.truthy(notes.ofEnd(), 'and so have their ends')
})

test('in checked mode every place is noted', (t) => {
  const notes = new PlaceNotes(true, () => 0)
  t.is(notedOf(notes, 5000), 5000)
})

test('the worker that a core runs in is no place of the program', (t) => {
  const worker = 'at async onMessage (/app/node_modules/piscina/dist/worker.js:180:22)'
  const mine = 'at main (/app/main.js:1:2)'
  t.is(describePlace({ stack: `Error\n    ${worker}` }), undefined)
  t.is(describePlace({ stack: `Error\n    ${worker}\n    ${mine}` }), mine)
})
