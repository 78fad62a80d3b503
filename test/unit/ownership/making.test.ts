/**
 * Making owned objects: what is refused before there is an owner.
 */
import test from 'ava'
import { type Core, f64, i32, struct, task } from '@orujo/core'
import {
  arc,
  configureOwnership,
  own,
  ownArray,
  ownedMap,
  ownVector,
  replicated,
  rwLock,
} from '@orujo/ownership'
import { Cluster } from '../../support/cluster.ts'
import { checkNothingOwned, ownershipCluster } from '../../support/ownership.ts'

const FORGOTTEN = {
  code: 'ORUJO_UNKNOWN_DEFINITION',
  message: /import\.meta\.resolve\('@orujo\/ownership\/program'\).*export \* from/,
}

test('who has not launched the program of ownership is told so by the first object', async (t) => {
  const run = task('test.main', async (core: Core): Promise<void> => {
    t.throws(() => own(core, [1]), FORGOTTEN)
    t.throws(() => ownArray(core, f64, 1), FORGOTTEN)
    t.throws(() => arc(core, 'a'), FORGOTTEN)
    t.throws(() => rwLock(core, 'a'), FORGOTTEN)
    await t.throwsAsync(configureOwnership(core, { checked: true }), FORGOTTEN)
    await t.throwsAsync(ownVector(core, f64, 1))
    await t.throwsAsync(ownedMap(core))
    await t.throwsAsync(replicated(core, 'a'))
  })
  await using cluster = new Cluster({ definitions: [run], locales: 2 })
  await cluster.run(run)
})

test('a length that is no whole number is refused', async (t) => {
  const run = task('test.main', async (core: Core): Promise<void> => {
    for (const length of [-1, 1.5, NaN, Infinity]) {
      for (const type of [i32, struct({ x: f64 })]) {
        t.throws(() => ownArray(core, type, length), {
          code: 'ORUJO_OPTION',
          message: /^length must be a whole number from 0 to \d+, got /,
        })
      }
      await t.throwsAsync(ownVector(core, i32, length), { code: 'ORUJO_OPTION' })
    }
  })
  await using cluster = ownershipCluster({ tasks: [run], locales: 2 })
  await cluster.run(run)
  await checkNothingOwned(cluster)
})
