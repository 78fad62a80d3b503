/** The flat combiner in a running core: its messages, and its failures. */
import test from 'ava'
import {
  Answers,
  type Combining,
  type Core,
  FlatCombiner,
  type GlobalAddress,
  type GlobalCounter,
  type GlobalVector,
  allocate,
  combiningFetchAdd,
  f64,
  free,
  freeCollection,
  globalCounter,
  globalVector,
  i32,
  task,
} from '@orujo/core'
import { withCluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'

interface Batch {
  readonly answers: Answers
}

/** A combiner whose rounds all fail: by a rejection, or before anything was sent. */
function failingCombiner(core: Core, isThrowing: boolean): FlatCombiner<Batch, void> {
  const plan: Combining<Batch, void> = {
    name: 'test.combiner.failing',
    open: () => ({ answers: new Answers(core.endpoint, 'test.combiner.failing') }),
    send: () => {
      if (isThrowing) throw new RangeError('refused')
      return Promise.reject(new RangeError('refused'))
    },
    settle: () => undefined,
    fail: ({ answers }, error) => answers.rejectAll(error),
  }
  return new FlatCombiner(core.endpoint, plan)
}

const failing = task('test.combiner.failing', async (core: Core, isThrowing: boolean) => {
  const combiner = failingCombiner(core, isThrowing)
  const shared = failure(() => combiner.join(core).done)
  const own = failure(() => combiner.join(core).batch.answers.wait())
  const scope = await failure(() => core.finish((inner) => void combiner.joinOneWay(inner)))
  const messages = [await shared, await own, scope?.cause as Error].map((error) => error?.message)
  return { messages, code: scope?.code, isIdle: combiner.isIdle }
})

test('a round that fails rejects who waits, and fails the scope of who does not', (t) =>
  withCluster({ definitions: [failing] }, async (cluster) => {
    for (const isThrowing of [false, true]) {
      const { messages, code, isIdle } = await cluster.run(failing, isThrowing)
      t.deepEqual(messages, ['refused', 'refused', 'refused'])
      t.is(code, 'ORUJO_WORK_FAILED')
      t.true(isIdle)
    }
  }))

const OPERATIONS = 1000

/** Calls that a core makes for many operations at once, of each kind. */
const counting = task('test.combiner.counting', async (core: Core) => {
  const counter = await globalCounter(core)
  const vector = await globalVector(core, i32)
  const address = await allocate(core, f64, 0)
  await core.call(many, 1, counter, vector, address)
  const results = [await counter.value(core), await vector.size(core)]
  await freeCollection(core, counter)
  await freeCollection(core, vector)
  await free(core, address)
  return results
})

const many = task(
  'test.combiner.many',
  async (
    core: Core,
    counter: GlobalCounter,
    vector: GlobalVector<number>,
    address: GlobalAddress<typeof f64>,
  ) => {
    const operations: Promise<unknown>[] = []
    for (let i = 0; i < OPERATIONS; i++) {
      operations.push(counter.increment(core), vector.push(core, i))
      operations.push(combiningFetchAdd(core, address, 1))
    }
    await Promise.all(operations)
  },
)

test('a thousand operations of one core at once are a message or two', (t) =>
  withCluster({ definitions: [counting, many] }, async (cluster) => {
    t.deepEqual(await cluster.run(counting), [OPERATIONS, OPERATIONS])
    const { calls } = cluster.metrics().cores[1]!
    t.true(calls <= 4, `${calls} calls`)
  }))
