/** Delegates on owned objects, and atomics, on clusters. */
import test from 'ava'
import { f64, objectDelegate, task, type Core } from '@orujo/core'
import {
  type Atomic,
  atomicF64,
  atomicI32,
  atomicI64,
  delegateRead,
  drop,
  take,
  own,
  ownArray,
  type Owned,
  type Shared,
  update,
} from '@orujo/ownership'
import { homeOf } from '#ownership/object-id.js'
import { underSeeds } from '../../../support/ownership-rules.ts'

interface Counter {
  total: number
  child?: Owned<string>
}

const count = objectDelegate('test.count', (core: Core, counter: Counter, by: number) => {
  counter.total += by
  return core.id
})
const total = objectDelegate('test.total', (_core: Core, counter: Shared<Counter>) => counter.total)

const visit = task('test.visit', async (core: Core, counter: Owned<Counter>) => {
  const before = await counter.read(core, ({ total: sum }) => sum)
  const home = homeOf(counter.hold.pointer.id)
  const ranOn = await update(core, counter, count, 1)
  if (ranOn !== home) throw new Error(`ran on ${ranOn}, not on ${home}`)
  const after = await counter.read(core, ({ total: sum }) => sum)
  if (after !== before + 1) throw new Error(`${before} and then ${after}`)
  const seen = await delegateRead(core, counter, total)
  if (seen !== after) throw new Error(`${seen} by a delegate`)
  return counter
})

test('an update runs at the object’s home, and nobody reads what was before it', async (t) => {
  await underSeeds(
    async (core) => {
      let counter = own<Counter>(core, { total: 0 })
      for (let i = 0; i < 8; i++) counter = await core.call(visit, i % core.cores, counter)
      t.is(await delegateRead(core, counter, total), 8)
      t.is(homeOf(counter.hold.pointer.id), core.id)
      drop(core, counter)
    },
    { tasks: [count, total, visit] },
  )
})

test('an object that is updated more often than there are colours gets a new id', async (t) => {
  await underSeeds(
    async (core) => {
      let counter = own<Counter>(core, { total: 0, child: own(core, 'child') })
      for (let i = 0; i < 12; i++) counter = await core.call(visit, i % core.cores, counter)
      t.is(await delegateRead(core, counter, total), 12)
      drop(core, counter)
    },
    { tasks: [count, total, visit], store: () => ({ colorLimit: 3 }) },
  )
})

const scale = objectDelegate('test.scale', (_core: Core, values: Float64Array, by: number) => {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * by
})
const scaleFar = task('test.scale-far', async (core: Core, values: Owned<Float64Array>) => {
  await update(core, values, scale, 2)
  const sum = await values.read(core, (view) => view.reduce((a, b) => a + b, 0))
  return { sum, values }
})

test('typed memory is updated in place', async (t) => {
  await underSeeds(
    async (core) => {
      const values = ownArray(core, f64, 10)
      await values.write(core, (view) => void view.fill(1))
      const far = await core.call(scaleFar, core.cores - 1, values)
      t.is(far.sum, 20)
      drop(core, far.values)
    },
    { tasks: [scale, scaleFar] },
  )
})

const swapChild = objectDelegate(
  'test.swap-child',
  (_core: Core, counter: Counter, child: Owned<string>) => {
    const before = take(counter.child!)
    counter.child = child
    return before
  },
)
const swapFar = task('test.swap-far', async (core: Core, counter: Owned<Counter>) => {
  const old = await update(core, counter, swapChild, own(core, 'new'))
  drop(core, old)
  return counter
})

test('owners move into an object with an update, and out with its result', async (t) => {
  await underSeeds(
    async (core) => {
      const counter = own<Counter>(core, { total: 0, child: own(core, 'old') })
      const back = await core.call(swapFar, core.cores - 1, counter)
      const text = await back.read(core, (value) => value.child!.read(core, (child) => child))
      t.is(text, 'new')
      drop(core, back)
    },
    { tasks: [swapChild, swapFar] },
  )
})

