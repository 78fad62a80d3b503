/** Collectives: a core that may not take part disturbs nobody who may. */
import test from 'ava'
import { type Core, allReduce, barrier, onAllCores, task } from '@orujo/core'
import { OrujoError } from '#core/errors.js'
import { Cluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

const largest = task('test.collective.largest', (core: Core) => allReduce(core, core.id, 'max'))

const never = task('test.collective.never', (_core: Core) => new Promise<void>(() => undefined))

const definitions = [largest, never]

test('a barrier that the host may not enter is not begun', (t) =>
  forSeeds(20, async (schedule) => {
    await using cluster = new Cluster({ definitions, schedule })
    const both = cluster.host.finish(async (inner) => ({
      error: await failure(() => barrier(inner)),
      values: await onAllCores(inner, largest),
    }))
    const { error, values } = await cluster.until(both)
    t.is(error?.code, 'ORUJO_INVARIANT')
    t.deepEqual(values, [1, 1])
  }))

test('what waits for all cores at the end rejects with the error of the end', async (t) => {
  const cluster = new Cluster({ definitions })
  const all = onAllCores(cluster.host, never)
  all.catch(() => undefined)
  await cluster.settle()
  const end = new OrujoError('ORUJO_CORE_LOST', 'the end')
  for (const endpoint of cluster.endpoints) endpoint.end(end)
  t.is(await failure(() => all), end)
})
