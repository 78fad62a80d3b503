/** Locks on clusters: who is let in, in which order, and what they see. */
import test from 'ava'
import { f64, task, type Core } from '@orujo/core'
import {
  lend,
  lockOwned,
  own,
  ownArray,
  ownedMutex,
  type OwnedMutex,
  type Ref,
  rwLock,
  type RwLock,
  scopedTask,
} from '@orujo/ownership'
import { storeOf } from '#ownership/stores.js'
import { underSeeds } from '../../../support/ownership-rules.ts'

interface Account {
  balance: number
  readonly log: number[]
}

const deposit = task(
  'test.deposit',
  async (core: Core, account: OwnedMutex<Account>, times: number) => {
    for (let i = 0; i < times; i++) {
      await account.write(core, async (value) => {
        const { balance } = value
        await core.yield()
        value.balance = balance + 1
        value.log.push(core.id)
      })
    }
    account.drop(core)
  },
)

test('one holder at a time: no change is lost, though it takes several steps', async (t) => {
  await underSeeds(
    async (core) => {
      const account = ownedMutex<Account>(core, { balance: 0, log: [] })
      const deposits = Array.from({ length: core.cores }, (_, target) => {
        return core.call(deposit, target, account.clone(), 4)
      })
      await Promise.all(deposits)
      {
        await using guard = await account.lock(core)
        const { balance, log } = guard.view
        if (balance !== 4 * core.cores || log.length !== balance) throw new Error(`${balance}`)
      }
      account.drop(core)
    },
    { tasks: [deposit] },
  )
  t.pass()
})

const readTwice = task('test.lock-read', async (core: Core, lock: RwLock<number[]>) => {
  const before = storeOf(core).counts.fetches
  const sums: number[] = []
  for (let i = 0; i < 2; i++) {
    sums.push(await lock.read(core, (values) => values.reduce((a, b) => a + b, 0)))
  }
  const fetches = storeOf(core).counts.fetches - before
  return { sums, fetches, lock }
})

test('only what was written since is fetched again', async (t) => {
  await underSeeds(
    async (core) => {
      let lock = rwLock(core, [1, 2, 3])
      const far = core.cores - 1
      for (const [sum, isNew] of [
        [6, true],
        [6, false],
        [10, true],
      ] as const) {
        if (sum === 10) await lock.write(core, (values) => void values.push(4))
        const answer = await core.call(readTwice, far, lock)
        lock = answer.lock
        if (answer.sums.join() !== `${sum},${sum}`) throw new Error(answer.sums.join())
        const expected = isNew && far !== core.id ? 1 : 0
        if (answer.fetches !== expected) throw new Error(`${answer.fetches} fetches`)
      }
      lock.drop(core)
    },
    { tasks: [readTwice] },
  )
  t.pass()
})

test('readers are let in together, and a writer before those that come later', async (t) => {
  await underSeeds(async (core) => {
    const lock = rwLock(core, { value: 0 })
    const [one, two] = [await lock.readLock(core), await lock.readLock(core)]
    if ((await lock.tryWriteLock(core)) !== undefined) throw new Error('it is read')
    const order: string[] = []
    const writer = lock.writeLock(core).then(async (guard) => {
      order.push('writer')
      guard.value.value = 1
      await guard.release()
    })
    if ((await lock.tryReadLock(core)) !== undefined) throw new Error('a writer waits')
    const reader = lock.readLock(core).then((guard) => {
      order.push(`reader ${guard.value.value}`)
      guard.release()
      guard.release()
    })
    one.release()
    await core.yield()
    if (order.length > 0) throw new Error(order.join())
    two.release()
    await Promise.all([writer, reader])
    if (order.join() !== 'writer,reader 1') throw new Error(order.join())
    lock.drop(core)
  })
  t.pass()
})

const writeAndLeave = task('test.write-and-leave', async (core: Core, lock: RwLock<string[]>) => {
  const guard = await lock.writeLock(core)
  // The guard keeps the lock, and the object, without a handle.
  lock.drop(core)
  await core.yield()
  guard.value.push('written')
  await guard.release()
})

test('a guard keeps the object alive until it is released', async (t) => {
  await underSeeds(
    async (core) => {
      const lock = rwLock<string[]>(core, [])
      await core.call(writeAndLeave, core.cores - 1, lock.clone())
      const left = core.call(writeAndLeave, core.cores >> 1, lock.clone())
      const text = await lock.read(core, (values) => values.join())
      if (text !== 'written' && text !== 'written,written') throw new Error(text)
      lock.drop(core)
      await left
    },
    { tasks: [writeAndLeave] },
  )
  t.pass()
})

