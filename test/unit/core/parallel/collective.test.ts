/** Collectives: a core that may not take part disturbs nobody who may. */
import test from 'ava'
import { type Core, allReduce, barrier, onAllCores, task } from '@orujo/core'
import { Cluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

const largest = task('test.collective.largest', (core: Core) => allReduce(core, core.id, 'max'))

const definitions = [largest]

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
