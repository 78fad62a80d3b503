/**
 * Unbound tasks under chosen schedules: cores that park, deques of a few records and rings of a few
 * words, so that everything that can be full is full.
 */
import test from 'ava'
import { anywhere } from '@orujo/core'
import { type ClusterOptions, withCluster } from '../../../support/cluster.ts'
import { programDefinitions } from '../../../support/programs/modules.ts'
import * as program from '../../../support/programs/unbound.ts'
import { forSeeds } from '../../../support/schedule.ts'

const SEEDS = 5
/** By one. */
const MORE_THAN_A_TURN = 129

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function forMachines(
  options: Partial<ClusterOptions>,
  body: Parameters<typeof withCluster>[1],
): Promise<void> {
  return forSeeds(SEEDS, (schedule) =>
    withCluster({ definitions: programDefinitions(), schedule, ...options }, body),
  )
}

test('cores that park run every unbound task, and none waits for a wake-up', (t) =>
  forMachines({ isLooping: true, locales: 2, dequeRecords: 4, ringWords: 64 }, async (cluster) => {
    t.deepEqual(await cluster.run(program.sendMany, 60), range(60))
    t.is(await cluster.run(program.fibonacci, 8), 21)
  }))

test('whoever takes turns, tasks are stolen from deques that overflow', (t) =>
  forMachines({ locales: 2, dequeRecords: 4, ringWords: 64 }, async (cluster) => {
    t.deepEqual(await cluster.run(program.sendMany, 200), range(200))
    t.is(await cluster.run(program.forest, 3), (4 * 5 + 1) * 2 ** 3)
    const { total } = cluster.metrics()
    t.true(total.stolenTasks > 0)
    t.true(total.stealAttempts >= total.steals)
  }))

test('a core whose last tasks a thief took says that none wait', async (t) => {
  const options = { definitions: programDefinitions(), dequeRecords: 256 }
  await withCluster(options, async (cluster) => {
    const work = cluster.core(0).finish((inner) => {
      for (let i = 0; i < MORE_THAN_A_TURN; i++) inner.send(program.note, anywhere, i)
    })
    const [owner, thief] = cluster.endpoints
    owner!.scheduler.turn()
    t.true(cluster.metrics().total.queuedUnbound > 0)
    thief!.scheduler.turn()
    t.is(owner!.unbound.waiting, 0)
    owner!.scheduler.turn()
    t.is(cluster.metrics().cores[0]!.queuedUnbound, 0)
    await cluster.until(work)
  })
})

test('policies decide who steals from whom', async (t) => {
  await forMachines({ locales: 2, stealing: 'none' }, async (cluster) => {
    await cluster.run(program.sendMany, 100)
    t.is(cluster.metrics().total.stealAttempts, 0)
  })
  await forMachines({ locales: 2, stealing: 'locale' }, async (cluster) => {
    await cluster.run(program.sendMany, 100)
    const { cores } = cluster.metrics()
    t.deepEqual(
      cores.slice(2).map(({ stolenTasks }) => stolenTasks),
      [0, 0, 0],
    )
  })
})

test('a core that is told no is served later, and asks no second time', (t) =>
  forMachines({ locales: 2, coresPerLocale: 1 }, async (cluster) => {
    await cluster.run(program.sendMany, 300)
    const [, thief] = cluster.metrics().cores
    t.true(thief!.stealAttempts <= thief!.steals + 1)
  }))
