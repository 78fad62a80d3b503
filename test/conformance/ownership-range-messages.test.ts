/**
 * What vectors and replicated objects cost in messages, in a runtime where nothing else happens:
 * as much with many readers before as with none.
 */
import test, { type ExecutionContext } from 'ava'
import { type Core, f64, i32, task } from '@orujo/core'
import {
  type ExclusiveRange,
  type OwnedVector,
  type ReplicaMut,
  type ReplicaRef,
  type SharedRange,
  drop,
  lend,
  ownVector,
  replicatedArray,
  scopedTask,
} from '@orujo/ownership'
import type { Cluster } from '../support/cluster.ts'
import { checkNothingOwned, ownershipCluster } from '../support/ownership.ts'

type I32 = typeof i32

/** A call of the program's own, and its answer. */
const CALL = 2
const FETCH = 2
const WRITE_OWNER = 2
const FREE = 1

/** Elements on each core. */
const PART = 16

const add = scopedTask('costs.add', async (core: Core, range: ExclusiveRange<I32>) => {
  await using mut = await range.borrowMut(core)
  for (let i = range.begin; i < range.end; i++) mut.set(i, mut.at(i) + 1)
})
const look = scopedTask('costs.look', async (core: Core, range: ExclusiveRange<I32>) => {
  await using mut = await range.borrowMut(core)
  return mut.at(range.begin)
})
const total = scopedTask('costs.total', async (core: Core, range: SharedRange<I32>) => {
  using ref = await range.borrow(core)
  let sum = 0
  for (let i = range.begin; i < range.end; i++) sum += ref.at(i)
  return sum
})
const keep = task('costs.keep', (_core: Core, vector: OwnedVector<I32>) => vector)
const first = scopedTask('costs.first', (_core: Core, list: ReplicaRef<Float64Array>) => {
  return list.value[0]!
})
const bump = scopedTask('costs.bump', (_core: Core, list: ReplicaMut<Float64Array>) => {
  list.value[0]!++
})
const tasks = [add, look, total, keep, first, bump]

/** A runtime, and what things cost on its core 0. */
class Costs {
  readonly cluster: Cluster
  readonly core: Core
  readonly #t: ExecutionContext

  constructor(t: ExecutionContext, locales: number, coresPerLocale: number) {
    this.#t = t
    const sizes = { heapBytes: 2 ** 14, sharedBytes: 2 ** 13, ringWords: 256 }
    this.cluster = ownershipCluster({ tasks, locales, coresPerLocale, ...sizes })
    this.core = this.cluster.core(0)
  }

  async is<R>(what: string, expected: number, work: () => R | Promise<R>): Promise<R> {
    await this.cluster.settle()
    const before = this.#messages()
    const result = await this.until(Promise.resolve(work()))
    await this.cluster.settle()
    this.#t.is(this.#messages() - before, expected, what)
    return result
  }

  until<R>(promise: Promise<R>): Promise<R> {
    return this.cluster.until(promise)
  }

  async end(): Promise<void> {
    await this.cluster.settle()
    await checkNothingOwned(this.cluster)
    await this.cluster[Symbol.asyncDispose]()
  }

  #messages(): number {
    const { messages, total: counts } = this.cluster.metrics()
    // Without the reports of scopes, which are about all that was sent since the last one.
    return messages.flat().reduce((all, count) => all + count, 0) - counts.controls
  }
}

test('a range that is in the locale is borrowed without a message', async (t) => {
  const costs = new Costs(t, 1, 4)
  const { core } = costs
  const vector = await costs.until(ownVector(core, i32, 4 * PART))
  await costs.is('read', 0, () => vector.read(core, (range) => range.at(PART)))
  await costs.is('write', 0, () => vector.write(core, (range) => range.set(3 * PART, 1)))
  await costs.is('claim and split', 0, async () => {
    await using all = vector.claim(core)
    await all.chunks(3)[1]!.release()
  })
  drop(core, vector)
  await costs.end()
})

