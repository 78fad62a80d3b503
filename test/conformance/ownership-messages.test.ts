/**
 * What each operation of ownership costs in messages, in a runtime where nothing else happens: as
 * much with 64 cores that have read the object as with none.
 */
import test, { type ExecutionContext } from 'ava'
import { f64, task, type Core } from '@orujo/core'
import {
  type Mut,
  type Owned,
  type Ref,
  drop,
  lend,
  take,
  own,
  ownArray,
  scopedTask,
} from '@orujo/ownership'
import { Store } from '#ownership/store.js'
import type { Cluster } from '../support/cluster.ts'
import { checkNothingOwned, ownershipCluster } from '../support/ownership.ts'

type List = number[]

/** Objects are made here, owned here if not at home, and written here if they are lent. */
const [HOME, OWNER, THIRD] = [0, 1, 2] as const
const OTHERS = 3

/** A call of the program's own, and its answer. */
const CALL = 2
const FETCH = 2
const WRITE_OWNER = 2
const DEALLOC = 1
const DROP = 1

const make = task('messages.make', (core: Core) => own<List>(core, [1, 2, 3]))
const add = task('messages.add', async (core: Core, list: Owned<List>) => {
  await list.write(core, (values) => void values.push(4))
  return list
})
const keep = task('messages.keep', (_core: Core, list: Owned<List>) => list)
const sum = scopedTask('messages.sum', (_core: Core, list: Ref<List>) => {
  return list.value.reduce((a, b) => a + b, 0)
})
const push = scopedTask('messages.push', (_core: Core, list: Mut<List>) => void list.value.push(5))
const fill = scopedTask('messages.fill', (_core: Core, view: Mut<Float64Array>) => {
  view.value.fill(1)
})
const tasks = [make, add, keep, sum, push, fill]

/** A runtime of one core per locale, and what things cost there. */
class Costs {
  readonly cluster: Cluster
  readonly #t: ExecutionContext
  readonly #readers: number

  constructor(t: ExecutionContext, readers: number, coresPerLocale = 1) {
    this.#t = t
    this.#readers = readers
    const locales = OTHERS + readers
    const sizes = { heapBytes: 2 ** 12, sharedBytes: 2 ** 11, ringWords: 256 }
    this.cluster = ownershipCluster({ tasks, locales, coresPerLocale, ...sizes })
  }

  core(id: number): Core {
    return this.cluster.core(id)
  }

  /** Checks how many messages `work` is sent for. */
  async is(what: string, expected: number, work: () => Promise<unknown> | void): Promise<void> {
    await this.cluster.settle()
    const before = this.#messages()
    await this.cluster.until(Promise.resolve(work()))
    await this.cluster.settle()
    this.#t.is(this.#messages() - before, expected, what)
  }

  /** An object of HOME that `owner` owns. */
  async made(owner: number): Promise<Owned<List>> {
    if (owner === HOME) return own<List>(this.core(HOME), [1, 2, 3])
    return this.cluster.until(this.core(owner).call(make, HOME))
  }

