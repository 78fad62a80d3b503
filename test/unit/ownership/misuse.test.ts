/**
 * Misuse: every one is an error with a code of its own, which names the object and both places. All
 * of this holds always; `checked.test.ts` has what only checked mode sees.
 */
import type { ExecutionContext } from 'ava'
import { type Core, f64, task } from '@orujo/core'
import {
  drop,
  gone,
  lend,
  move,
  type Mut,
  own,
  ownArray,
  type Owned,
  type Ref,
  scopedTask,
  type Shared,
  take,
  tie,
} from '@orujo/ownership'
import { Store } from '#ownership/store.js'
import type { Cluster } from '../../support/cluster.ts'
import { refused } from '../../support/misuse.ts'
import type { AnyTask } from '../../support/ownership.ts'
import { ownershipRule } from '../../support/ownership-rules.ts'

interface Node {
  name: string
  next?: Owned<Node>
}

/** On core 0 of 2 locales of 2 cores: what is refused does not depend on the schedule. */
function rule(
  title: string,
  main: (core: Core, t: ExecutionContext, cluster: Cluster) => void | Promise<void>,
  tasks: readonly AnyTask[] = [],
): void {
  const once = { tasks, seeds: 1, shapes: [[2, 2]] } as const
  ownershipRule(title, (core, t, { cluster }) => main(core, t, cluster), once)
}

const keep = task('test.keep', (core: Core, list: Owned<number[]>): void => drop(core, list))

/** Everything that an owner can be asked for. */
function uses(core: Core, list: Owned<number[]>): (() => unknown)[] {
  return [
    () => list.read(core, () => 1),
    () => list.write(core, () => 1),
    () => list.borrow(core),
    () => list.borrowMut(core),
    () => list.tryBorrow(core),
    () => list.tryBorrowMut(core),
    () => take(list),
    () => move(list, (it) => void it),
    () => tie(list),
    () => core.call(keep, 1, list),
    () => core.send(keep, 2, list),
    () => drop(core, list),
    () => own(core, [list]),
  ]
}

rule(
  'an owner that was moved here is of no use',
  async (core, t) => {
    const list = own(core, [1])
    const other = take(list)
    for (const use of uses(core, list)) {
      const { message } = await refused(t, 'OWN_MOVED', use)
      t.regex(message, /object 1 of core 0: it was moved away\. The first: at .*misuse\.test/)
    }
    drop(core, other)
  },
  [keep],
)

rule(
  'an owner that was sent is of no use, and says where it was sent',
  async (core, t) => {
    const list = own(core, [1])
    await core.call(keep, 3, list)
    for (const use of uses(core, list)) await refused(t, 'OWN_MOVED', use)
  },
  [keep],
)

rule(
  'an owner that was dropped is of no use, and is not dropped twice',
  async (core, t) => {
    const list = own(core, [1])
    drop(core, list)
    for (const use of uses(core, list)) await refused(t, 'OWN_DROPPED', use)
  },
  [keep],
)

rule('what has not been given away is not gone', async (core, t) => {
  const list = own(core, [1])
  await refused(t, 'OWN_KEPT', () => gone(list), { first: undefined })
  drop(core, list)
})

rule(
  'borrows that do not go together are refused, and so is a drop or a move meanwhile',
  async (core, t) => {
    const list = own(core, [1])
    {
      using ref = await list.borrow(core)
      using other = await list.borrow(core)
      await refused(t, 'OWN_BORROWED', () => list.borrowMut(core))
      await refused(t, 'OWN_BORROWED', () => list.write(core, () => 1))
      await refused(t, 'OWN_BORROWED', () => drop(core, list))
      await refused(t, 'OWN_BORROWED', () => take(list))
      await refused(t, 'OWN_BORROWED', () => core.call(keep, 1, list))
      t.deepEqual([ref.value, other.value], [[1], [1]])
    }
    {
      await using mut = await list.borrowMut(core)
      await refused(t, 'OWN_BORROWED', () => list.borrow(core))
      await refused(t, 'OWN_BORROWED', () => list.borrowMut(core))
      await refused(t, 'OWN_BORROWED', () => list.read(core, () => 1))
      await refused(t, 'OWN_BORROWED', () => drop(core, list))
      await refused(t, 'OWN_BORROWED', () => take(list))
      mut.value.push(2)
    }
    await list.write(core, (values) => values.push(3))
    t.is(await list.read(core, (values) => values.join()), '1,2,3')
    drop(core, list)
  },
  [keep],
)