const breakDown = objectDelegate('test.break', (_core: Core, counter: Counter): void => {
  counter.total = -1
  throw new Error('half way')
})
const breakFar = task('test.break-far', async (core: Core, counter: Owned<Counter>) => {
  const before = await counter.read(core, ({ total: sum }) => sum)
  await update(core, counter, breakDown).catch(() => undefined)
  return { before, after: await counter.read(core, ({ total: sum }) => sum), counter }
})

test('an update that throws has changed what it has changed, and the object is free', async (t) => {
  await underSeeds(
    async (core) => {
      const counter = own<Counter>(core, { total: 5 })
      const answer = await core.call(breakFar, core.cores - 1, counter)
      t.deepEqual([answer.before, answer.after], [5, -1])
      drop(core, answer.counter)
    },
    { tasks: [breakDown, breakFar] },
  )
})

const spoil = objectDelegate('test.spoil', (_core: Core, counter: Shared<Counter>): void => {
  ;(counter as Counter).total = -1
})
const spoilFar = task('test.spoil-far', async (core: Core, counter: Owned<Counter>) => {
  const failed = await delegateRead(core, counter, spoil).then(
    () => 'nothing',
    (error: unknown) => (error as Error).name,
  )
  // It is free again.
  await update(core, counter, count, 1)
  return { failed, counter }
})

test('a delegate that only reads cannot write, and leaves the object free', async (t) => {
  await underSeeds(
    async (core) => {
      const counter = own<Counter>(core, { total: 5 })
      const answer = await core.call(spoilFar, core.cores - 1, counter)
      t.is(answer.failed, 'TypeError')
      t.is(await delegateRead(core, answer.counter, total), 6)
      drop(core, answer.counter)
    },
    { tasks: [spoil, spoilFar, count, total] },
  )
})

test('what is borrowed is not updated', async (t) => {
  await underSeeds(
    async (core) => {
      const counter = own<Counter>(core, { total: 0 })
      const ref = await counter.borrow(core)
      await t.throwsAsync(update(core, counter, count, 1), { code: 'OWN_BORROWED' })
      ref.release()
      await update(core, counter, count, 1)
      drop(core, counter)
    },
    { tasks: [count] },
  )
})

const add = task('test.add', async (core: Core, cell: Atomic<number>, times: number) => {
  for (let i = 0; i < times; i++) await cell.fetchAdd(core, 1)
  for (let i = 0; i < times; i++) {
    for (let seen = await cell.load(core); ;) {
      const { isExchanged, found } = await cell.compareExchange(core, seen, seen + 1)
      if (isExchanged) break
      seen = found
    }
  }
  cell.drop(core)
})

test('no addition and no exchange of an atomic is lost', async (t) => {
  await underSeeds(
    async (core) => {
      const cell = atomicI32(core, 2 ** 31 - 1)
      await Promise.all(
        Array.from({ length: core.cores }, (_, target) => core.call(add, target, cell.clone(), 3)),
      )
      t.is(await cell.load(core), (2 ** 31 - 1 + 6 * core.cores) | 0)
      cell.drop(core)
      await t.throwsAsync(cell.load(core), { code: 'OWN_DROPPED' })
    },
    { tasks: [add] },
  )
})

test('atomics hold numbers of three types', async (t) => {
  await underSeeds(async (core) => {
    const big = atomicI64(core, 2n ** 63n - 1n)
    t.is(await big.fetchAdd(core, 1n), 2n ** 63n - 1n)
    t.is(await big.exchange(core, 5n), -(2n ** 63n))
    const real = atomicF64(core, 0.5)
    await real.store(core, 1.5)
    t.is(await real.fetchAdd(core, 1), 1.5)
    t.is(await real.load(core), 2.5)
    big.drop(core)
    real.drop(core)
  })
})
