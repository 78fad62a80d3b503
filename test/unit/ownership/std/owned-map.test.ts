/** Owned maps and strings on clusters. */
import test from 'ava'
import { task, type Core } from '@orujo/core'
import {
  appendString,
  drop,
  ownString,
  ownedMap,
  type OwnedMap,
  type OwnedString,
  readString,
} from '@orujo/ownership'
import { storeOf } from '#ownership/stores.js'
import { checkLinearizable, History } from '../../../support/linearizability.ts'
import { messagesOf, underSeeds } from '../../../support/ownership-rules.ts'

const fill = task('test.fill', async (core: Core, map: OwnedMap<string, number>, count: number) => {
  for (let i = 0; i < count; i++) {
    await map.set(core, `${core.id} ${i}`, i)
    await map.update(core, 'sum', (sum = 0) => sum + i)
  }
  if (!(await map.delete(core, `${core.id} 0`))) throw new Error('it was there')
  if (await map.delete(core, `${core.id} 0`)) throw new Error('it was gone')
  map.drop(core)
})

test('what any core puts in, every core finds, and no update is lost', async (t) => {
  await underSeeds(
    async (core) => {
      const map = await ownedMap<string, number>(core, { buckets: 5 })
      await Promise.all(
        Array.from({ length: core.cores }, (_, target) => core.call(fill, target, map.clone(), 4)),
      )
      t.is(await map.get(core, 'sum'), 6 * core.cores)
      t.is(await map.read(core, 'sum', (sum) => sum), 6 * core.cores)
      t.is(await map.get(core, 'nothing'), undefined)
      t.is(await map.size(core), 3 * core.cores + 1)
      let sum = 0
      await map.forEach(core, (value, key) => void (sum += key === 'sum' ? 0 : value))
      t.is(sum, 6 * core.cores)
      map.drop(core)
    },
    { tasks: [fill] },
  )
})

const readTwice = task('test.map-read', async (core: Core, map: OwnedMap<number, string>) => {
  const { counts } = storeOf(core)
  await map.read(core, 1, () => 0)
  const before = counts.fetches
  const text = await map.read(core, 1, (value) => value)
  const fetches = counts.fetches - before
  {
    using guard = await map.readBucket(core, 1)
    if (guard.value.get(1) !== text) throw new Error('another value in the bucket')
  }
  await map.update(core, 2, () => 'from there')
  map.drop(core)
  return { text, fetches }
})

test('a bucket that nobody has written is read again without a fetch', async (t) => {
  await underSeeds(
    async (core) => {
      const map = await ownedMap<number, string>(core, { buckets: 3 })
      await map.set(core, 1, 'one')
      const answer = await core.call(readTwice, core.cores - 1, map.clone())
      t.deepEqual(answer, { text: 'one', fetches: 0 })
      t.is(await map.get(core, 2), 'from there')
      map.drop(core)
    },
    { tasks: [readTwice] },
  )
})

type Operation = readonly ['set', number] | readonly ['add', number] | readonly ['get' | 'read']
type Map1 = OwnedMap<string, number>

class Histories {
  readonly history = new History<Operation, number | undefined>()
}

async function perform(core: Core, map: Map1, operation: Operation): Promise<number | undefined> {
  switch (operation[0]) {
    case 'set':
      return void (await map.set(core, 'key', operation[1]))
    case 'add':
      return map.update(core, 'key', (value = 0) => value + operation[1])
    case 'get':
      return map.get(core, 'key')
    case 'read':
      return map.read(core, 'key', (value) => value)
  }
}

const mix = task('test.mix', async (core: Core, map: Map1, operations: Operation[]) => {
  const { history } = core.endpoint.state(Histories, () => new Histories())
  for (const operation of operations) {
    await history.record(operation, () => perform(core, map, operation))
  }
  map.drop(core)
})

test('operations on a key take effect one after another, whichever way they go', async (t) => {
  t.timeout(120_000)
  await underSeeds(
    async (core, { random, cluster }) => {
      const histories = new Histories()
      for (const endpoint of cluster.endpoints) endpoint.state(Histories, () => histories)
      const map = await ownedMap<string, number>(core, { buckets: 1 + random.choose(3) })
      const mixes = Array.from({ length: core.cores }, (_, target) => {
        const operations = Array.from({ length: 3 }, (): Operation => {
          const value = random.choose(100)
          return ([['set', value], ['add', value], ['get'], ['read']] as const)[random.choose(4)]!
        })
        return core.call(mix, target, map.clone(), operations)
      })
      await Promise.all(mixes)
      map.drop(core)
      checkLinearizable<number | undefined, Operation, number | undefined>(
        histories.history.observed,
        {
          initial: undefined,
          apply: (value, operation) => {
            if (operation[0] === 'set') return [operation[1], undefined]
            if (operation[0] !== 'add') return [value, value]
            return [(value ?? 0) + operation[1], (value ?? 0) + operation[1]]
          },
        },
      )
    },
    { tasks: [mix], seeds: 200, shapes: [[2, 2]] },
  )
  t.pass()
})

test('get, set and delete cost two messages, none at home', async (t) => {
  await underSeeds(
    async (core, { cluster }) => {
      const map = await ownedMap<number, number>(core, { buckets: 4 })
      const counts = new Set<number>()
      for (let key = 0; key < 8; key++) {
        for (const work of [
          (inner: Core) => map.set(inner, key, key),
          (inner: Core) => map.get(inner, key),
          (inner: Core) => map.delete(inner, key),
        ]) {
          for (let i = 0; i < 20; i++) await core.yield()
          counts.add(await messagesOf(core, cluster, work))
        }
      }
      t.deepEqual([...counts].sort(), [0, 2])
      map.drop(core)
    },
    { seeds: 5, shapes: [[4, 1]] },
  )
})

const append = task('test.append', async (core: Core, text: OwnedString, more: string) => {
  const length = await appendString(core, text, more)
  if ((await readString(core, text)).length !== length) throw new Error('another length')
  return text
})

test('an owned string grows where it is, and is read everywhere', async (t) => {
  await underSeeds(
    async (core) => {
      let text = ownString(core, 'a')
      for (const more of ['b', 'cd', 'e']) {
        text = await core.call(append, core.cores - 1, text, more)
      }
      t.is(await readString(core, text), 'abcde')
      drop(core, text)
    },
    { tasks: [append] },
  )
})

test('options that a map does not have are refused', async (t) => {
  await underSeeds(async (core) => {
    await t.throwsAsync(ownedMap(core, { buckets: 0 }), { code: 'ORUJO_OPTION' })
    await t.throwsAsync(ownedMap(core, { bucket: 4 } as object), { code: 'ORUJO_OPTION' })
  })
})
