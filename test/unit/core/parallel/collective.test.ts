/** Collectives: a core that may not take part disturbs nobody who may. */
import test from 'ava'
import { type Core, allGather, allReduce, barrier, onAllCores, scan, task } from '@orujo/core'
import { OrujoError } from '#core/errors.js'
import { Cluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'
import { forSeeds, seeded } from '../../../support/schedule.ts'

const largest = task('test.collective.largest', (core: Core) => allReduce(core, core.id, 'max'))

const never = task('test.collective.never', (_core: Core) => new Promise<void>(() => undefined))

/** Enters barriers without waiting for them, and ends at once. */
const hurry = task('test.collective.hurry', (core: Core, count: number) => {
  const barriers = Array.from({ length: count }, () => failure(() => barrier(core)))
  core.endpoint.state(Hurried, () => new Hurried()).barriers = barriers
})

class Hurried {
  barriers: Promise<Error | undefined>[] = []
}

/** Random collectives, the same on every core, some under way at once; what is wrong with them. */
const random = task('test.collective.random', async (core: Core, seed: number) => {
  const shared = seeded(seed)
  const own = seeded(seed * 1000 + core.id)
  const ids = Array.from({ length: core.cores }, (_, id) => id)
  const wrong: string[] = []
  let pending: Promise<void>[] = []
  const check = async (what: string, answer: Promise<unknown>, expected: unknown) => {
    const found = JSON.stringify(await answer)
    if (found !== JSON.stringify(expected)) wrong.push(`${what}: ${found}`)
  }
  for (let step = 0; step < 30; step++) {
    const value = shared.choose(100)
    const values = ids.map((id) => value * (id + 1))
    const before = values.slice(0, core.id + 1).reduce((a, b) => a + b)
    const mine = values[core.id]!
    const sum = values.reduce((a, b) => a + b)
    switch (shared.choose(5)) {
      case 0:
        pending.push(check('sum', allReduce(core, mine, 'sum'), sum))
        break
      case 1:
        pending.push(check('scan', scan(core, mine, 'sum'), before))
        break
      case 2:
        pending.push(check('gather', allGather(core, mine), values))
        break
      case 3: {
        const part = allReduce(core, Int32Array.of(mine, step), 'sum')
        pending.push(
          check(
            'array',
            part.then((array) => [...array]),
            [sum, step * core.cores],
          ),
        )
        break
      }
      default:
        pending.push(barrier(core))
    }
    if (shared.choose(3) === 0) {
      await Promise.all(pending)
      pending = []
    } else if (own.choose(3) === 0) await core.yield()
  }
  await Promise.all(pending)
  return wrong
})

const definitions = [largest, never, hurry, random]

test('random collectives, many under way at once, give what one core alone computes', (t) =>
  forSeeds(60, async (schedule, seed) => {
    const locales = 1 + (seed % 2)
    await using cluster = new Cluster({ definitions, schedule, locales, ringWords: 128 })
    const wrong = await cluster.until(onAllCores(cluster.core(0), random, seed))
    t.deepEqual(wrong.flat(), [])
  }))

test('a task that ends before its collective does has still come', (t) =>
  forSeeds(60, async (schedule) => {
    await using cluster = new Cluster({ definitions, schedule, coresPerLocale: 3 })
    await cluster.until(onAllCores(cluster.core(1), hurry, 3))
    for (let id = 0; id < cluster.cores; id++) {
      const { barriers } = cluster.core(id).endpoint.state(Hurried, () => new Hurried())
      t.deepEqual(await cluster.until(Promise.all(barriers)), Array(3).fill(undefined))
    }
  }))

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
