/**
 * The collections under hundreds of schedules: what concurrent tasks of all cores, and the host,
 * saw of one collection is explained by some order of their operations, with combining and without.
 */
import test from 'ava'
import {
  type Core,
  type GlobalCounter,
  type GlobalHashMap,
  type GlobalHashSet,
  type GlobalVector,
  freeCollection,
  delegate,
  globalCounter,
  globalHashMap,
  globalHashSet,
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
  type MapOperation,
  type MapSeen,
  type MapState,
  type VectorOperation,
  type VectorSeen,
  counterModel,
  mapModel,
  vectorModel,
} from '../support/models.ts'
import { type Schedule, forSeeds, pick, seeded } from '../support/schedule.ts'

const SEEDS = 200
/** Tasks on each core, and operations of each. */
const TASKS = 2
const OPERATIONS = 4

type Handle = Parameters<typeof freeCollection>[1]

/** One kind of collection: how it is made and used. */
interface Subject<H extends Handle, O extends readonly unknown[], A, S> {
  readonly name: string
  make(core: Core, combining: boolean): Promise<H>
  /** An operation nobody else makes; `unique` is a number nobody else gets. */
  choose(schedule: Schedule, unique: number): O
  run(core: Core, handle: H, operation: O): Promise<A>
  readonly model: SequentialModel<S, O, A>
}

const addTo = delegate(
  'test.collections.add-to',
  (_core: Core, held: number | undefined, given: number) => {
    return (held ?? 0) + given
  },
)

function suite<H extends Handle, O extends readonly unknown[], A, S>(
  subject: Subject<H, O, A, S>,
): void {
  const world = { history: new History<O, A>(), unique: 0 }
  const perform = async (core: Core, handle: Handle, seed: number): Promise<void> => {
    const schedule = seeded(seed)
    for (let i = 0; i < OPERATIONS; i++) {
      const operation = subject.choose(schedule, world.unique++)
      const run = () => subject.run(core, handle as H, operation)
      await world.history.record(operation, run)
      for (let turns = schedule.choose(3); turns > 0; turns--) await core.yield()
    }
  }
  const worker = task(`test.${subject.name}.worker`, perform)
  const everybody = task(
    `test.${subject.name}.all`,
    async (core: Core, handle: Handle, seed: number) => {
      await core.finish((inner) => {
        for (let i = 0; i < TASKS; i++) {
          inner.send(worker, inner.id, handle, seed * 100 + core.id * TASKS + i)
        }
      })
    },
  )
  const main = task(
    `test.${subject.name}.main`,
    async (core: Core, combining: boolean, seed: number) => {
      const handle = await subject.make(core, combining)
      await onAllCores(core, everybody, handle, seed)
      await freeCollection(core, handle)
    },
  )
  const definitions = [worker, everybody, main, addTo]

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
vectorSuite('queue', ['push', 'dequeue'])
vectorSuite('stack and queue', ['push', 'push', 'pop', 'dequeue', 'size', 'read'])
vectorSuite('full vector', ['push', 'push', 'push', 'pop', 'dequeue'], 2)

suite<GlobalHashMap<number, number>, MapOperation, MapSeen, MapState>({
  name: 'map',
  make: (core, combining) => globalHashMap(core, i32, i32, { combining }),
  choose: (schedule, unique) => {
    const verb = pick(schedule, ['insert', 'lookup', 'remove', 'update', 'has'] as const)
    const key = schedule.choose(3)
    return verb === 'insert' || verb === 'update' ? [verb, key, unique + 1] : [verb, key]
  },
  run: (core, map, operation) => {
    switch (operation[0]) {
      case 'insert':
        return map.insert(core, operation[1], operation[2])
      case 'lookup':
        return map.lookup(core, operation[1])
      case 'remove':
        return map.remove(core, operation[1])
      case 'update':
        return map.update(core, operation[1], addTo, operation[2])
      case 'has':
        return map.has(core, operation[1])
    }
  },
  model: mapModel,
})

suite<GlobalHashSet<string>, MapOperation, MapSeen, MapState>({
  name: 'set',
  make: (core, combining) => globalHashSet<string>(core, { combining }),
  choose: (schedule) => {
    const verb = pick(schedule, ['insert', 'remove', 'has'] as const)
    const key = schedule.choose(3)
    return verb === 'insert' ? [verb, key, 0] : [verb, key]
  },
  run: (core, set, [verb, key]) => {
    if (verb === 'insert') return set.insert(core, `key ${key}`)
    return verb === 'remove' ? set.remove(core, `key ${key}`) : set.has(core, `key ${key}`)
  },
  model: mapModel,
})
