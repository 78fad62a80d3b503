/**
 * A program for tests of collectives.
 */
import {
  type Core,
  type Operator,
  type SymmetricArray,
  allGather,
  allReduce,
  barrier,
  broadcast,
  delegate,
  exclusiveScan,
  free,
  gather,
  i32,
  onAllCores,
  reduce,
  scan,
  sumOverCores,
  symmetric,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'

export const identify = task('test.collective.identify', async (core: Core, plus: number) => {
  await core.yield()
  return core.id + plus
})

export const failOn = task('test.collective.fail-on', async (core: Core, cores: number[]) => {
  await core.yield()
  if (cores.includes(core.id)) throw new Error(`core ${core.id}`)
})

export const everywhere = task('test.collective.everywhere', async (core: Core) => {
  const last = core.cores - 1
  return {
    ids: await onAllCores(core, identify, 10),
    one: await failure(() => onAllCores(core, failOn, [last])),
    all: await failure(() =>
      onAllCores(
        core,
        failOn,
        Array.from({ length: core.cores }, (_, i) => i),
      ),
    ),
  }
})

export const number = delegate('test.collective.number', (core: Core, factor: number) => {
  return (core.id + 1) * factor
})

export const reductions = task('test.collective.reductions', async (core: Core) => [
  await reduce(core, number, 'sum', 1),
  await reduce(core, number, 'min', -2),
  await reduce(core, number, 'max', 3),
  await reduce(core, identify, 'sum', 0),
])

/** Through `phases` barriers: how often a neighbour was seen more than a phase away. */
export const march = task(
  'test.collective.march',
  async (core: Core, phases: number, steps: SymmetricArray<typeof i32>) => {
    const next = (core.id + 1) % core.cores
    let strays = 0
    for (let phase = 1; phase <= phases; phase++) {
      steps.local(core)[0] = phase
      await barrier(core)
      const seen = await core.call(stepOf, next, steps)
      if (seen !== phase && seen !== phase + 1) strays++
    }
    return strays
  },
)

export const stepOf = delegate(
  'test.collective.step',
  (core: Core, steps: SymmetricArray<typeof i32>) => steps.local(core)[0]!,
)

export const barriers = task('test.collective.barriers', async (core: Core, phases: number) => {
  const steps = await symmetric(core, i32)
  const strays = await onAllCores(core, march, phases, steps)
  await free(core, steps)
  return strays
})

/** SPMD sums, minima and maxima, `rounds` of each. */
export const combineAll = task(
  'test.collective.combine',
  async (core: Core, rounds: number, by: number) => {
    const results = []
    for (let round = 0; round < rounds; round++) {
      results.push(await allReduce(core, (core.id + 1) * by, 'sum'))
      results.push(await allReduce(core, core.id + round, 'min'))
      results.push(await allReduce(core, core.id + round, 'max'))
    }
    return results
  },
)

/** Two groups of SPMD tasks at once, each in a scope of its own. */
export const twoGroups = task('test.collective.two-groups', async (core: Core, rounds: number) => {
  return Promise.all(
    [1, 100].map((by) => core.finish((inner) => onAllCores(inner, combineAll, rounds, by))),
  )
})

export const fractions = task('test.collective.fractions', async (core: Core) => {
  // Sums of these depend on their order in the last bit.
  return allReduce(core, [0.1, 0.2, 0.3, 1e16][core.id % 4]!, 'sum')
})

export const steadySums = task('test.collective.steady', async (core: Core, rounds: number) => {
  const sums = new Set<number>()
  for (let round = 0; round < rounds; round++) {
    for (const sum of await onAllCores(core, fractions)) sums.add(sum)
  }
  return sums.size
})

/** Joins texts: associative, but not commutative. */
export const join = delegate('test.collective.join', (_core: Core, a: string, b: string) => a + b)

export const failToJoin = delegate(
  'test.collective.fail-to-join',
  (_core: Core, a: string, b: string): string => {
    throw new Error(`cannot join ${a} and ${b}`)
  },
)

/** What every core gets of each collective. */
export const each = task('test.collective.each', async (core: Core) => {
  const letter = 'abcdefgh'[core.id]!
  const root = core.cores - 1
  return {
    joined: await allReduce(core, letter, join),
    big: await allReduce(core, 2n ** BigInt(core.id), 'or'),
    scanned: [await scan(core, core.id + 1, 'sum'), await scan(core, letter, join)],
    before: [
      await exclusiveScan(core, core.id + 1, 'sum', 100),
      await exclusiveScan(core, letter, join, '-'),
    ],
    gathered: [await gather(core, letter), await gather(core, [core.id], { root })],
    all: await allGather(core, { id: core.id }),
    told: [
      await broadcast(core, core.id === 0 ? 'from 0' : undefined),
      await broadcast(core, { id: core.id }, { root }),
    ],
  }
})

export const everyCollective = task('test.collective.every', (core: Core) => {
  return onAllCores(core, each)
})

export const joinHere = delegate('test.collective.letter', (core: Core) => 'abcdefgh'[core.id]!)

export const ones = delegate('test.collective.ones', (core: Core, length: number) => {
  return new Int32Array(length).fill(core.id + 1)
})

export const wideReductions = task('test.collective.wide', async (core: Core) => ({
  joined: await reduce(core, joinHere, join),
  counted: await sumOverCores(core, number, 1),
  arrays: await reduce(core, ones, 'sum', 3),
}))

/** Reduces in place an array of `length`, with element i of core c being i + c. */
export const inPlace = task(
  'test.collective.in-place',
  async (core: Core, length: number, operator: Operator) => {
    const array = Float64Array.from({ length }, (_, i) => i + core.id)
    const result = await allReduce(core, array, operator)
    let wrong = 0
    const all = Array.from({ length: core.cores }, (_, id) => id)
    for (let i = 0; i < length; i++) {
      const sum = all.reduce((total, id) => total + i + id, 0)
      if (array[i] !== (operator === 'sum' ? sum : i + core.cores - 1)) wrong++
    }
    return result === array && wrong === 0
  },
)

export const arraysInPlace = task(
  'test.collective.arrays-in-place',
  (core: Core, length: number, operator: Operator) => onAllCores(core, inPlace, length, operator),
)

/** Arrays of several parts, barriers and named sums, all under way at once. */
export const manyAtOnce = task('test.collective.many', async (core: Core, length: number) => {
  const one = new Float64Array(length).fill(1)
  const two = new Float64Array(length).fill(2)
  const both = [allReduce(core, one, 'sum'), allReduce(core, two, 'product')]
  // Which of two tasks of a core is first must not matter where they have names.
  const named = ['a', 'b'].map(async (name, place) => {
    for (let turns = (core.id + place) % 3; turns > 0; turns--) await core.yield()
    return allReduce(core, place === 0 ? 1 : 10, 'sum', { name })
  })
  await barrier(core)
  const sums = [allReduce(core, 1, 'sum'), allReduce(core, 7, 'max'), allReduce(core, 2, 'sum')]
  const arrays = await Promise.all(both)
  return [
    ...arrays.map((array) => new Set(array).size === 1 && array[0]!),
    ...(await Promise.all(named)),
    ...(await Promise.all(sums)),
  ]
})

/** Two teams at once under one scope, with collectives of different kinds. */
export const atOnce = task('test.collective.at-once', async (core: Core, length: number) => {
  const [many, marched] = await Promise.all([
    onAllCores(core, manyAtOnce, length),
    onAllCores(core, combineAll, 3, 1),
  ])
  return { many, marched: marched.length }
})

// Those who do not come, or do something else.

/** Meets twice; core `absent` fails, or returns, before the second time. */
export const meetTwice = task(
  'test.collective.meet-twice',
  async (core: Core, absent: number, fails: boolean, name: string) => {
    await barrier(core)
    if (core.id === absent) {
      if (fails) throw new TypeError(`core ${absent} does not come`)
      return 'away'
    }
    const error = await failure(() => allReduce(core, 1, 'sum', { name }))
    // And once more, when all of them are known to be gone.
    const again = await failure(() => barrier(core))
    return [error?.code, error?.core, again?.code].join()
  },
)

/** The same, with the error of whoever waited for nothing passed on. */
export const meetAndFail = task('test.collective.meet-and-fail', async (core: Core, at: number) => {
  if (core.id === at) throw new TypeError(`core ${at} does not come`)
  await barrier(core)
})

export const absences = task('test.collective.absences', async (core: Core) => {
  const last = core.cores - 1
  return {
    away: await onAllCores(core, meetTwice, last, false, ''),
    named: await onAllCores(core, meetTwice, 0, false, 'n'),
    failed: await failure(() => onAllCores(core, meetTwice, last, true, '')),
    passedOn: await failure(() => onAllCores(core, meetAndFail, 0)),
  }
})

export const disagree = task('test.collective.disagree', async (core: Core, what: string) => {
  const odd = core.id === core.cores - 1
  const error = await failure(() => {
    switch (what) {
      case 'operator':
        return allReduce(core, 1, odd ? 'max' : 'sum')
      case 'kind':
        return odd ? barrier(core) : allReduce(core, 1, 'sum')
      case 'root':
        return broadcast(core, 1, { root: odd ? core.cores - 1 : 0 })
      case 'length':
        return allReduce(core, new Float64Array(odd ? 2 ** 15 : 2 ** 14), 'sum')
      case 'type':
        return allReduce(core, odd ? new Float64Array(1) : new Int32Array(1), 'sum')
      default:
        return allReduce(core, 'a', failToJoin)
    }
  })
  // Everybody was told, so that all go on together.
  return [error?.code ?? error?.message, await allReduce(core, 1, 'sum')].join()
})

export const disagreements = task(
  'test.collective.disagreements',
  async (core: Core, whats: string[]) => {
    const results = []
    for (const what of whats) results.push(await onAllCores(core, disagree, what))
    return results
  },
)

export const refused = task('test.collective.refused', async (core: Core) => {
  const wrong = (operator: string) => allReduce(core, 1, operator as 'sum')
  const errors = [
    await failure(() => core.call(enterAsHost, core.host)),
    await failure(() => broadcast(core, 1, { root: core.cores })),
    await failure(() => gather(core, 1, { root: 0.5 })),
    await failure(() => wrong('mean')),
  ]
  return errors.map((error) => error?.code)
})

export const enterAsHost = task('test.collective.as-host', async (core: Core) => barrier(core))
