/**
 * What plain JavaScript may hand to ownership, past the compiler: it is refused by an error that
 * says what was wrong, and whatever was owned before is owned still, and can be used.
 */
import type { ExecutionContext } from 'ava'
import { type Core, f64, i32, objectDelegate, task } from '@orujo/core'
import {
  type Owned,
  type ReplicaMut,
  arc,
  atomicI32,
  atomicI64,
  channel,
  delegateRead,
  drop,
  gone,
  lend,
  lockOwned,
  move,
  own,
  ownArray,
  ownVector,
  ownedMap,
  ownedMutex,
  ownedObjects,
  replicated,
  scopedTask,
  shareOwned,
  spawnTo,
  take,
  tie,
  update,
} from '@orujo/ownership'
import type { Cluster } from '../../support/cluster.ts'
import { refused } from '../../support/misuse.ts'
import { ownershipRule } from '../../support/ownership-rules.ts'

/** On core 0 of 2 x 1: what is refused does not depend on the schedule. */
function rule(
  title: string,
  main: (core: Core, t: ExecutionContext, cluster: Cluster) => Promise<void>,
  tasks: readonly unknown[] = [],
): void {
  const once = { tasks, seeds: 1, shapes: [[2, 1]] } as const
  ownershipRule(title, (core, t, { cluster }) => main(core, t, cluster), once)
}

/** Anything, as JavaScript has it. */
const untyped = (value: unknown): never => value as never
const anyOwner = (value: unknown): Owned<number[]> => value as Owned<number[]>

const keep = task('test.keep', (_core: Core, _handle: unknown): void => undefined)
const add = objectDelegate('test.add', (_core: Core, list: number[], value: number) =>
  list.push(value),
)

rule('an owner that was dropped without a core is owned still', async (core, t) => {
  const list = own(core, [1])
  for (const nothing of [undefined, null]) t.throws(() => drop(untyped(nothing), anyOwner(list)))
  t.is(await list.read(core, (values) => values.length), 1)
  drop(core, list)
})

rule('handles of all kinds are dropped alike, and of an Arc just the one', async (core, t) => {
  const names = arc(core, ['a'])
  const other = names.clone()
  const map = await ownedMap<number, number>(core, { buckets: 2 })
  for (const handle of [names, map, ownedMutex(core, 1), atomicI32(core, 1)]) drop(core, handle)
  t.is(await other.read(core, (list) => list.join()), 'a')
  other.drop(core)
})

rule(
  'what is no owner is refused where one is expected, and is lost to nobody',
  async (core, t) => {
    const vector = await ownVector(core, f64, 4)
    const settings = await replicated(core, { limit: 1 })
    const names = arc(core, ['a'])
    for (const wrong of [undefined, null, 5, {}, vector, settings, names, ownedMap]) {
      for (const use of [
        () => tie(untyped(wrong)),
        () => lockOwned(core, untyped(wrong)),
        () => shareOwned(core, untyped(wrong)),
        () => update(core, untyped(wrong), add, 1),
        () => delegateRead(core, untyped(wrong), untyped(add), 1),
      ]) {
        const error = await t.throwsAsync(async () => use(), { code: 'ORUJO_INVARIANT' })
        t.regex(error?.message ?? '', /an owner was expected/)
      }
    }
    for (const wrong of [undefined, null, 5, {}]) {
      t.throws(() => drop(core, anyOwner(wrong)), { code: 'ORUJO_INVARIANT' })
      t.throws(() => gone(anyOwner(wrong)), { code: 'ORUJO_INVARIANT' })
      t.throws(() => take(anyOwner(wrong)), { code: 'ORUJO_INVARIANT' })
      t.throws(() => move(anyOwner(wrong), () => undefined), { code: 'ORUJO_INVARIANT' })
    }
    t.is(vector.length + settings.version, 5)
    drop(core, vector)
    drop(core, settings)
    names.drop(core)
  },
  [add],
)

rule(
  'an owner that was put into what it owns is refused, and can be taken out',
  async (core, t) => {
    const list = own<unknown[]>(core, [1])
    await list.write(core, (values) => void (values as unknown[]).push(list))
    const { message } = await refused(t, 'OWN_NESTED', () => list.read(core, () => 1), {
      first: undefined,
    })
    t.regex(message, /inside itself/)
    await list.write(core, (values) => void values.pop())
    t.is(await list.read(core, (values) => values.length), 1)
    drop(core, list)
  },
)

rule('a value of many levels is written after it was read', async (core, t) => {
  interface Link {
    next?: Link
    mark?: number
  }
  const chain: Link = {}
  for (let i = 0, last = chain; i < 50_000; i++) last = last.next = {}
  const links = own(core, chain)
  await links.read(core, () => 1)
  await links.write(core, (link) => void (link.mark = 1))
  t.is(await links.read(core, (link) => link.mark), 1)
  drop(core, links)
})