  /** All readers read it, and have a copy then. */
  async readByAll(owner: number, list: Owned<List>): Promise<void> {
    const core = this.core(owner)
    using ref = await this.cluster.until(list.borrow(core))
    const targets = Array.from({ length: this.#readers }, (_, i) => OTHERS + i)
    await this.cluster.until(Promise.all(targets.map((target) => lend(core, sum, target, ref))))
  }

  async end(): Promise<void> {
    await this.cluster.settle()
    await checkNothingOwned(this.cluster)
    await this.cluster[Symbol.asyncDispose]()
  }

  #messages(): number {
    const { messages, total } = this.cluster.metrics()
    // Without the reports of scopes, which are about all that was sent since the last one.
    return messages.flat().reduce((all, count) => all + count, 0) - total.controls
  }
}

test('what is made, moved, read and dropped at home costs no message', async (t) => {
  const costs = new Costs(t, 0)
  const core = costs.core(HOME)
  let list = await costs.made(HOME)
  await costs.is('make', 0, () => void (list = own<List>(core, [1])))
  await costs.is('move', 0, () => void (list = take(list)))
  await costs.is('read', 0, () => list.read(core, () => undefined))
  await costs.is('drop', 0, () => drop(core, list))
  t.pass()
})

test('ownership that travels costs nothing beside the message that it travels with', async (t) => {
  const costs = new Costs(t, 0)
  const core = costs.core(OWNER)
  let list = await costs.made(OWNER)
  await costs.is('transfer', CALL, async () => {
    list = await core.call(keep, THIRD, list)
  })
  await costs.is('drop elsewhere', DROP, () => drop(core, list))
  await costs.end()
})

test('a read is fetched once per core and version, wherever it was written', async (t) => {
  const costs = new Costs(t, 0)
  const core = costs.core(OWNER)
  let list = await costs.made(OWNER)
  const read = () => list.read(core, () => undefined)
  await costs.is('first read', FETCH, read)
  await costs.is('second read', 0, read)
  await costs.is('two at once', 0, () => Promise.all([read(), read()]))
  await costs.is('eviction', 0, () => Store.of(core).copies.clear())
  await costs.is('two at once that miss', FETCH, () => Promise.all([read(), read()]))
  await costs.is('write at a third core', CALL + FETCH + DEALLOC, async () => {
    list = await core.call(add, THIRD, list)
  })
  await costs.is('read of what a third core has written', FETCH, read)
  drop(core, list)
  await costs.end()
})

for (const readers of [0, 64]) {
  test(`a write costs what it costs, with ${readers} readers before`, async (t) => {
    const costs = new Costs(t, readers)
    await costs.is('nothing', 0, () => undefined)

    const home = costs.core(HOME)
    const local = await costs.made(HOME)
    await costs.readByAll(HOME, local)
    await costs.is('write at home', 0, () => local.write(home, (values) => void values.push(4)))
    await costs.readByAll(HOME, local)
    await costs.is('borrow that writes nothing', 0, async () => {
      const mut = await local.borrowMut(home)
      await mut.release()
    })
    await costs.readByAll(HOME, local)
    await costs.is('drop at home', 0, () => drop(home, local))

    const core = costs.core(OWNER)
    let list = await costs.made(OWNER)
    await costs.readByAll(OWNER, list)
    await costs.is('write elsewhere', FETCH + DEALLOC, () => {
      return list.write(core, (values) => void values.push(4))
    })
    await costs.readByAll(OWNER, list)
    await costs.is('write where it was moved to', 0, () => {
      return list.write(core, (values) => void values.push(4))
    })
    await costs.readByAll(OWNER, list)
    await costs.is('write at a third core', CALL + FETCH + DEALLOC, async () => {
      list = await core.call(add, THIRD, list)
    })
    await costs.readByAll(OWNER, list)
    await costs.is('drop elsewhere', DROP, () => drop(core, list))
    await costs.end()
  })

  test(`a write through a loan tells the owner once, with ${readers} readers before`, async (t) => {
    const costs = new Costs(t, readers)
    const home = costs.core(HOME)
    const list = await costs.made(HOME)
    await costs.readByAll(HOME, list)
    const mut = await costs.cluster.until(list.borrowMut(home))
    const there = FETCH + WRITE_OWNER + DEALLOC
    await costs.is('lend', CALL + there + FETCH, () => lend(home, push, THIRD, mut))
    await costs.is('end', DEALLOC, () => mut.release())
    await costs.readByAll(HOME, list)
    drop(home, list)
    await costs.end()
  })
}

test('ping-pong costs 3 messages a turn, and those that carry the owner', async (t) => {
  const costs = new Costs(t, 0)
  const core = costs.core(HOME)
  let list = await costs.made(HOME)
  for (let turn = 0; turn < 4; turn++) {
    await costs.is('there', CALL + FETCH + DEALLOC, async () => {
      list = await core.call(add, OWNER, list)
    })
    await costs.is('back', FETCH + DEALLOC, () => {
      return list.write(core, (values) => void values.push(4))
    })
  }
  drop(core, list)
  await costs.end()
})

test('typed memory of a neighbour is written in place: the owner is told, no more', async (t) => {
  const costs = new Costs(t, 0, 2)
  const core = costs.core(HOME)
  const view = ownArray(core, f64, 8)
  const mut = await costs.cluster.until(view.borrowMut(core))
  await costs.is('lend', CALL + WRITE_OWNER, () => lend(core, fill, 1, mut))
  await costs.is('end', 0, () => mut.release())
  drop(core, view)
  await costs.end()
})
