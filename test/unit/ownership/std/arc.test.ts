/** Arcs on clusters: shared ownership, and the end with the last handle. */
import test from 'ava'
import { f64, task, type Core } from '@orujo/core'
import { type Arc, arc, drop, own, ownArray, type Owned, shareOwned } from '@orujo/ownership'
import { storeOf } from '#ownership/stores.js'
import { pick, type Schedule } from '../../../support/schedule.ts'
import { underSeeds } from '../../../support/ownership-rules.ts'

const sumOf = task('test.sum-of', async (core: Core, list: Arc<number[]>) => {
  const sum = await list.read(core, (values) => values.reduce((a, b) => a + b, 0))
  list.drop(core)
  return sum
})

test('a value with many handles is read on every core, and freed with the last', async (t) => {
  await underSeeds(
    async (core) => {
      const list = arc(core, [1, 2, 3])
      const sums = Array.from({ length: 2 * core.cores }, (_, i) => {
        return core.call(sumOf, i % core.cores, list.clone())
      })
      list.drop(core)
      for (const sum of await Promise.all(sums)) if (sum !== 6) throw new Error(`${sum}`)
    },
    { tasks: [sumOf] },
  )
  t.pass()
})

const readTwice = task('test.read-twice', async (core: Core, values: Arc<Float64Array>) => {
  const before = storeOf(core).counts.fetches
  for (let i = 0; i < 3; i++) {
    using ref = await values.borrow(core)
    if (ref.value.reduce((a, b) => a + b, 0) !== 100) throw new Error('another sum')
  }
  const fetches = storeOf(core).counts.fetches - before
  values.drop(core)
  return fetches
})

test('another locale fetches a copy once, cores of the same one never', async (t) => {
  await underSeeds(
    async (core) => {
      const values = ownArray(core, f64, 100)
      await values.write(core, (view) => void view.fill(1))
      const shared = shareOwned(core, values)
      await t.throwsAsync(values.borrow(core), { code: 'OWN_MOVED' })
      for (let target = 0; target < core.cores; target++) {
        const fetches = await core.call(readTwice, target, shared.clone())
        const isNear = core.topology.localeOf(target) === core.topology.localeOf(core.id)
        if (fetches !== (isNear ? 0 : 1)) throw new Error(`${fetches} fetches by core ${target}`)
      }
      shared.drop(core)
    },
    { tasks: [readTwice] },
  )
})

const hops = task(
  'test.hops',
  async (core: Core, value: Arc<string>, left: number): Promise<string> => {
    const text = await value.read(core, (one) => one)
    if (left === 0) {
      value.drop(core)
      return text
    }
    return core.call(hops, (core.id + 1) % core.cores, value.clone(), left - 1).finally(() => {
      value.drop(core)
    })
  },
)

const giveAway = task('test.give-away', (core: Core, value: Arc<string>, left: number): void => {
  if (left > 0) core.send(giveAway, (core.id + left) % core.cores, value, left - 1)
  else value.drop(core)
})

test('handles may go round all cores, and back to where they have been', async (t) => {
  await underSeeds(
    async (core) => {
      const value = arc(core, 'text')
      if (core.cores > 1) core.send(giveAway, 1, value.clone(), 9)
      const text = await core.call(hops, core.cores - 1, value.clone(), 7)
      if (text !== 'text') throw new Error(text)
      value.drop(core)
    },
    { tasks: [hops, giveAway] },
  )
  t.pass()
})

const unwrapHere = task('test.unwrap', async (core: Core, value: Arc<number[]>) => {
  const owned = await value.tryUnwrap(core)
  if (owned === undefined) return value
  await owned.write(core, (list) => void list.push(4))
  return owned
})

