/**
 * A program for tests of caches.
 */
import {
  type Cache,
  type CacheMode,
  type Core,
  type GlobalArray,
  allocate,
  cache,
  callWithCaching,
  delegate,
  f64,
  forall,
  free,
  globalArray,
  i32,
  memset,
  read,
  struct,
  task,
  write,
} from '@orujo/core'
import { failure } from '../machine.ts'
import type { Block } from './arrays.ts'

type Numbers = GlobalArray<typeof i32>

export const setToIndex = delegate(
  'test.cache.set',
  (core: Core, index: number, slot: number, array: Numbers, times: number) => {
    array.local(core)[slot] = index * times
  },
)

async function numbered(core: Core, length: number, blockBytes: Block): Promise<Numbers> {
  const array = await globalArray(core, i32, length, { blockBytes })
  await forall(core, array, setToIndex, array, 1)
  return array
}

async function elements(core: Core, array: Numbers): Promise<number[]> {
  using all = cache(core, 'read', array)
  return [...(await all.acquire())]
}

/** Each range through a cache, what it should be, and whether release leaves the array alone. */
export const ranges = task(
  'test.cache.ranges',
  async (
    core: Core,
    length: number,
    block: Block,
    pairs: readonly (readonly [number, number])[],
  ) => {
    const array = await numbered(core, length, block)
    const wrong: string[] = []
    // All begin before the first is waited for.
    const caches = pairs.map(([begin, end]) => cache(core, 'readWrite', array, begin, end))
    const acquired = caches.map((each) => each.acquire())
    for (const [i, [begin, end]] of pairs.entries()) {
      const found = (await acquired[i]!).join()
      const expected = Array.from({ length: end - begin }, (_, k) => begin + k).join()
      if (found !== expected || caches[i]!.length !== end - begin) wrong.push(`${begin} to ${end}`)
    }
    await Promise.all(caches.map((each) => each.release()))
    const isKept = (await elements(core, array)).every((value, i) => value === i)
    await free(core, array)
    return { wrong, isKept }
  },
)

/** Writes every third element through a cache while others write the rest by themselves. */
export const changes = task(
  'test.cache.changes',
  async (core: Core, mode: CacheMode, length: number, block: Block) => {
    const array = await numbered(core, length, block)
    const held = cache(core, mode, array, 1, length - 1)
    const view = await held.acquire()
    for (let i = 0; i < view.length; i++) {
      if (mode === 'write' || i % 3 === 0) view[i] = -1
    }
    const before = await elements(core, array)
    await forall(core, array, setToIndex, array, 2)
    if (held.isLocal) for (let i = 0; i < view.length; i += 3) view[i] = -1
    await held.release()
    const after = await elements(core, array)
    await free(core, array)
    return { before, after, isLocal: held.isLocal }
  },
)

const record = struct({ a: f64, b: i32 })

/** Pieces of one core: seen and changed by their home, and from elsewhere. */
export const pieces = task('test.cache.pieces', async (core: Core, home: number, count: number) => {
  const address = await allocate(core, record, home, count + 1)
  const last = address.plus(count)
  await write(core, address, { a: 1, b: 1 })
  await write(core, last, { a: 9, b: 9 })
  const seen: unknown[] = []
  {
    await using held = cache(core, 'readWrite', address, count)
    const view = await held.acquire()
    seen.push(held.isLocal, view.get(0))
    view.field('b').set(0, 5)
    for (let i = 1; i < count; i++) view.set(i, { a: i, b: i })
    seen.push((await read(core, address)).b)
  }
  seen.push((await read(core, address)).b, (await read(core, address.plus(count - 1))).a)
  const sum = await callWithCaching(core, address, (view) => {
    view.set(0, { a: 3, b: view.get(0).b * 2 })
    return view.length
  })
  seen.push(sum, await read(core, address), await read(core, last))
  await free(core, address)
  return seen
})

export const several = task('test.cache.several', async (core: Core) => {
  const array = await numbered(core, 100, 64)
  const held = cache(core, 'read', array, 3, 97)
  const views = await Promise.all([held.acquire(), held.acquire(), core.yield(), held.acquire()])
  const again = await held.acquire()
  // A copy of before, until it is acquired anew.
  await memset(core, array, 7)
  const old = again[0]
  await held.release()
  const renewed = (await held.acquire())[0]
  const isOne = views[0] === views[1] && views[1] === views[3] && again === views[0]
  const empty = cache(core, 'readWrite', array, 100)
  const none = (await empty.acquire()).length
  await empty.release()
  const whole = cache(core, 'read', array.at(90), 10)
  const addressed = (await whole.acquire()).length
  await free(core, array)
  return { isOne, old, renewed, none, addressed, isLocal: held.isLocal }
})

/** Rounds on one cache of each mode and home that did not see, or leave, what they should. */
export const rounds = task('test.cache.rounds', async (core: Core) => {
  const wrong: string[] = []
  for (let home = 0; home < core.cores; home++) {
    const address = await allocate(core, i32, home, 3)
    for (const mode of ['read', 'readWrite', 'write'] as const) {
      const held = cache(core, mode, address, 3)
      for (let round = 1; round <= 3; round++) {
        await write(core, address, round)
        const view = await held.acquire()
        if (mode !== 'write' && view[0] !== round) wrong.push(`${mode} at ${home}: saw ${view[0]}`)
        if (mode !== 'read') view.fill(-round)
        await held.release()
        const left = await read(core, address)
        if (left !== (mode === 'read' ? round : -round)) {
          wrong.push(`${mode} at ${home}: left ${left}`)
        }
      }
      // As they were asked for, whether one has ended before the next is asked for or not.
      void held.acquire()
      void held.release()
      const view = await held.acquire()
      if (view !== held.view) wrong.push(`${mode} at ${home}: not held`)
      await held.release()
    }
    await free(core, address)
  }
  return wrong
})

/** What several caches on the same elements leave: of the same elements, what was released last. */
export const lastWins = task('test.cache.last-wins', async (core: Core) => {
  const array = await globalArray(core, i32, 100)
  const caches = [1, 2].map(() => cache(core, 'write', array, 10, 90))
  for (const [i, each] of caches.entries()) each.view.fill(i + 1)
  await caches[1]!.release()
  await caches[0]!.release()
  const isLocal = caches[0]!.isLocal
  const found = await elements(core, array)
  await free(core, array)
  return { isLocal, found }
})

function look(held: Cache<typeof i32>): unknown {
  return held.view
}

export const refusedCaches = task('test.cache.refused', async (core: Core) => {
  const array = await globalArray(core, i32, 100)
  const pairs = await globalArray(core, record, 10)
  const held = cache(core, 'readWrite', array)
  const codes = [
    await failure(() => cache(core, 'read', array, 5, 101)),
    await failure(() => cache(core, 'read', array, 5, 4)),
    await failure(() => cache(core, 'read', array.at(95), 6)),
    await failure(() => cache(core, 'read', pairs.at(1).field('b'))),
    await failure(() => look(held)),
    await failure(() => held[Symbol.dispose]()),
    await failure(() => cache(core, 'rw' as CacheMode, array)),
  ]
  await held.release()
  await Promise.all([free(core, array), free(core, pairs)])
  codes.push(
    await failure(() => cache(core, 'read', array)),
    core.cores === 1 ? undefined : await failure(() => held.acquire()),
  )
  return codes.map((error) => error?.code)
})
