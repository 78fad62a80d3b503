/** The places that errors name are lines of the user's program. */
import test from 'ava'
import { type Core, task } from '@orujo/core'
import { drop, own, type Owned } from '@orujo/ownership'
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