test('the only handle can be turned into an owner, one of several cannot', async (t) => {
  await underSeeds(
    async (core) => {
      const value = arc(core, [1, 2, 3])
      const other = value.clone()
      if ((await value.tryUnwrap(core)) !== undefined) throw new Error('there are two')
      const back = (await core.call(unwrapHere, core.cores - 1, value)) as Arc<number[]>
      other.drop(core)
      const owned = (await core.call(unwrapHere, core.cores - 1, back)) as Owned<number[]>
      const text = await owned.read(core, (list) => list.join())
      if (text !== '1,2,3,4') throw new Error(text)
      drop(core, owned)
    },
    { tasks: [unwrapHere] },
  )
  t.pass()
})

const keepAndUnwrap = task('test.keep-and-unwrap', async (core: Core, value: Arc<number[]>) => {
  const owned = await value.tryUnwrap(core)
  if (owned === undefined) return value
  throw new Error('others have handles')
})

test('a handle elsewhere is not the only one while others have gone elsewhere, too', async (t) => {
  await underSeeds(
    async (core) => {
      const value = arc(core, [1])
      const other = await core.call(keepAndUnwrap, 1, value.clone())
      const kept = core.call(keepAndUnwrap, 2, value.clone())
      const asked = core.call(keepAndUnwrap, 3, other)
      value.drop(core)
      for (const one of [await kept, await asked]) one.drop(core)
    },
    { tasks: [keepAndUnwrap], shapes: [[4, 1]] },
  )
  t.pass()
})

test('owners inside are dropped with the value, and cannot be written', async (t) => {
  await underSeeds(async (core) => {
    const value = arc(core, { inner: own(core, [1]) })
    const first = await value.read(core, (one) => one.inner.read(core, (list) => list[0]))
    if (first !== 1) throw new Error(`${first}`)
    value.drop(core)
  })
  t.pass()
})

test('a handle that was moved or dropped, or is borrowed, says so', async (t) => {
  await underSeeds(async (core) => {
    const value = arc(core, 'text')
    const ref = await value.borrow(core)
    t.throws(() => value.drop(core), { code: 'OWN_BORROWED' })
    await t.throwsAsync(value.tryUnwrap(core), { code: 'OWN_BORROWED' })
    ref.release()
    const other = value.clone()
    value.drop(core)
    await t.throwsAsync(value.borrow(core), { code: 'OWN_DROPPED' })
    t.throws(() => value.clone(), { code: 'OWN_DROPPED' })
    other.drop(core)
  })
})

interface Walk {
  readonly value: Arc<string>
  readonly left: number
}

const wander = task('test.wander', async (core: Core, walks: Walk[]): Promise<number> => {
  let read = 0
  const further: Promise<number>[] = []
  for (const { value, left } of walks) {
    if ((await value.read(core, (text) => text)) !== 'still here') throw new Error('freed')
    read++
    for (let i = 1; i < left; i += 2) {
      const walk = { value: value.clone(), left: left - i }
      further.push(core.call(wander, (core.id * 3 + left + i) % core.cores, [walk]))
    }
    // In one of two ways the handle itself goes on, while its copies are still under way.
    if (left % 2 === 1) {
      further.push(core.call(wander, (core.id + left) % core.cores, [{ value, left: left - 2 }]))
    } else value.drop(core)
  }
  return (await Promise.all(further)).reduce((a, b) => a + b, read)
})

function randomWalks(core: Core, schedule: Schedule, value: Arc<string>): Promise<number>[] {
  return Array.from({ length: 4 }, () => {
    const left = 1 + schedule.choose(6)
    const target = schedule.choose(core.cores)
    return core.call(wander, target, [{ value: value.clone(), left }])
  })
}

test('however handles go about, no value is freed early or never', async (t) => {
  t.timeout(120_000)
  await underSeeds(
    async (core, { random }) => {
      const value = arc(core, 'still here')
      const walks = randomWalks(core, random, value)
      if (pick(random, [true, false])) value.drop(core)
      else core.send(giveAway, random.choose(core.cores), value, 3)
      await Promise.all(walks)
    },
    { tasks: [wander, giveAway], seeds: 200, shapes: [[4, 1]] },
  )
  t.pass()
})