test('a remote range is fetched once for each segment, and a part of it not again', async (t) => {
  const costs = new Costs(t, 4, 1)
  const { core } = costs
  const vector = await costs.until(ownVector(core, i32, 4 * PART))
  const range = { begin: PART, end: 3 * PART }
  const part = { begin: PART + 3, end: PART + 5 }
  await costs.is('read of two parts', 2 * FETCH, () => vector.read(core, () => 0, range))
  await costs.is('again', 0, () => vector.read(core, () => 0, range))
  await costs.is('less', 0, () => vector.read(core, () => 0, part))
  await costs.is('more', FETCH, () => vector.read(core, () => 0, { begin: PART }))
  await costs.is('a write there', CALL + WRITE_OWNER, async () => {
    await using all = vector.claim(core, { begin: 3 * PART })
    await lend(core, add, 3, all)
  })
  await costs.is('three at once', FETCH, () => {
    const ranges = [0, 2, 5].map((k) => ({ begin: 3 * PART + k }))
    return Promise.all(ranges.map((one) => vector.read(core, () => 0, one)))
  })
  drop(core, vector)
  await costs.end()
})

for (const readers of [0, 3]) {
  test(`a write costs what it costs, with ${readers} readers before`, async (t) => {
    const costs = new Costs(t, 4, 1)
    const { core } = costs
    const vector = await costs.until(ownVector(core, i32, 4 * PART))
    const range = { begin: PART + 2, end: PART + 6 }

    /** All readers have a copy then. */
    const readByAll = async (): Promise<void> => {
      using all = vector.share(core)
      const targets = Array.from({ length: readers }, (_, i) => 1 + i)
      await costs.until(Promise.all(targets.map((target) => lend(core, total, target, all))))
    }

    await readByAll()
    await costs.is('here', 0, () => vector.write(core, (mut) => mut.set(0, 1), { end: 4 }))
    await readByAll()
    await costs.is('where it is, lent', CALL + WRITE_OWNER, async () => {
      await using all = vector.claim(core, range)
      await lend(core, add, all.home, all)
    })
    await readByAll()
    await costs.is('elsewhere, lent', CALL + FETCH + WRITE_OWNER + FREE, async () => {
      await using all = vector.claim(core, range)
      await lend(core, add, 2, all)
    })
    await readByAll()
    await costs.is('lent and not written', CALL, async () => {
      await using all = vector.claim(core, range)
      await lend(core, look, 2, all)
    })
    await readByAll()
    await costs.is('moved here', FETCH + FREE, () => {
      return vector.write(core, (mut) => mut.set(PART + 2, 5), range)
    })
    drop(core, vector)
    await costs.end()
  })
}

test('a vector that is sent costs nothing beside the message', async (t) => {
  const costs = new Costs(t, 4, 1)
  const { core } = costs
  const made = await costs.until(ownVector(core, i32, 4 * PART))
  const vector = await costs.is('there and back', CALL, () => core.call(keep, 3, made))
  drop(core, vector)
  await costs.end()
})

for (const publish of ['pull', 'push'] as const) {
  test(`a replicated object is read where it is, once it has come by ${publish}`, async (t) => {
    const costs = new Costs(t, 4, 1)
    const { core } = costs
    const list = await costs.until(replicatedArray(core, f64, 8, { publish }))
    const pushes = publish === 'push' ? 3 * CALL : 0
    const fetches = publish === 'pull' ? FETCH : 0

    const readOn3 = async (): Promise<number> => {
      using ref = await list.borrow(core)
      return await lend(core, first, 3, ref)
    }

    await costs.is('zeros are everywhere', CALL, readOn3)
    await costs.is('write here', pushes, () => list.write(core, (view) => void view.fill(1)))
    await costs.is('read there', CALL + fetches, readOn3)
    await costs.is('again', CALL, readOn3)
    await costs.is('write there', CALL + WRITE_OWNER + pushes + fetches, async () => {
      await using mut = await list.borrowMut(core)
      await lend(core, bump, 3, mut)
    })
    await costs.is('read here', 0, () => list.read(core, (view) => view[0]))
    drop(core, list)
    await costs.end()
  })
}
