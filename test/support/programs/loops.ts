/**
 * A program for tests of parallel loops.
 */
import {
  type Core,
  type GlobalArray,
  delegate,
  f64,
  forall,
  forallRanges,
  free,
  globalArray,
  i32,
  onAllCores,
  reduce,
  struct,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'

/** What iterations left on one core: indices in the order in which they ran. */
class Visits {
  indices: number[] = []
  extras: unknown[] = []
}

function visitsOf(core: Core): Visits {
  return core.endpoint.state(Visits, () => new Visits())
}

export const takeVisits = delegate('test.loop.take', (core: Core): [number[], unknown[]] => {
  const visits = visitsOf(core)
  const { indices, extras } = visits
  visits.indices = []
  visits.extras = []
  return [indices, extras]
})

/** By core. */
async function takeAll(core: Core): Promise<[number[], unknown[]][]> {
  return onAllCores(core, takeVisits)
}

export const visit = delegate('test.loop.visit', (core: Core, index: number) => {
  visitsOf(core).indices.push(index)
})

export const visitLater = task('test.loop.visit-later', async (core: Core, index: number) => {
  visitsOf(core).indices.push(index)
  await core.call(visitThere, (core.id + 1) % core.cores)
})

export const visitThere = delegate('test.loop.visit-there', (_core: Core) => undefined)

export const visitWith = delegate(
  'test.loop.visit-with',
  (core: Core, index: number, ...captured: unknown[]) => {
    visitsOf(core).indices.push(index)
    if (visitsOf(core).extras.length === 0) visitsOf(core).extras.push(...captured)
  },
)

export const visitRange = delegate(
  'test.loop.visit-range',
  (core: Core, begin: number, end: number) => {
    for (let i = begin; i < end; i++) visitsOf(core).indices.push(i)
  },
)

export const visitRangeLater = task(
  'test.loop.visit-range-later',
  async (core: Core, begin: number, end: number) => {
    await core.yield()
    for (let i = begin; i < end; i++) visitsOf(core).indices.push(i)
  },
)

/** Indices by core, for loops of `count` iterations with each kind of body. */
export const loops = task('test.loop.loops', async (core: Core, count: number) => {
  const visited: number[][][] = []
  const take = async (): Promise<void> => {
    visited.push((await takeAll(core)).map(([indices]) => indices))
  }
  await forall(core, count, visit)
  await take()
  await forall(core, count, visitLater)
  await take()
  await forallRanges(core, count, visitRange)
  await take()
  await forallRanges(core, count, visitRangeLater)
  await take()
  return visited
})

/** What bodies get of captured values, one more each time. */
export const captures = task('test.loop.captures', async (core: Core, ...values: unknown[]) => {
  const seen: unknown[][] = []
  for (let count = 0; count <= values.length; count++) {
    await forall(core, core.cores, visitWith, ...values.slice(0, count))
    for (const [, extras] of await takeAll(core)) seen.push(extras)
  }
  return seen
})

/** Sums of what iterations computed here. */
class Sums {
  total = 0
}

export const addScaled = delegate(
  'test.loop.add-scaled',
  (core: Core, index: number, scales: Float64Array, by: { readonly plus: number }) => {
    core.endpoint.state(Sums, () => new Sums()).total += index * scales[index % 9]! + by.plus
  },
)

export const takeSum = delegate('test.loop.take-sum', (core: Core) => {
  const sums = core.endpoint.state(Sums, () => new Sums())
  const { total } = sums
  sums.total = 0
  return total
})

/** A sum over `count` iterations that use what they have captured, some hundred bytes of it. */
export const longLoop = task(
  'test.loop.long',
  async (core: Core, count: number, scales: Float64Array) => {
    await forall(core, count, addScaled, scales, { plus: 1 })
    return reduce(core, takeSum, 'sum')
  },
)

// Loops over arrays.

export const fillElement = delegate(
  'test.loop.fill-element',
  (core: Core, index: number, slot: number, array: GlobalArray<typeof i32>, by: number) => {
    array.local(core)[slot]! += index * by
    visitsOf(core).indices.push(index)
  },
)

export const fillElementLater = task(
  'test.loop.fill-element-later',
  async (core: Core, index: number, slot: number, array: GlobalArray<typeof i32>, by: number) => {
    await core.yield()
    array.local(core)[slot]! += index * by
  },
)

export const localElements = delegate(
  'test.loop.local-elements',
  (core: Core, array: GlobalArray<typeof i32>) => array.local(core),
)

/** Elements by core after loops that add 1 and 2 times the index, and who had which index. */
export const overArray = task(
  'test.loop.over-array',
  async (core: Core, length: number, blockBytes: number | 'contiguous') => {
    const array = await globalArray(core, i32, length, { blockBytes })
    await forall(core, array, fillElement, array, 1)
    await forall(core, array, fillElementLater, array, 2)
    const indices = (await takeAll(core)).map(([visited]) => visited)
    const elements = await onAllCores(core, localElements, array)
    const homes = Array.from({ length }, (_, i) => array.home(i))
    await free(core, array)
    return { indices, elements: elements.map((part) => [...part]), homes }
  },
)

const pair = struct({ x: f64, y: f64 })

export const setPair = delegate(
  'test.loop.set-pair',
  (core: Core, index: number, slot: number, pairs: GlobalArray<typeof pair>) => {
    pairs.local(core).set(slot, { x: index, y: -index })
  },
)

export const wrongPairs = delegate(
  'test.loop.wrong-pairs',
  (core: Core, pairs: GlobalArray<typeof pair>) => {
    const view = pairs.local(core)
    let wrong = 0
    for (let slot = 0; slot < view.length; slot++) {
      const index = pairs.globalIndex(core.id, slot)
      const { x, y } = view.get(slot)
      if (x !== index || y !== -index) wrong++
    }
    return wrong
  },
)

export const overPairs = task('test.loop.over-pairs', async (core: Core, length: number) => {
  const pairs = await globalArray(core, pair, length)
  await forall(core, pairs, setPair, pairs)
  const wrong = await reduce(core, wrongPairs, 'sum', pairs)
  await free(core, pairs)
  return wrong
})

// What can go wrong, and what comes of iterations.

export const failAt = delegate('test.loop.fail-at', (core: Core, index: number, at: number[]) => {
  visitsOf(core).indices.push(index)
  if (at.includes(index)) throw new Error(`iteration ${index}`)
})

export const failAtLater = task(
  'test.loop.fail-at-later',
  async (core: Core, index: number, at: number[]) => {
    await core.yield()
    visitsOf(core).indices.push(index)
    if (at.includes(index)) throw new Error(`iteration ${index}`)
  },
)

/** Errors of loops whose iterations `at` fail, and how many iterations ran. */
export const failing = task(
  'test.loop.failing',
  async (core: Core, count: number, at: number[]) => {
    const sync = await failure(() => forall(core, count, failAt, at))
    const syncVisits = await takeAll(core)
    const later = await failure(() => forall(core, count, failAtLater, at))
    await takeAll(core)
    return { sync, later, visits: syncVisits.map(([indices]) => indices.length) }
  },
)

export const spread = delegate('test.loop.spread', (core: Core, index: number) => {
  core.send(visit, (index * 7) % core.cores, index)
  core.send(visitTask, (index * 5) % core.cores, index)
})

export const visitTask = task('test.loop.visit-task', async (core: Core, index: number) => {
  await core.yield()
  visitsOf(core).indices.push(index)
})

/** Visits that came of a loop's iterations, and of four loops at once. */
export const spreading = task('test.loop.spreading', async (core: Core, count: number) => {
  await forall(core, count, spread)
  const one = (await takeAll(core)).flatMap(([indices]) => indices)
  await Promise.all([1, 2, 3, 4].map((part) => forall(core, count * part, visit)))
  const four = (await takeAll(core)).flatMap(([indices]) => indices)
  return { one, four: four.length }
})

/** A loop inside a loop's iterations. */
export const inner = task('test.loop.inner', async (core: Core, _index: number, count: number) => {
  await forall(core, count, visit)
})

export const nestedLoops = task('test.loop.nested', async (core: Core, count: number) => {
  await forall(core, count, inner, count)
  return (await takeAll(core)).flatMap(([indices]) => indices).length
})

export const badCounts = task('test.loop.bad-counts', async (core: Core) => {
  const counts = [-1, 0.5, Number.NaN, Infinity]
  const errors = await Promise.all(counts.map((count) => failure(() => forall(core, count, visit))))
  return errors.map((error) => error?.name)
})
