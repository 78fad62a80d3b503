/**
 * Owners inside other objects, on 2 locales of 2 cores under several schedules: what they do to
 * the objects around them.
 */
import { task, type Core, u8 } from '@orujo/core'
import {
  type Mut,
  type Ref,
  drop,
  lend,
  own,
  ownArray,
  scopedTask,
  take,
  tie,
  type Owned,
  type OwnershipError,
} from '@orujo/ownership'
import { homeOf } from '#ownership/object-id.js'
import { stepRule as rule } from '../../support/ownership-rules.ts'
import { codesOf, failure } from '../../support/machine.ts'

interface Leaf {
  name: string
}
interface Tree {
  name: string
  leaf: Owned<Leaf>
}

function makeTree(core: Core, isTied = false): Owned<Tree> {
  const leaf = own<Leaf>(core, { name: 'leaf' })
  return own<Tree>(core, { name: 'tree', leaf: isTied ? tie(leaf) : leaf })
}

const namesOf = scopedTask('test.names-of', async (core: Core, tree: Ref<Tree>) => {
  const { name, leaf } = tree.value
  return `${name} ${await leaf.read(core, (inner) => inner.name)}`
})

async function namesElsewhere(core: Core, tree: Owned<Tree>): Promise<string> {
  using ref = await tree.borrow(core)
  return await lend(core, namesOf, 2, ref)
}

rule(
  'an object that has used up its colours keeps what is inside',
  async (core, t) => {
    const tree = makeTree(core)
    for (let i = 0; i < 9; i++) {
      await tree.write(core, async (inside) => {
        inside.name = `tree ${i}`
        await inside.leaf.write(core, (leaf) => void (leaf.name = `leaf ${i}`))
      })
      t.is(await namesElsewhere(core, tree), `tree ${i} leaf ${i}`)
    }
    drop(core, tree)
  },
  [namesOf],
)

rule(
  'a write inside an object whose own value is only viewed changes what others see of it',
  async (core, t) => {
    const tree = makeTree(core)
    t.is(await namesElsewhere(core, tree), 'tree leaf')
    {
      await using mut = await tree.borrowMut(core)
      const leaf = mut.view.leaf as unknown as Owned<Leaf> // as a program without types has it
      await leaf.write(core, (inside) => void (inside.name = 'new'))
    }
    t.is(await namesElsewhere(core, tree), 'tree new')
    drop(core, tree)
  },
  [namesOf],
)

/** Brings a tree here; where it and its leaf are then. */
const homesThere = task('test.homes-there', async (core: Core, tree: Owned<Tree>) => {
  const leaf = await tree.write(core, (inside) => inside.leaf.hold.pointer.id)
  return { tree, homes: [tree.hold.pointer.id, leaf].map(homeOf) }
})

const rename = task('test.rename', async (core: Core, tree: Owned<Tree>, name: string) => {
  await tree.write(core, async (inside) => {
    await inside.leaf.write(core, (leaf) => void (leaf.name = name))
  })
  return tree
})

rule(
  'what is tied after others have a copy of the whole travels with it all the same',
  async (core, t) => {
    const leaf = own<Leaf>(core, { name: 'leaf' })
    let tree = own<Tree>(core, { name: 'tree', leaf })
    t.is(await namesElsewhere(core, tree), 'tree leaf')
    t.deepEqual(await codesOf([async () => void tie(leaf)]), ['OWN_NESTED'])
    await tree.write(core, (inside) => void tie(inside.leaf))
    tree = await core.call(rename, 3, tree, 'new')
    t.is(await namesElsewhere(core, tree), 'tree new')
    drop(core, tree)
  },
  [namesOf, rename],
)

rule(
  'to tie what is inside an object that is only viewed changes what others see of it',
  async (core, t) => {
    const leaf = own<Leaf>(core, { name: 'leaf' })
    const tree = own<Tree>(core, { name: 'tree', leaf })
    t.is(await namesElsewhere(core, tree), 'tree leaf')
    {
      await using mut = await tree.borrowMut(core)
      tie(mut.view.leaf as unknown as Owned<Leaf>) // as a program without types has it
    }
    const back = await core.call(homesThere, 3, tree)
    t.deepEqual(back.homes, [3, 3])
    drop(core, back.tree)
  },
  [namesOf, homesThere],
)

rule(
  'what is tied stays so: wherever the whole goes, by whatever name, it comes along',
  async (core, t) => {
    const leaf = take(tie(own<Leaf>(core, { name: 'leaf' })))
    let tree = own<Tree>(core, { name: 'tree', leaf })
    for (const target of [3, 1, 2]) {
      const back = await core.call(homesThere, target, tree)
      t.deepEqual(back.homes, [target, target])
      tree = back.tree
    }
    drop(core, tree)
  },
  [homesThere],
)

rule('nothing is dropped while what was put into it is borrowed', async (core, t) => {
  const tree = own<{ leaf?: Owned<Leaf> }>(core, {})
  const leaf = own<Leaf>(core, { name: 'leaf' })
  await tree.write(core, (inside) => void (inside.leaf = leaf))
  // Nobody has read the tree yet, so nobody has told the leaf that it is part of it.
  const ref = await leaf.borrow(core)
  t.deepEqual(await codesOf([() => drop(core, tree)]), ['OWN_BORROWED'])
  ref.release()
  drop(core, tree)
})

interface Trio {
  readonly all: readonly Owned<Uint8Array>[]
}

/** Half of a core's own heap; of which two more of a quarter fit in then. */
const HALF = 250_000
const QUARTER = 125_000

const occupy = task('test.occupy', (core: Core) => ownArray(core, u8, HALF))
const writeTrio = task('test.write-trio', async (core: Core, trio: Owned<Trio>) => {
  const error = await failure(() => trio.write(core, () => undefined))
  return { trio, code: error?.code }
})

rule(
  'a move that fails because there is no room leaves everything where it was',
  async (core, t) => {
    const all = [1, 2, 3].map(() => tie(ownArray(core, u8, QUARTER)))
    const full = await core.call(occupy, 2)
    const { trio, code } = await core.call(writeTrio, 2, own<Trio>(core, { all }))
    t.is(code, 'ORUJO_MEMORY_EXHAUSTED')
    t.is(await trio.read(core, (inside) => inside.all.length), 3)
    drop(core, trio)
    drop(core, full)
  },
  [occupy, writeTrio],
)

const nothing = scopedTask('test.nothing', (_core: Core, tree: Mut<Tree>) => void tree)

rule(
  'no borrow ends or is lent exclusively before those inside it have ended',
  async (core, t) => {
    const tree = makeTree(core)
    const mut = await tree.borrowMut(core)
    const leaf = await mut.value.leaf.borrowMut(core)
    const early = await codesOf([() => mut.release(), () => lend(core, nothing, 2, mut)])
    t.deepEqual(early, ['OWN_BORROWED', 'OWN_BORROWED'])
    leaf.value.name = 'new'
    await leaf.release()
    await lend(core, nothing, 2, mut)
    await mut.release()

    const ref = await tree.borrow(core)
    const inside = await ref.value.leaf.borrow(core)
    t.is(inside.value.name, 'new')
    const error = t.throws<OwnershipError>(() => ref.release())
    t.is(error.code, 'OWN_BORROWED')
    // Another reader of the whole keeps the inside alive.
    const other = await tree.borrow(core)
    ref.release()
    t.throws(() => other.release())
    inside.release()
    other.release()
    drop(core, tree)
  },
  [nothing],
)
