/** An outbox that is full to its bound: what the program sends is refused, what is owed is not. */
import test from 'ava'
import { type Core, delegate, task } from '@orujo/core'
import { Cluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

const take = delegate('test.full.take', (_core: Core, _a: number, _b: number) => undefined)

const fail = delegate('test.full.fail', (_core: Core, _value: number) => {
  throw new Error('on purpose')
})

/** Fills everything that may wait for core 1, and goes on without waiting. */
const flood = task('test.full.flood', async (core: Core) => {
  const error: Failure | undefined = await failure(() => {
    for (;;) core.send(take, 1, 1, 2)
  })
  // Single words, until not even those fit.
  await failure(() => {
    for (;;) void core.call(one, 1)
  })
  return error?.code
})

const one = delegate('test.full.one', (_core: Core) => 1)

/** On core 1: asks core 0, which floods core 1, all kinds of things. */
const ask = task('test.full.ask', async (core: Core) => {
  const answers: unknown[] = []
  for (let i = 0; i < 20; i++) {
    const all = [core.call(one, 0), core.call(fail, 0, i), core.call(failLater, 0)]
    for (const outcome of await Promise.allSettled(all)) {
      answers.push(outcome.status === 'fulfilled' ? outcome.value : 'failed')
    }
  }
  return answers
})

const failLater = task('test.full.fail-later', async (core: Core) => {
  await core.yield()
  throw new Error('on purpose')
})

const main = task('test.full.main', async (core: Core) => {
  const asked = core.spawn(ask, 1)
  await core.yield()
  const code = await core.call(flood, 0)
  return { code, answers: await asked.join() }
})

const definitions = [take, fail, flood, one, ask, failLater, main]

test('answers, errors and reports go out through an outbox that is full', (t) =>
  forSeeds(10, async (schedule) => {
    const options = { definitions, schedule, ringWords: 64, outboxBytes: 4096 }
    await using cluster = new Cluster(options)
    const { code, answers } = await cluster.run(main)
    t.is(code, 'ORUJO_OVERFLOW')
    t.deepEqual(answers, Array(20).fill([1, 'failed', 'failed']).flat())
  }))

test('what was refused is counted nowhere', async (t) => {
  await using cluster = new Cluster({ definitions, ringWords: 64, outboxBytes: 4096 })
  await cluster.run(main)
  await cluster.settle()
  const { cores, messages, total } = cluster.metrics()
  t.is(
    total.received,
    messages.flat().reduce((sum, count) => sum + count, 0),
  )
  t.true(cores.every(({ sends }) => sends >= 0))
})
