/**
 * Programs over collections at their limits: more than fits under way, and values that they cannot
 * hold.
 */
import {
  type Core,
  type GlobalCounter,
  type GlobalHashMap,
  type ObjectAddress,
  delegate,
  freeCollection,
  globalBag,
  globalCounter,
  globalHashMap,
  globalVector,
  i32,
  i64,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'

/** What is found of `count` values that were sent, heeding `false` or not, right before. */
export const sendThenAsk = task(
  'test.collections.send-then-ask',
  async (core: Core, count: number, isHeeding: boolean) => {
    const vector = await globalVector(core, i32)
    const map = await globalHashMap(core, i32, i32)
    const counter = await globalCounter(core)
    const found = await core.finish(async (inner) => {
      for (let i = 0; i < count; i++) {
        if (!vector.send(inner, i) && isHeeding) await vector.drain(inner)
      }
      const sizes = [await vector.size(inner)]
      for (let i = 0; i < count; i++) {
        if (!map.sendInsert(inner, i, i) && isHeeding) await map.drain(inner)
      }
      sizes.push(await map.size(inner))
      for (let i = 0; i < count; i++) vector.send(inner, i)
      await vector.forall(inner, countVisit, counter)
      for (let i = 0; i < count; i++) map.sendInsert(inner, -i, i)
      await map.clear(inner)
      return [...sizes, await counter.value(inner), await map.size(inner)]
    })
    for (const one of [vector, map, counter]) await freeCollection(core, one)
    return found
  },
)

export const countVisit = delegate(
  'test.collections.count-visit',
  (core: Core, _value: number, _index: number, counter: GlobalCounter): void => {
    counter.send(core)
  },
)

/** What comes of values that cannot be held, asked for together with others that can. */
export const misfits = task('test.collections.misfits', async (core: Core, combining: boolean) => {
  const vector = await globalVector<unknown>(core, { combining })
  const numbers = await globalVector(core, i64, { combining })
  const map = await globalHashMap(core, i64, i64, { combining })
  const bag = await globalBag<unknown>(core, { combining })
  const wrong = 5 as unknown as bigint
  const misfit = (): number => 1
  const tries = [
    () => vector.push(core, 'a'),
    () => vector.push(core, misfit),
    () => vector.push(core, ['b']),
    () => numbers.push(core, wrong),
    () => numbers.push(core, 1n),
    () => map.insert(core, wrong, 1n),
    () => map.insert(core, 1n, wrong),
    () => map.insert(core, 2n, 2n),
    () => bag.add(core, misfit),
    () => bag.add(core, 'c'),
  ]
  const errors = await Promise.all(tries.map((work) => failure(work)))
  const kept = [
    await vector.size(core),
    await vector.read(core, 1),
    await numbers.size(core),
    await map.size(core),
    await bag.size(core),
  ]
  for (const one of [vector, numbers, map, bag]) await freeCollection(core, one)
  return { errors: errors.map((error) => error?.code ?? error?.name), kept }
})

/** Whether a handle is one key, wherever it is asked for. */
export const handleKeys = task('test.collections.handle-keys', async (core: Core) => {
  const map = await globalHashMap<unknown, string>(core)
  const [one, other] = [core.hold({}), core.hold({})]
  await map.insert(core, one, 'one')
  await map.insert(core, other, 'other')
  const found = [await map.lookup(core, one), await core.call(lookUp, core.cores - 1, map, other)]
  await freeCollection(core, map)
  for (const each of [one, other]) core.release(each)
  return found
})

export const lookUp = task(
  'test.collections.look-up',
  (core: Core, map: GlobalHashMap<unknown, string>, key: ObjectAddress) => map.lookup(core, key),
)

/** What comes of a delegate that suspends, given to replace values. */
export const promised = task('test.collections.promised', async (core: Core) => {
  const vector = await globalVector<unknown>(core)
  const map = await globalHashMap<string, unknown>(core)
  await vector.push(core, 1)
  await map.insert(core, 'a', 1)
  const errors = [
    await failure(() => vector.transform(core, promise)),
    await failure(() => map.transform(core, promise)),
  ]
  const kept = [await vector.read(core, 0), await map.lookup(core, 'a')]
  for (const one of [vector, map]) await freeCollection(core, one)
  return { codes: errors.map((error) => error?.code), kept }
})

export const promise = delegate(
  'test.collections.promise',
  // What JavaScript may give, and TypeScript refuses.
  ((_core: Core, value: number) => Promise.resolve(value)) as unknown as () => number,
)

/** Whether producers without combining are told to wait before there is no end of messages. */
export const singles = task('test.collections.singles', async (core: Core, count: number) => {
  const vector = await globalVector(core, i32, { combining: false })
  const counter = await globalCounter(core, { combining: false })
  const told = await core.finish((inner) => {
    const sent = [0, 0]
    for (let i = 0; i < count; i++) {
      if (!vector.send(inner, i)) sent[0]!++
      if (!counter.send(inner)) sent[1]!++
    }
    return sent
  })
  const kept = [await vector.size(core), await counter.value(core)]
  for (const one of [vector, counter]) await freeCollection(core, one)
  return { areTold: told.every((times) => times > 0), kept }
})
