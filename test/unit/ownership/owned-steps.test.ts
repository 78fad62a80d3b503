/**
 * The steps of owners and of loans one by one: what each of them is for, and what is left when one
 * of them fails.
 */
import test from 'ava'
import { type Core, task, u8 } from '@orujo/core'
import {
  type ExclusiveRange,
  type Mut,
  type Ref,
  configureOwnership,
  drop,
  gone,
  lend,
  own,
  ownArray,
  ownVector,
  scopedTask,
  take,
  tie,
  type Owned,
} from '@orujo/ownership'
import { LEND } from '#ownership/lendable.js'
import { Store } from '#ownership/store.js'
import { Cluster } from '../../support/cluster.ts'
import { codesOf, failure } from '../../support/machine.ts'
import { definitions, extensions } from '../../support/ownership.ts'
import { stepRule as rule } from '../../support/ownership-rules.ts'

interface Tree {
  readonly leaf: Owned<string[]>
}

/** Half of a core's own heap, and a quarter. */
const HALF = 250_000
const QUARTER = 125_000

function makeTree(core: Core): Owned<Tree> {
  return own<Tree>(core, { leaf: own(core, ['leaf']) })
}

const occupy = task('test.occupy', (core: Core) => ownArray(core, u8, HALF))
const listThere = task('test.list-there', (core: Core) => own<string[]>(core, ['a']))

const namesOf = scopedTask('test.names-of', async (core: Core, tree: Ref<Tree>) => {
  return await tree.value.leaf.read(core, (names) => names.join())
})

async function namesElsewhere(core: Core, tree: Owned<Tree>): Promise<string> {
  using ref = await tree.borrow(core)
  return await lend(core, namesOf, 2, ref)
}

rule(
  'an owner that is taken out of an object, or dropped there, is in no copy of it any more',
  async (core, t) => {
    for (const code of ['OWN_MOVED', 'OWN_DROPPED']) {
      const tree = makeTree(core)
      t.is(await namesElsewhere(core, tree), 'leaf')
      {
        await using mut = await tree.borrowMut(core)
        // As a program without types has it: only viewed, so that nothing else counts as written.
        const leaf = mut.view.leaf as unknown as Owned<string[]>
        drop(core, code === 'OWN_MOVED' ? take(leaf) : leaf)
      }
      t.is((await failure(() => namesElsewhere(core, tree)))?.code, code)
      drop(core, tree)
    }
  },
  [namesOf],
)

rule('what was taken out of an object is not dropped with it', async (core, t) => {
  const tree = makeTree(core)
  const leaf = await tree.write(core, (inside) => take(inside.leaf))
  drop(core, tree)
  await core.finish(() => undefined)
  t.is(await leaf.read(core, (names) => names.join()), 'leaf')
  drop(core, leaf)
})

rule('what has become part of another object is gone', async (core, t) => {
  const leaf = own(core, ['leaf'])
  const name = leaf
  const tree = own<Tree>(core, { leaf })
  t.notThrows(() => gone(name))
  drop(core, tree)
})

const insideThere = task('test.inside-there', async (core: Core, tree: Owned<Tree>) => {
  const ref = await tree.borrow(core)
  const { leaf } = ref.value
  t0(await codesOf([() => ref.value.leaf.read(core, async () => ref.release())]), 'OWN_BORROWED')
  ref.release()
  t0(await codesOf([() => leaf.read(core, () => 1)]), 'OWN_ESCAPED')

  const mut = await tree.borrowMut(core)
  const inner = await mut.value.leaf.borrowMut(core)
  t0(await codesOf([() => mut.release()]), 'OWN_BORROWED')
  await inner.release()
  await mut.release()
  return tree
})

function t0(found: readonly unknown[], code: string): void {
  if (found.join() !== code) throw new Error(`${found.join()} and not ${code}`)
}

rule(
  'what is inside a copy, and inside what has just moved, goes with the borrow of the whole',
  async (core) => {
    drop(core, await core.call(insideThere, 3, makeTree(core)))
  },
  [insideThere],
)

const pushThere = scopedTask('test.push-there', (_core: Core, names: Ref<string[]>) => {
  ;(names.value as string[]).push('b')
})

rule(
  'a copy is frozen, too',
  async (core, t) => {
    const names = own<string[]>(core, ['a'])
    using ref = await names.borrow(core)
    t.regex((await failure(() => lend(core, pushThere, 2, ref)))!.message, /not extensible/)
    ref.release()
    drop(core, names)
  },
  [pushThere],
)

interface Link {
  readonly next: Owned<Link> | undefined
}
const lookAt = scopedTask('test.look-at', (_core: Core, link: Ref<Link>) => {
  return link.value.next !== undefined
})

rule(
  'no more objects are tied in a row than codecs can take',
  async (core, t) => {
    const chain = (length: number): Owned<Link> => {
      let link = own<Link>(core, { next: undefined })
      for (let i = 1; i < length; i++) link = own<Link>(core, { next: tie(link) })
      return link
    }
    for (const [length, code] of [
      [60, undefined],
      [70, 'OWN_NESTED'],
    ] as const) {
      const link = chain(length)
      const ref = await link.borrow(core)
      t.is((await failure(() => lend(core, lookAt, 2, ref)))?.code, code)
      ref.release()
      drop(core, link)
    }
  },
  [lookAt],
)