rule('asking for a borrow tells what stands in its way, and where that began', async (core, t) => {
  const list = own(core, [1])
  {
    using ref = await list.borrow(core)
    const outcome = list.tryBorrowMut(core)
    if (outcome.kind !== 'conflict') throw new Error(outcome.kind)
    t.is(outcome.state, 'shared')
    t.is(outcome.object, 'object 1 of core 0')
    t.regex(outcome.first ?? 'nowhere', /misuse\.test/)
    t.true(ref.isLive)
  }
  {
    await using mut = await list.borrowMut(core)
    for (const outcome of [list.tryBorrow(core), list.tryBorrowMut(core)]) {
      if (outcome.kind !== 'conflict') throw new Error(outcome.kind)
      t.is(outcome.state, 'exclusive')
      t.regex(outcome.first ?? 'nowhere', /misuse\.test/)
    }
    t.true(mut.isLive)
  }
  const outcome = list.tryBorrow(core)
  if (outcome.kind !== 'borrowed') throw new Error(outcome.kind)
  outcome.release()
  drop(core, list)
})

rule(
  'a borrow that was kept gives nothing after its end',
  async (core, t) => {
    const list = own(core, [1])
    const ref = await list.borrow(core)
    ref.release()
    await refused(t, 'OWN_ESCAPED', () => ref.value)
    await refused(t, 'OWN_ESCAPED', () => ref.hold)
    const mut = await list.borrowMut(core)
    await mut.release()
    await refused(t, 'OWN_ESCAPED', () => mut.value)
    await refused(t, 'OWN_ESCAPED', () => mut.view)
    await refused(t, 'OWN_ESCAPED', () => lend(core, count, 1, mut))
    drop(core, list)
  },
  [],
)

const count = scopedTask('test.count', (_core: Core, list: Mut<number[]>) => list.value.length)
const slow = scopedTask('test.slow', async (core: Core, list: Mut<number[]>) => {
  await core.yield()
  list.value.push(1)
})
const keepRef = scopedTask('test.keep-ref', (core: Core, list: Ref<number[]>) => {
  core.endpoint.state(keepRef, () => list)
})
const useKept = task('test.use-kept', (core: Core): number => {
  const list: Ref<number[]> = core.endpoint.state(keepRef, () => {
    throw new Error('nothing was kept')
  })
  return list.value.length
})

const keepInner = scopedTask(
  'test.keep-inner',
  async (core: Core, list: Mut<number[]>, node: Ref<Node>): Promise<void> => {
    list.value.push(1)
    const inner = await node.value.next!.borrow(core)
    core.endpoint.state(keepInner, () => [inner, node])
  },
)
/** In the order in which they can end. */
const endKept = task('test.end-kept', (core: Core): void => {
  const kept: { release(): void }[] = core.endpoint.state(keepInner, () => [])
  for (const one of kept) one.release()
})

rule(
  'a borrow that is lent exclusively is not used meanwhile',
  async (core, t) => {
    const list = own<number[]>(core, [])
    await using mut = await list.borrowMut(core)
    const lent = lend(core, slow, 3, mut)
    await refused(t, 'OWN_BORROWED', () => mut.value)
    await refused(t, 'OWN_BORROWED', () => lend(core, slow, 2, mut))
    await refused(t, 'OWN_BORROWED', () => mut.release())
    await lent
    t.is(mut.value.length, 1)
    await mut.release()
    drop(core, list)
  },
  [slow],
)

rule(
  'a reference that a borrower on another core has kept gives nothing either',
  async (core, t) => {
    const list = own(core, [1])
    {
      using ref = await list.borrow(core)
      await lend(core, keepRef, 3, ref)
    }
    await t.throwsAsync(core.call(useKept, 3), { code: 'OWN_ESCAPED' })
    drop(core, list)
  },
  [keepRef, useKept],
)

