/**
 * Sending what is only borrowed: refused by the compiler, and at the call, with what to do instead.
 */
import test from 'ava'
import { type Core, f64, task } from '@orujo/core'
import {
  drop,
  own,
  ownArray,
  ownedMutex,
  ownVector,
  type Ref,
  type ReadGuard,
  replicated,
} from '@orujo/ownership'
import { checkNothingOwned, ownershipCluster } from '../../support/ownership.ts'

const take = task('test.take', (_core: Core, given: unknown): void => void given)

export const definitions = [
  // @ts-expect-error a borrow
  task('test.ref', (_core: Core, list: Ref<number[]>): number => list.value.length),
  // @ts-expect-error a guard
  task('test.guard', (_core: Core, guard: ReadGuard<number[]>): number => guard.value.length),
]

test('a borrow that is sent is refused with what to do instead', async (t) => {
  const run = task('test.main', async (core: Core): Promise<void> => {
    const refuse = async (borrow: unknown, says: RegExp): Promise<void> => {
      await t.throwsAsync(async () => core.call(take, 1, borrow), {
        code: 'ORUJO_NOT_SENDABLE',
        message: says,
      })
    }
    const list = own(core, [1])
    const values = ownArray(core, f64, 1)
    const vector = await ownVector(core, f64, 10)
    const settings = await replicated(core, [1])
    const mutex = ownedMutex(core, [1])
    {
      using ref = await list.borrow(core)
      await using mut = await values.borrowMut(core)
      using part = vector.share(core, { end: 5 })
      await using right = vector.claim(core, { begin: 5 })
      await using replica = await settings.borrowMut(core)
      for (const borrow of [ref, mut, part, right, replica]) {
        await refuse(borrow, /argument 1 is a borrow, which cannot be sent: lend it to a scoped/)
      }
      await using elements = await right.borrowMut(core)
      await refuse(elements, /is a borrow of elements, .*: lend the right to the range/)
      await using guard = await mutex.lock(core)
      await refuse([guard], /argument 1\[0\] is a guard of a lock, .*: send a clone of the lock/)
    }
    mutex.drop(core)
    for (const owner of [list, values]) drop(core, owner)
    drop(core, vector)
    drop(core, settings)
  })
  await using cluster = ownershipCluster({ tasks: [run, take], locales: 2 })
  await cluster.run(run)
  await cluster.settle()
  await checkNothingOwned(cluster)
})
