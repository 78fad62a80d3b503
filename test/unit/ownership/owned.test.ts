/**
 * Owned objects on one thread: 2 locales of 2 cores, any schedule.
 */
import { task, f64, type Core } from '@orujo/core'
import {
  drop,
  lend,
  type Mut,
  own,
  ownArray,
  type Owned,
  type Ref,
  scopedTask,
  tie,
} from '@orujo/ownership'
import { ownershipRule, type RuleOptions } from '../../support/ownership-rules.ts'

interface Node {
  name: string
  next?: Owned<Node>
}

/** On core 0 of 2 locales of 2 cores. */
function rule(title: string, main: (core: Core) => Promise<void>, options?: RuleOptions): void {
  ownershipRule(title, main, { shapes: [[2, 2]], seeds: 20, ...options })
}

const total = task('test.total', async (core: Core, list: Owned<number[]>) => {
  const sum = await list.read(core, (values) => values.reduce((a, b) => a + b, 0))
  return { sum, list }
})

rule(
  'an owner that is sent can be read where it arrives, and comes back with the answer',
  async (core) => {
    const list = own(core, [1, 2, 3])
    const answer = await core.call(total, 3, list)
    if (answer.sum !== 6) throw new Error(`sum ${answer.sum}`)
    await answer.list.write(core, (values) => void values.push(4))
    const again = await core.call(total, 2, answer.list)
    if (again.sum !== 10) throw new Error(`sum ${again.sum}`)
    drop(core, again.list)
  },
  { tasks: [total] },
)

const grow = task('test.grow', async (core: Core, list: Owned<number[]>) => {
  await list.write(core, (values) => void values.push(values.length + 1))
  return list
})

rule(
  'an exclusive borrow elsewhere moves the object, and its old home is freed',
  async (core) => {
    let list = own<number[]>(core, [])
    for (let i = 0; i < 12; i++) list = await core.call(grow, i % 4, list)
    const got = await list.read(core, (values) => values.join())
    if (got !== '1,2,3,4,5,6,7,8,9,10,11,12') throw new Error(got)
    drop(core, list)
  },
  { tasks: [grow] },
)

const fill = scopedTask('test.fill', (_core: Core, values: Mut<Float64Array>, by: number) => {
  const view = values.value
  for (let i = 0; i < view.length; i++) view[i] = view[i]! + by
})
const sum = scopedTask('test.sum', (_core: Core, values: Ref<Float64Array>) =>
  values.value.reduce((a, b) => a + b, 0),
)

rule(
  'what is lent exclusively comes back changed, and many can read it then',
  async (core) => {
    const values = ownArray(core, f64, 100)
    {
      await using mut = await values.borrowMut(core)
      for (let target = 0; target < core.cores; target++) await lend(core, fill, target, mut, 1)
      mut.value[0]!++
    }
    {
      using ref = await values.borrow(core)
      const sums = await Promise.all([0, 1, 2, 3].map((target) => lend(core, sum, target, ref)))
      if (sums.some((one) => one !== 401)) throw new Error(sums.join())
    }
    drop(core, values)
  },
  { tasks: [fill, sum] },
)

const rename = task('test.rename', async (core: Core, list: Owned<Node>) => {
  await list.write(core, (node) => node.next!.write(core, (next) => void (next.name += '!')))
  return list
})

rule(
  'owners inside an object travel and are dropped with it',
  async (core) => {
    const tail = own<Node>(core, { name: 'tail' })
    const list = own<Node>(core, { name: 'head', next: tie(tail) })
    const far = await core.call(rename, 3, list)
    const names = await far.read(core, async (node) => {
      const inner = await node.next!.read(core, (next) => next.name)
      return `${node.name} ${inner}`
    })
    if (names !== 'head tail!') throw new Error(names)
    drop(core, far)
  },
  { tasks: [rename] },
)

rule('a borrow does not end before those of what is inside', async (core) => {
  const list = own<Node>(core, { name: 'head', next: own<Node>(core, { name: 'tail' }) })
  const outer = await list.borrowMut(core)
  const inner = await outer.value.next!.borrowMut(core)
  await refused('OWN_BORROWED', () => outer.release())
  inner.value.name = 'end'
  await inner.release()
  await outer.release()
  const ref = await list.borrow(core)
  const part = await ref.value.next!.borrow(core)
  await refused('OWN_BORROWED', () => ref.release())
  part.release()
  ref.release()
  drop(core, list)
})

/** Throws unless `work` is refused with `code`. */
async function refused(code: string, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    if ((error as { code?: string }).code === code) return
    throw error
  }
  throw new Error(`not refused with ${code}`)
}

rule(
  'a value of any size can be read elsewhere',
  async (core) => {
    const list = own(
      core,
      Array.from({ length: 5000 }, (_, i) => i),
    )
    const { sum, list: back } = await core.call(total, 3, list)
    if (sum !== 12_497_500) throw new Error(`sum ${sum}`)
    drop(core, back)
  },
  { tasks: [total] },
)

rule(
  'what is part of an object stays so when that gets a new id',
  async (core) => {
    const list = own<Node>(core, { name: 'head', next: own<Node>(core, { name: 'tail' }) })
    for (let i = 0; i < 5; i++) {
      await list.write(core, (node) => node.next!.write(core, (next) => void (next.name += '!')))
    }
    const name = await list.read(core, (node) => node.next!.read(core, (next) => next.name))
    if (name !== 'tail!!!!!') throw new Error(name)
    drop(core, list)
  },
  { store: () => ({ colorLimit: 2 }) },
)
