/** What completion costs: reports when cores are quiet, and no message per operation. */
import test from 'ava'
import type { RuntimeMetrics } from '@orujo/core'
import { definitionsIn } from '#core/message/handlers.js'
import { withCluster } from '../../../support/cluster.ts'
import * as program from '../../../support/programs/completion.ts'
import { forSeeds } from '../../../support/schedule.ts'

const definitions = [...definitionsIn(program)]

/** Messages of the runtime's own per message of the program. */
function overhead({ total, messages }: RuntimeMetrics): number {
  const all = messages.flat().reduce((a, b) => a + b, 0)
  return total.controls / (all - total.controls)
}

test('a finish scope over thousands of sends costs a few reports', (t) =>
  forSeeds(10, (schedule) =>
    withCluster({ definitions, coresPerLocale: 4, schedule, ringWords: 4096 }, async (cluster) => {
      t.is(await cluster.run(program.fanOut, 5000), 25_000)
      t.true(overhead(cluster.metrics()) < 0.01)
    }),
  ))

test('a scope on one core, and calls without consequences, cost no message at all', (t) =>
  forSeeds(10, (schedule) =>
    withCluster({ definitions, coresPerLocale: 2, schedule }, async (cluster) => {
      await cluster.run(program.atHome, 100)
      t.is(cluster.metrics().total.controls, 0)
    }),
  ))
