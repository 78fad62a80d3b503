/**
 * The collections under hundreds of schedules: what concurrent tasks of all cores, and the host,
 * saw of one collection is explained by some order of their operations, with combining and without.
 */
import test from 'ava'
import {
  type Core,
  type GlobalCounter,
  type GlobalVector,
  freeCollection,
  globalCounter,
  globalVector,
  i32,
  onAllCores,
  task,
} from '@orujo/core'
import { withCluster } from '../support/cluster.ts'
import { History, checkLinearizable, type SequentialModel } from '../support/linearizability.ts'
import { failure } from '../support/machine.ts'
import {
  type CounterOperation,
  type VectorOperation,
  type VectorSeen,
  counterModel,
  vectorModel,
} from '../support/models.ts'
import { type Schedule, forSeeds, pick, seeded } from '../support/schedule.ts'

const SEEDS = 100
/** Tasks on each core, and operations of each. */
const TASKS = 2
const OPERATIONS = 4

/** One kind of collection: how it is made and used. */
interface Subject<H, O extends readonly unknown[], A> {
  readonly name: string
  make(core: Core, combining: boolean): Promise<H>
  /** An operation nobody else makes; `unique` is a number nobody else gets. */
  choose(schedule: Schedule, unique: number): O
  run(core: Core, handle: H, operation: O): Promise<A>
  readonly model: SequentialModel<unknown, O, A>
}

function suite<H extends { raw: number }, O extends readonly unknown[], A, S>(
  subject: Omit<Subject<H, O, A>, 'model'> & { model: SequentialModel<S, O, A> },
): void {
  const world = { history: new History<O, A>(), unique: 0 }
  const perform = async (core: Core, handle: H, seed: number): Promise<void> => {
    const schedule = seeded(seed)
    for (let i = 0; i < OPERATIONS; i++) {
      const operation = subject.choose(schedule, world.unique++)
      const run = () => subject.run(core, handle, operation)
      await world.history.record(operation, run)
      for (let turns = schedule.choose(3); turns > 0; turns--) await core.yield()
    }
  }
  const worker = task(`test.${subject.name}.worker`, perform as never) as never as typeof workerType
  const workerType = task('test.type', async (_core: Core, _handle: unknown, _seed: number) => {})
  const everybody = task(`test.${subject.name}.all`, (async (core: Core, handle: H, seed: number) => {
    await core.finish((inner) => {
      for (let i = 0; i < TASKS; i++) {
        inner.send(worker, inner.id, handle, seed * 100 + core.id * TASKS + i)
      }
    })
  }) as never) as never as typeof workerType
  const main = task(`test.${subject.name}.main`, async (core: Core, combining: boolean, seed: number) => {
    const handle = await subject.make(core, combining)
    await onAllCores(core, everybody, handle as unknown, seed)
    await freeCollection(core, handle as never)
  })
  const definitions = [worker, everybody, main]

  for (const combining of [true, false]) {
    const how = combining ? 'with combining' : 'without combining'
    test.serial(`${subject.name}, ${how}: some order explains what its users saw`, async (t) => {
      await forSeeds(SEEDS, async (schedule, seed) => {
        world.history = new History()
        const coresPerLocale = 1 + schedule.choose(3)
        const ringWords = pick(schedule, [64, 4096])
        await withCluster({ definitions, coresPerLocale, schedule, ringWords }, async (cluster) => {
          await cluster.run(main, combining, seed)
          await cluster.settle()
          await cluster.checkFreed()
        })
        checkLinearizable(world.history.observed, subject.model)
      })
      t.pass()
    })
  }
}

suite<GlobalCounter, CounterOperation, number | undefined, number>({
  name: 'counter',
  make: (core, combining) => globalCounter(core, { combining }),
  // Powers of a base that no sum reaches tell which additions were seen.
  choose: (schedule, unique) => [pick(schedule, ['add', 'increment']), 1 + (unique % 97)],
  run: async (core, counter, [verb, by]) => {
    if (verb === 'add') return counter.fetchAdd(core, by)
    await counter.increment(core, by)
    return undefined
  },
  model: counterModel,
})

function vectorSuite(name: string, verbs: readonly VectorOperation[0][], capacity?: number): void {
  suite<GlobalVector<number>, VectorOperation, VectorSeen, readonly number[]>({
    name,
    make: (core, combining) =>
      globalVector(core, i32, capacity === undefined ? { combining } : { combining, capacity }),
    choose: (schedule, unique) => {
      const verb = pick(schedule, verbs)
      if (verb === 'push') return [verb, unique]
      return verb === 'read' ? [verb, schedule.choose(3)] : [verb]
    },
    run: async (core, vector, operation) => {
      switch (operation[0]) {
        case 'push': {
          const error = await failure(() => vector.push(core, operation[1]))
          if (error !== undefined && error.code !== 'ORUJO_CAPACITY') throw error
          return error === undefined ? undefined : 'full'
        }
        case 'pop':
          return vector.pop(core)
        case 'dequeue':
          return vector.dequeue(core)
        case 'size':
          return vector.size(core)
        case 'read':
          return vector.read(core, operation[1])
      }
    },
    model: vectorModel(capacity),
  })
}

vectorSuite('stack', ['push', 'push', 'pop'])
vectorSuite('queue', ['push', 'push', 'dequeue'])
vectorSuite('stack and queue', ['push', 'push', 'pop', 'dequeue', 'size', 'read'])
vectorSuite('full vector', ['push', 'push', 'push', 'pop', 'dequeue'], 2)
