/** How many messages each operation costs, on 4 locales of 1 core. */
import test, { type ExecutionContext } from 'ava'
import { objectDelegate, task, type Core } from '@orujo/core'
import {
  arc,
  type Arc,
  atomicI32,
  type Atomic,
  channel,
  delegateRead,
  drop,
  own,
  type Owned,
  type Receiver,
  rwLock,
  type RwLock,
  type Sender,
  type Shared,
  spawnTo,
  update,
} from '@orujo/ownership'
import type { Cluster } from '../../../support/cluster.ts'
import { messagesOf, underSeeds } from '../../../support/ownership-rules.ts'

/** What a task on another core does, by name, and how many messages each step may cost. */
type Steps = readonly (readonly [what: string, count: number, work: (core: Core) => unknown])[]

class Clusters {
  cluster: Cluster | undefined
}

async function follow(t: ExecutionContext, core: Core, steps: Steps): Promise<void> {
  const { cluster } = core.endpoint.state(Clusters, () => new Clusters())
  for (const [what, count, work] of steps) {
    // What came before may not have been published.
    for (let i = 0; i < 20; i++) await core.yield()
    t.is(await messagesOf(core, cluster!, async (inner) => work(inner)), count, what)
  }
}

/** Runs `here` on core 0, which may run `there` on core 3. */
async function counted(
  here: (core: Core) => Promise<void>,
  tasks: readonly object[],
): Promise<void> {
  await underSeeds(
    async (core, { cluster }) => {
      for (const endpoint of cluster.endpoints) {
        endpoint.state(Clusters, () => new Clusters()).cluster = cluster
      }
      await here(core)
    },
    { tasks, seeds: 5, shapes: [[4, 1]] },
  )
}

test('messages of a channel: two for a value, two for up to 64 received elsewhere', async (t) => {
  const send = task('test.send', async (core: Core, sender: Sender<number>): Promise<void> => {
    await follow(t, core, [
      ['send', 2, (inner) => sender.send(inner, 1)],
      ['trySend', 2, (inner) => sender.trySend(inner, 2)],
      ['clone and drop', 0, (inner) => sender.clone().drop(inner)],
      ['drop', 1, (inner) => sender.drop(inner)],
    ])
  })
  const receive = task('test.receive', async (core: Core, receiver: Receiver<number>) => {
    await follow(t, core, [
      ['receive', 2, (inner) => receiver.receive(inner)],
      ...Array.from({ length: 63 }, () => {
        return ['receive again', 0, (inner: Core) => receiver.receive(inner)] as const
      }),
      ['receive more', 2, (inner) => receiver.receive(inner)],
      ['drop', 1, (inner) => receiver.drop(inner)],
    ])
  })
  await counted(
    async (core) => {
      const [sender, receiver] = channel<number>(core)
      await core.call(send, 3, sender.clone())
      await follow(t, core, [
        ['send at home', 0, (inner) => sender.send(inner, 3)],
        ['receive at home', 0, (inner) => receiver.receive(inner)],
      ])
      for (let i = 0; i < 64; i++) await sender.send(core, i)
      await core.call(receive, 3, receiver)
      sender.drop(core)
    },
    [send, receive],
  )
})

test('messages of an Arc: none to clone, one to drop the last of a core', async (t) => {
  const use = task('test.use', async (core: Core, value: Arc<string>): Promise<void> => {
    const read = (inner: Core): Promise<string> => value.read(inner, (text) => text)
    await follow(t, core, [
      ['first read', 2, read],
      ['read again', 0, read],
      ['clone and drop', 0, (inner) => value.clone().drop(inner)],
      ['drop', 1, (inner) => value.drop(inner)],
    ])
  })
  const keep = task('test.keep', (core: Core, value: Arc<string>, other: Arc<string>) => {
    value.drop(core)
    other.drop(core)
  })
  await counted(
    async (core) => {
      const value = arc(core, 'text')
      await core.call(use, 3, value.clone())
      await follow(t, core, [
        ['read at home', 0, (inner) => value.read(inner, (text) => text)],
        // The call, its answer, and a share from the second and from the last handle there.
        ['two handles', 4, (inner) => inner.call(keep, 3, value.clone(), value.clone())],
      ])
      value.drop(core)
    },
    [use, keep],
  )
})

test('messages of a lock: three, and those of the borrow if that needs any', async (t) => {
  const use = task('test.use', async (core: Core, lock: RwLock<number[]>): Promise<void> => {
    const read = (inner: Core): Promise<unknown> => lock.read(inner, (values) => values[0])
    const write = (inner: Core): Promise<unknown> => {
      return lock.write(inner, (values) => void values.push(1))
    }
    await follow(t, core, [
      ['read', 3 + 2, read],
      ['read again', 3, read],
      ['write', 3 + 3, write],
      ['write again', 3, write],
      ['read one’s own', 3, read],
      ['drop', 1, (inner) => lock.drop(inner)],
    ])
  })
  await counted(
    async (core) => {
      const lock = rwLock<number[]>(core, [])
      await core.call(use, 3, lock.clone())
      await follow(t, core, [
        ['write what is elsewhere', 3, (inner) => lock.write(inner, (values) => values.pop())],
        ['write at home', 0, (inner) => lock.write(inner, (values) => values.pop())],
        ['read at home', 0, (inner) => lock.read(inner, (values) => values[0])],
      ])
      lock.drop(core)
    },
    [use],
  )
})

test('messages of updates, atomics and spawns: two', async (t) => {
  const add = objectDelegate('test.add', (_core: Core, list: number[], by: number): void => {
    list.push(by)
  })
  const size = objectDelegate('test.size', (_core: Core, list: Shared<number[]>) => list.length)
  const give = task('test.give', (_core: Core, list: Owned<number[]>) => list)
  const use = task(
    'test.use',
    async (core: Core, list: Owned<number[]>, cell: Atomic<number>): Promise<void> => {
      let mine = list
      await follow(t, core, [
        ['update', 2, (inner) => update(inner, mine, add, 1)],
        ['delegateRead', 2, (inner) => delegateRead(inner, mine, size)],
        ['read', 2, (inner) => mine.read(inner, (values) => values.length)],
        ['delegateRead of a copy', 0, (inner) => delegateRead(inner, mine, size)],
        ['fetchAdd', 2, (inner) => cell.fetchAdd(inner, 1)],
        ['compareExchange', 2, (inner) => cell.compareExchange(inner, 1, 2)],
        ['drop of an atomic', 1, (inner) => cell.drop(inner)],
        [
          'spawnTo',
          2,
          async (inner) => {
            mine = await spawnTo(inner, mine, give, mine).join()
          },
        ],
        ['drop', 1, (inner) => drop(inner, mine)],
      ])
    },
  )
  await counted(
    async (core) => {
      const cell = atomicI32(core, 0)
      const list = own<number[]>(core, [])
      await follow(t, core, [
        ['update at home', 0, (inner) => update(inner, list, add, 1)],
        ['fetchAdd at home', 0, (inner) => cell.fetchAdd(inner, 1)],
      ])
      await core.call(use, 3, list, cell.clone())
      cell.drop(core)
    },
    [add, size, give, use],
  )
})