rule(
  'an owner inside that was kept is of no use when the outer borrow has ended',
  async (core, t) => {
    const list = own<Node>(core, { name: 'a', next: own<Node>(core, { name: 'b' }) })
    let kept: unknown
    await list.read(core, (node) => {
      kept = node.next
    })
    const escaped = kept as Owned<Node> // past the compiler, by way of unknown
    for (const use of [
      () => escaped.read(core, () => 1),
      () => escaped.tryBorrow(core),
      () => escaped.borrowMut(core),
    ]) {
      await refused(t, 'OWN_ESCAPED', use)
    }
    drop(core, list)
  },
)

rule('an owner inside is written only while what it is inside of is written', async (core, t) => {
  const list = own<Node>(core, { name: 'a', next: own<Node>(core, { name: 'b' }) })
  await list.read(core, async (node) => {
    const next = node.next as unknown as Owned<Node> // past the compiler
    for (const use of [() => next.borrowMut(core), () => take(next), () => drop(core, next)]) {
      await refused(t, 'OWN_NESTED', use, { first: undefined })
    }
  })
  drop(core, list)
})

rule(
  'of several borrows that were lent, one whose end is refused keeps none of the others',
  async (core, t, cluster) => {
    const list = own<number[]>(core, [])
    const head = own<Node>(core, { name: 'a', next: own<Node>(core, { name: 'b' }) })
    {
      await using mut = await list.borrowMut(core)
      using ref = await head.borrow(core)
      await t.throwsAsync(lend(core, keepInner, 3, mut, ref), { code: 'OWN_BORROWED' })
      t.deepEqual(mut.view, [1])
    }
    await core.call(endKept, 3)
    t.is(Store.of({ endpoint: cluster.endpoints[3]! }).residentCount, 0)
    drop(core, list)
    drop(core, head)
  },
  [keepInner, endKept],
)

rule('Map, Set and Date that are shared refuse their own ways to be written', async (core, t) => {
  const all = own(core, { map: new Map([['a', 1]]), set: new Set([1]), date: new Date(0) })
  await all.read(core, async (value) => {
    const { map, set, date } = value as unknown as Writable // past the compiler
    for (const use of [
      () => map.set('b', 2),
      () => map.delete('a'),
      () => map.clear(),
      () => set.add(2),
      () => date.setTime(1),
      () => date.setUTCHours(1),
    ]) {
      await refused(t, 'OWN_FROZEN', use, { first: undefined })
    }
  })
  t.is(await all.read(core, ({ map, set, date }) => map.size + set.size + date.getTime()), 2)
  drop(core, all)
})

interface Writable {
  readonly map: Map<string, number>
  readonly set: Set<number>
  readonly date: Date
}

rule(
  'plain objects and arrays that are shared refuse writes as the engine says',
  async (core, t) => {
    const list = own(core, { items: [1] })
    await list.read(core, (value) => {
      const { items } = value as unknown as { items: number[] } // past the compiler
      t.throws(() => items.push(1), { instanceOf: TypeError })
      t.throws(() => (items[0] = 2), { instanceOf: TypeError })
    })
    drop(core, list)
  },
)

rule('a handle is of no use on another core', async (core, t, cluster) => {
  const values = ownArray(core, f64, 4)
  const other = cluster.core(1)
  const about = { first: undefined }
  await refused(t, 'OWN_FOREIGN', () => values.read(other, () => 1), about)
  await refused(t, 'OWN_FOREIGN', () => values.borrowMut(other), about)
  await refused(t, 'OWN_FOREIGN', () => drop(other, values), about)
  await refused(t, 'OWN_FOREIGN', () => own(cluster.host, 1), {
    ...about,
    object: /^a new object$/,
  })
  drop(core, values)
})

rule('a scoped value may be handed to functions that only read', async (core, t) => {
  const list = own(core, { items: [1, 2] })
  const length = (value: Shared<{ items: number[] }>): number => value.items.length
  t.is(await list.read(core, (value) => length(value)), 2)
  drop(core, list)
})