const nothingAnd = scopedTask('test.nothing-and', (_core: Core, _tree: Ref<Tree>, _by: number) => {
  // Only lent.
})
const sumOf = scopedTask('test.sum-of', (_core: Core, values: Ref<Uint8Array>) => {
  return values.value.reduce((a, b) => a + b, 0)
})
const bytesThere = task('test.bytes-there', (core: Core) => ownArray(core, u8, 4))

rule(
  'a neighbour that uses up the colours of typed memory leaves no copy that can be taken for new',
  async (core, t) => {
    const values = await core.call(bytesThere, 1)
    for (let by = 1; by < 12; by++) {
      await values.write(core, (view) => void view.fill(by))
      using ref = await values.borrow(core)
      t.is(await lend(core, sumOf, 2, ref), 4 * by)
    }
    drop(core, values)
  },
  [bytesThere, sumOf],
)

const fillBeside = scopedTask(
  'test.fill-beside',
  (_core: Core, values: Mut<Uint8Array>, _tree: Ref<Tree>): void => void values.value.fill(9),
)

rule(
  'a task that was lent what it has no room for does not run, and all loans are over',
  async (core, t) => {
    const values = ownArray(core, u8, QUARTER)
    const full = [await core.call(occupy, 2), await core.call(occupy, 2)]
    const tree = makeTree(core)
    const ref = await tree.borrow(core)
    const mut = await values.borrowMut(core)
    const error = await failure(() => lend(core, fillBeside, 2, mut, ref))
    t.is(error?.code, 'ORUJO_MEMORY_EXHAUSTED')
    t.is(mut.view[0], 0)
    mut.value.fill(1)
    await mut.release()
    ref.release()
    drop(core, values)
    drop(core, tree)
    for (const one of full) drop(core, one)
  },
  [occupy, fillBeside],
)

rule(
  'a read whose fetch fails leaves the object free',
  async (core, t) => {
    const far = await core.call(occupy, 2)
    const list = await core.call(listThere, 3)
    const store = Store.of(core)
    const { acquire } = store.copies
    store.copies.acquire = () => Promise.reject(new Error('lost'))
    for (const owned of [far, list]) {
      t.is((await failure(() => owned.read(core, () => 1)))?.message, 'lost')
    }
    store.copies.acquire = acquire
    t.is(await list.read(core, (names) => names.join()), 'a')
    drop(core, list)
    drop(core, far)
  },
  [occupy, listThere],
)

const fillAndKeep = scopedTask(
  'test.fill-and-keep',
  async (core: Core, values: Mut<Uint8Array>, range: ExclusiveRange<typeof u8>, by: number) => {
    values.value.fill(by)
    const kept = await range.borrowMut(core)
    kept.set(range.begin, by)
  },
)

rule(
  'a borrow that cannot end does not keep others from ending',
  async (core, t) => {
    const vector = await ownVector(core, u8, 4)
    const values = ownArray(core, u8, 4)
    const sumElsewhere = async (): Promise<number> => {
      using ref = await values.borrow(core)
      return await lend(core, sumOf, 2, ref)
    }
    t.is(await sumElsewhere(), 0)
    const mut = await values.borrowMut(core)
    const range = vector.claim(core)
    t.deepEqual(await codesOf([() => lend(core, fillAndKeep, 1, mut, range, 3)]), ['OWN_BORROWED'])
    await mut.release()
    await range.release()
    t.is(await sumElsewhere(), 12)
    drop(core, values)
    drop(core, vector)
  },
  [fillAndKeep, sumOf],
)

rule(
  'a loan that cannot end does not keep others from ending',
  async (core, t) => {
    const tree = makeTree(core)
    const ref = await tree.borrow(core)
    const failing = {
      [LEND]: () => ({
        loaned: 5,
        end: () => {
          throw new Error('no end')
        },
      }),
    }
    const lent = lend(core, nothingAnd, 2, ref, failing as unknown as number)
    t.is((await failure(() => lent))?.message, 'no end')
    ref.release()
    drop(core, tree)
  },
  [nothingAnd],
)

const configured = task('test.configured', async (core: Core) => {
  await configureOwnership(core, { colorLimit: 2 })
  const list = own<number[]>(core, [])
  const before = list.hold.pointer.id
  for (let i = 0; i < 2; i++) await list.write(core, (items) => void items.push(i))
  const isRenamed = list.hold.pointer.id !== before
  drop(core, list)
  const error = await failure(() => configureOwnership(core, { colorLimit: 4 }))
  return { isRenamed, code: error?.code }
})

test('options hold for all that is owned after them, and come before that', async (t) => {
  await using cluster = new Cluster({ definitions: [...definitions, configured], extensions })
  t.deepEqual(await cluster.run(configured), { isRenamed: true, code: 'OWN_CLOSED' })
})