const sum = scopedTask('test.lock-sum', (_core: Core, values: Ref<Float64Array>) => {
  return values.value.reduce((a, b) => a + b, 0)
})

test('typed memory can be locked, and what is locked can be lent on', async (t) => {
  await underSeeds(
    async (core) => {
      const lock = lockOwned(core, ownArray(core, f64, 10))
      await lock.write(core, (values) => void values.fill(1))
      {
        using guard = await lock.readLock(core)
        const sums = await Promise.all(
          [0, core.cores - 1].map((at) => lend(core, sum, at, guard.ref)),
        )
        if (sums.join() !== '10,10') throw new Error(sums.join())
      }
      lock.drop(core)
    },
    { tasks: [sum] },
  )
  t.pass()
})

test('work that throws gives the lock back', async (t) => {
  await underSeeds(async (core) => {
    const mutex = ownedMutex(core, { inner: own<string>(core, 'text') })
    const failing = mutex.write(core, () => {
      throw new Error('no luck')
    })
    await t.throwsAsync(failing, { message: 'no luck' })
    const guard = await mutex.tryLock(core)
    if (guard === undefined) throw new Error('it is still held')
    if ((await mutex.tryLock(core)) !== undefined) throw new Error('it is held')
    await guard.release()
    await guard.release()
    mutex.drop(core)
    await t.throwsAsync(mutex.lock(core), { code: 'OWN_DROPPED' })
  })
})

test('a guard that cannot be released yet still holds the lock', async (t) => {
  await underSeeds(async (core) => {
    const mutex = ownedMutex(core, { inner: own<string>(core, 'text') })
    const guard = await mutex.lock(core)
    const inner = await guard.view.inner.borrow(core)
    await t.throwsAsync(guard.release(), { code: 'OWN_BORROWED' })
    if ((await mutex.tryLock(core)) !== undefined) throw new Error('it is held')
    inner.release()
    await guard.release()
    await mutex.write(core, () => undefined)
    mutex.drop(core)
  })
})

const passOn = task('test.pass-on', async (core: Core, lock: RwLock<string[]>, target: number) => {
  await core.call(writeAndLeave, target, lock)
})

test('news of the last handle may come before the last holder’s', async (t) => {
  await underSeeds(
    async (core) => {
      const lock = rwLock<string[]>(core, [])
      await core.call(passOn, 1, lock, 2)
    },
    { tasks: [passOn, writeAndLeave], shapes: [[4, 1]], seeds: 100 },
  )
  t.pass()
})

interface Pair {
  a: number
  b: number
}

const readers = task('test.pair-readers', async (core: Core, lock: RwLock<Pair>, times: number) => {
  let last = 0
  for (let i = 0; i < times; i++) {
    using guard = await lock.readLock(core)
    const { a, b } = guard.value
    await core.yield()
    if (a !== b || guard.value.a !== a) throw new Error(`${a} and ${b}`)
    if (a < last) throw new Error(`${a} after ${last}`)
    last = a
  }
  lock.drop(core)
})

const writers = task('test.pair-writers', async (core: Core, lock: RwLock<Pair>, times: number) => {
  for (let i = 0; i < times; i++) {
    await lock.write(core, async (pair) => {
      pair.a++
      await core.yield()
      pair.b++
    })
  }
  lock.drop(core)
})

test('readers never see half a write, nor anything older than they have seen', async (t) => {
  t.timeout(120_000)
  await underSeeds(
    async (core, { random }) => {
      const lock = rwLock<Pair>(core, { a: 0, b: 0 })
      let written = 0
      const work: Promise<void>[] = []
      for (let target = 0; target < core.cores; target++) {
        const times = random.choose(4)
        written += times
        work.push(core.call(writers, target, lock.clone(), times))
        work.push(core.call(readers, target, lock.clone(), 1 + random.choose(4)))
      }
      await Promise.all(work)
      const { a, b } = await lock.read(core, (pair) => ({ a: pair.a, b: pair.b }))
      if (a !== written || b !== written) throw new Error(`${a} and ${b} of ${written}`)
      lock.drop(core)
    },
    { tasks: [readers, writers], seeds: 200, shapes: [[2, 2]] },
  )
  t.pass()
})