rule('a field that is called __proto__ stays a field', async (core, t) => {
  const value = JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>
  const fields = own(core, { value, bare: Object.assign(Object.create(null), { b: 2 }) as object })
  await fields.read(core, () => 1)
  await fields.write(core, (it) => {
    t.deepEqual(Object.entries(it.value), [['__proto__', { a: 1 }]])
    t.is(Object.getPrototypeOf(it.value), Object.prototype)
    t.is(Object.getPrototypeOf(it.bare), null)
  })
  drop(core, fields)
})

rule('typed memory has a type and a whole number of elements', async (core, t) => {
  for (const wrong of [1.5, '4', null, undefined, 4n, NaN, -1, Infinity]) {
    t.throws(() => ownArray(core, i32, untyped(wrong)), { code: 'ORUJO_OPTION' })
  }
  for (const wrong of [undefined, null, 'f64', {}]) {
    t.throws(() => ownArray(core, untyped(wrong), 4), { code: 'ORUJO_INVARIANT' })
  }
  await Promise.resolve()
})

rule('a map refuses what is no key, and values with owners', async (core, t) => {
  const map = await ownedMap<number, unknown>(core, { buckets: 2 })
  for (const wrong of [undefined, null, {}, [1], Symbol('key')]) {
    for (const use of [
      () => map.get(core, untyped(wrong)),
      () => map.set(core, untyped(wrong), 1),
      () => map.delete(core, untyped(wrong)),
      () => map.update(core, untyped(wrong), () => 1),
    ]) {
      await t.throwsAsync(use, { code: 'ORUJO_OPTION' })
    }
  }
  const list = own(core, [1])
  for (const key of [0, 1, 2, 3]) {
    await t.throwsAsync(map.set(core, key, { list }), { code: 'OWN_NESTED' })
    await t.throwsAsync(
      map.update(core, key, () => [list]),
      { code: 'OWN_NESTED' },
    )
    await map.set(core, key, key)
  }
  t.is(await map.size(core), 4)
  t.is(await list.read(core, (values) => values.length), 1)
  drop(core, list)
  map.drop(core)
})

rule(
  'a handle is handed over only by the core that it is on',
  async (core, t, cluster) => {
    const list = own(core, [1])
    const vector = await ownVector(core, f64, 4)
    const settings = await replicated(core, { limit: 1 })
    const names = arc(core, ['a'])
    const [sender, receiver] = channel(core)
    for (const other of [cluster.core(1), cluster.host]) {
      for (const handle of [list, vector, settings, names, sender, receiver]) {
        await t.throwsAsync(async () => other.call(keep, 0, untyped(handle)), {
          code: 'OWN_FOREIGN',
        })
        const isHost = other.id === other.host
        const here = other.id
        if (!isHost) t.throws(() => spawnTo(other, here, keep, handle), { code: 'OWN_FOREIGN' })
      }
    }
    t.throws(() => own(cluster.core(1), [list]), { code: 'OWN_FOREIGN' })
    drop(core, list)
    drop(core, vector)
    drop(core, settings)
    names.drop(core)
    sender.drop(core)
    receiver.drop(core)
  },
  [keep],
)

rule(
  'a map that is made on the host is refused, and nothing of it is made',
  async (core, t, cluster) => {
    await t.throwsAsync(ownedMap(cluster.host), { code: 'OWN_FOREIGN' })
    t.is((await ownedObjects(core)).length, 0)
  },
)

rule('an atomic is of one kind of number', async (core, t) => {
  for (const wrong of [undefined, '1', {}, 1n]) {
    t.throws(() => atomicI32(core, untyped(wrong)), { code: 'ORUJO_OPTION' })
  }
  t.throws(() => atomicI64(core, untyped(1)), { code: 'ORUJO_OPTION' })
  const total = atomicI64(core, 1n)
  for (const use of [
    () => total.store(core, untyped(1)),
    () => total.fetchAdd(core, untyped(1)),
    () => total.exchange(core, untyped(undefined)),
    () => total.compareExchange(core, 1n, untyped(1)),
  ]) {
    await t.throwsAsync(use, { code: 'ORUJO_OPTION' })
  }
  t.is(await total.load(core), 1n)
  total.drop(core)
})

const touch = scopedTask('test.touch', (_core: Core, settings: ReplicaMut<{ limit: unknown }>) => {
  settings.value.limit = 2
})

rule(
  'a replicated object that cannot be lent stays with its writer',
  async (core, t) => {
    const settings = await replicated<{ limit: unknown }>(core, { limit: 1 }, { publish: 'push' })
    const mut = await settings.borrowMut(core)
    mut.value.limit = () => 1
    await t.throwsAsync(lend(core, touch, 1, mut), { code: 'ORUJO_NOT_SENDABLE' })
    mut.value.limit = 3
    await lend(core, touch, 1, mut)
    t.is(mut.view.limit, 2)
    await mut.release()
    drop(core, settings)
  },
  [touch],
)
