/**
 * The steps of replicated objects one by one: what each of them is for, and what is left when one
 * of them fails.
 */
import { type Core, task } from '@orujo/core'
import {
  type Owned,
  type ReplicaMut,
  type ReplicaRef,
  type Replicated,
  drop,
  lend,
  own,
  replicated,
  scopedTask,
} from '@orujo/ownership'
import { storeOf } from '#ownership/stores.js'
import { failure } from '../../support/machine.ts'
import { ownershipRule as rule } from '../../support/ownership-rules.ts'

const add = scopedTask('test.add', (_core: Core, list: ReplicaMut<number[]>, item: number) => {
  list.value.push(item)
})
const addThere = scopedTask(
  'test.add-there',
  async (core: Core, list: ReplicaMut<number[]>, target: number, item: number) => {
    await lend(core, add, target, list, item)
  },
)
const text = scopedTask('test.text', async (core: Core, list: ReplicaRef<number[]>) => {
  await core.yield()
  return list.value.join()
})

rule(
  'what is lent exclusively is not used meanwhile, and what was written before is not lost',
  async (core, t) => {
    const list = await replicated<number[]>(core, [])
    {
      using ref = await list.borrow(core)
      t.is(await lend(core, text, core.cores - 1, ref), '')
    }
    {
      await using mut = await list.borrowMut(core)
      mut.value.push(1)
      const lent = lend(core, add, core.cores - 1, mut, 2)
      await core.yield()
      t.is((await failure(() => mut.value))?.code, 'OWN_BORROWED')
      t.is((await failure(() => mut.release()))?.code, 'OWN_BORROWED')
      await lent
      t.is(mut.view.join(), '1,2')
    }
    t.is(await list.read(core, (items) => items.join()), '1,2')
    drop(core, list)
  },
  { tasks: [add, text] },
)

rule(
  'what a borrower of a borrower has written is known to the owner',
  async (core, t) => {
    const list = await replicated<number[]>(core, [])
    {
      await using mut = await list.borrowMut(core)
      await lend(core, addThere, core.cores - 1, mut, core.cores >> 1, 1)
      t.is(mut.view.join(), '1')
    }
    using ref = await list.borrow(core)
    t.is(await lend(core, text, core.cores - 1, ref), '1')
    ref.release()
    drop(core, list)
  },
  { tasks: [add, addThere, text] },
)

rule('to look at what is being written does not freeze it', async (core, t) => {
  const list = await replicated<number[]>(core, [])
  await using mut = await list.borrowMut(core)
  const items = mut.value
  t.is(mut.view.length, 0)
  items.push(1)
  await mut.release()
  t.is(await list.read(core, (found) => found.join()), '1')
  drop(core, list)
})

/** What core 0 owns; cores of a cluster share it, being on one thread. */
class Known {
  list: Replicated<number[]> | undefined

  static of({ endpoint }: Pick<Core, 'endpoint'>): Known {
    return endpoint.state(Known, () => new Known())
  }
}

const versionAfter = scopedTask(
  'test.version-after',
  async (core: Core, list: ReplicaMut<number[]>) => {
    list.value.push(1)
    await list.release()
    return Known.of(core).list!.version
  },
)

rule(
  'the owner has a new version when the borrow that made it has ended',
  async (core, t, { cluster }) => {
    const known = Known.of(core)
    for (const endpoint of cluster.endpoints) endpoint.state(Known, () => known)
    known.list = await replicated<number[]>(core, [])
    const mut = await known.list.borrowMut(core)
    t.is(await lend(core, versionAfter, core.cores - 1, mut), 2)
    await mut.release()
    drop(core, known.list)
  },
  { tasks: [versionAfter] },
)

rule(
  'what is lent to be read stays borrowed though its lender has ended',
  async (core, t) => {
    const list = await replicated(core, [1, 2])
    const ref = await list.borrow(core)
    const lent = lend(core, text, core.cores - 1, ref)
    ref.release()
    t.is((await failure(() => list.borrowMut(core)))?.code, 'OWN_BORROWED')
    t.is(await lent, '1,2')
    await list.write(core, (items) => void items.push(3))
    drop(core, list)
  },
  { tasks: [text] },
)

rule(
  'a replicated object is of no use on another core',
  async (core, t, { cluster }) => {
    const list = await replicated<number[]>(core, [])
    const other = cluster.core(1)
    for (const use of [
      () => list.borrow(other),
      () => list.borrowMut(other),
      () => list.tryBorrow(other),
      () => drop(other, list),
    ]) {
      t.is((await failure(use))?.code, 'OWN_FOREIGN')
    }
    drop(core, list)
  },
  { shapes: [[1, 2]], seeds: 1 },
)

rule(
  'a version is pulled once, and never another in its place',
  async (core, t, { cluster }) => {
    const list = await replicated<number[]>(core, [])
    {
      await using mut = await list.borrowMut(core)
      await lend(core, add, 1, mut, 1)
      await mut.release()
      // Brought back by the end of the loan; so this is written there once more, by force.
      const there = list.hold.replica(cluster.core(1))
      const here = list.hold.replica(core)
      here.version = 0
      there.version++
      t.is((await failure(() => list.borrowMut(core)))?.code, 'OWN_ESCAPED')
      t.is((await failure(() => list.borrow(core)))?.code, 'OWN_ESCAPED')
      there.version--
    }
    const { counts } = storeOf(core)
    const before = counts.fetches
    const seen = await Promise.all([1, 2, 3].map(() => list.read(core, (items) => items.join())))
    t.deepEqual(seen, ['1', '1', '1'])
    t.is(counts.fetches, before + 1)
    const replica = list.hold.replica(core)
    replica.accept(core, new Uint8Array(8), replica.version)
    replica.accept(core, new Uint8Array(8), 1)
    t.is(await list.read(core, (items) => items.join()), '1')
    drop(core, list)
  },
  { tasks: [add], shapes: [[2, 1]], seeds: 4 },
)

for (const publish of ['pull', 'push'] as const) {
  rule(
    `what cannot be shared is refused, and can be mended or dropped (${publish})`,
    async (core, t) => {
      const value: { inner?: Owned<number> } = {}
      const box = await replicated(core, value, { publish })
      const inner = own(core, 1)
      const mut = await box.borrowMut(core)
      mut.value.inner = inner
      const isTold = publish === 'push' && core.cores > 1
      t.is((await failure(() => mut.release()))?.code, isTold ? 'OWN_NESTED' : undefined)
      t.is((await failure(() => box.tryBorrow(core)))?.code, 'OWN_NESTED')
      t.is((await failure(() => box.borrow(core)))?.code, 'OWN_NESTED')
      await box.write(core, (content) => void delete content.inner)
      t.true(await box.read(core, ({ inner: found }) => found === undefined))
      drop(core, inner)
      drop(core, box)
    },
  )
}

const visit = task('test.visit', async (core: Core, list: Replicated<number[]>) => {
  await list.write(core, (items) => void items.push(core.id))
  return list
})

rule(
  'an object that is pushed to all cores still is when its owner has moved',
  async (core, t) => {
    const made = await replicated<number[]>(core, [], { publish: 'push' })
    const list = await core.call(visit, 1, await core.call(visit, 2, made))
    t.is(storeOf(core).counts.fetches, 0)
    const ref = list.tryBorrow(core)
    if (ref.kind !== 'borrowed') throw new Error(ref.kind)
    t.is(ref.value.join(), '2,1')
    ref.release()
    drop(core, list)
  },
  { tasks: [visit], shapes: [[4, 1]] },
)
