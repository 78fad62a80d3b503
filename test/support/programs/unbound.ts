/**
 * A program for tests of unbound tasks: what may run anywhere, with all kinds of arguments, and
 * says where it did.
 */
import {
  type Core,
  type GlobalArray,
  type Target,
  type Task,
  anywhere,
  completionEvent,
  delegate,
  f64,
  forall,
  forallRangesUnbound,
  forallUnbound,
  free,
  globalArray,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'
import { everyEndpoint } from './delegates.ts'

/** What ran on one core, in order. */
class Record {
  steps: number[] = []
}

function recordOf(core: Core): Record {
  return core.endpoint.state(Record, () => new Record())
}

export const takeSteps = delegate('test.unbound.take', (core: Core): number[] => {
  const record = recordOf(core)
  const { steps } = record
  record.steps = []
  return steps
})

/** What ran since the last time, by core. */
async function stepsByCore(core: Core): Promise<number[][]> {
  const steps: number[][] = []
  for (let dst = 0; dst < core.cores; dst++) steps.push(await core.call(takeSteps, dst))
  return steps
}

export const note = task('test.unbound.note', (core: Core, step: number) => {
  recordOf(core).steps.push(step)
})

/** Suspends before it notes. */
export const noteLater = task('test.unbound.note-later', async (core: Core, step: number) => {
  await core.yield()
  recordOf(core).steps.push(step)
})

/** One-way tasks, plain and async: all steps there are, sorted. */
export const sendMany = task('test.unbound.send-many', async (core: Core, count: number) => {
  await stepsByCore(core)
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      const isOpen = inner.send(i % 2 === 0 ? note : noteLater, anywhere, i)
      if (!isOpen) await inner.drain()
    }
  })
  return (await stepsByCore(core)).flat().sort((a, b) => a - b)
})

/** The order in which a core runs its own. */
export const order = task('test.unbound.order', async (core: Core, count: number) => {
  await stepsByCore(core)
  await core.finish((inner) => {
    for (let i = 0; i < count; i++) inner.send(note, anywhere, i)
    inner.send(note, inner.id, count)
  })
  return (await stepsByCore(core))[0]!
})

export const sumOf = task('test.unbound.sum-of', (_core: Core, ...numbers: number[]) => {
  return numbers.reduce((a, b) => a + b, 0)
})

export const manyArguments = task('test.unbound.many-arguments', async (core: Core) => {
  const numbers = Array.from({ length: 1000 }, (_, i) => i)
  const counts = [0, 1, 4, 5, 6, 7, 8, 1000]
  const handles = counts.map((count) => core.spawn(sumOf, anywhere, ...numbers.slice(0, count)))
  return Promise.all(handles.map((handle) => handle.join()))
})

/** Gives its arguments back, later. */
export const echo = task('test.unbound.echo', async (core: Core, ...values: Plain[]) => {
  await core.yield()
  return values
})

type Plain =
  string | number | bigint | null | undefined | Plain[] | Map<string, number> | Uint8Array

export const echoes = task('test.unbound.echoes', async (core: Core, lists: Plain[][]) => {
  const handles = lists.map((list) => core.spawn(echo, anywhere, ...list))
  return Promise.all(handles.map((handle) => handle.join()))
})

/** Numbers that are none, and large ones, survive every way. */
export const oddNumbers = task('test.unbound.odd-numbers', async (core: Core) => {
  const odd = [Number.NaN, -0, Infinity, Number.MIN_VALUE, 2 ** 53, -1e300]
  const handles = Array.from({ length: 100 }, () => core.spawn(echo, anywhere, ...odd))
  const answers = await Promise.all(handles.map((handle) => handle.join()))
  return answers.filter((answer) => !answer.every((value, i) => Object.is(value, odd[i]))).length
})

export const fillPart = task(
  'test.unbound.fill-part',
  async (core: Core, array: GlobalArray<typeof f64>, first: number, count: number) => {
    await core.finish((inner) => {
      for (let i = first; i < first + count; i++) {
        inner.send(store, array.home(i), array, i)
      }
    })
  },
)

export const store = delegate(
  'test.unbound.store',
  (core: Core, array: GlobalArray<typeof f64>, i: number) => {
    array.local(core)[array.localIndex(i)] = i + 1
  },
)

/** Handles travel: an array filled by unbound tasks, its sum. */
export const fillArray = task('test.unbound.fill-array', async (core: Core, length: number) => {
  const array = await globalArray(core, f64, length)
  await core.finish((inner) => {
    for (let first = 0; first < length; first += 10) {
      inner.send(fillPart, anywhere, array, first, Math.min(10, length - first))
    }
  })
  let sum = 0
  for (let dst = 0; dst < core.cores; dst++) sum += await core.call(sumPart, dst, array)
  await free(core, array)
  return sum
})

export const sumPart = delegate(
  'test.unbound.sum-part',
  (core: Core, array: GlobalArray<typeof f64>): number => {
    return array.local(core).reduce((sum, value) => sum + value, 0)
  },
)

export const fibonacci = task(
  'test.unbound.fibonacci',
  async (core: Core, n: number): Promise<number> => {
    if (n < 2) return n
    const left = core.spawn(fibonacci, anywhere, n - 1)
    const right = core.spawn(fibonacci, anywhere, n - 2)
    return (await left.join()) + (await right.join())
  },
)

/** A tree of tasks that nobody joins; leaves are noted. */
export const tree: Task<[depth: number], void> = task(
  'test.unbound.tree',
  async (core: Core, depth: number) => {
    if (depth === 0) {
      core.send(noteHere, 0, 1)
      return
    }
    if (depth % 2 === 0) await core.yield()
    core.send(tree, anywhere, depth - 1)
    core.spawn(tree, depth % 3 === 0 ? core.cores - 1 : anywhere, depth - 1)
  },
)

export const noteHere = delegate('test.unbound.note-here', (core: Core, step: number) => {
  recordOf(core).steps.push(step)
})

/** A delegate may spawn, too. */
export const plant = delegate('test.unbound.plant', (core: Core, depth: number) => {
  core.send(tree, anywhere, depth)
})

/** Leaves of trees begun by tasks, by delegates called and sent, and under an event. */
export const forest = task('test.unbound.forest', async (core: Core, depth: number) => {
  await stepsByCore(core)
  const event = completionEvent(core)
  await core.finish(async (inner) => {
    for (const dst of everyEndpoint(core)) {
      inner.spawn(tree, dst, depth)
      inner.send(plant, dst, depth)
      await inner.call(plant, dst, depth)
    }
  })
  for (const dst of everyEndpoint(core)) event.on(core).send(plant, dst, depth)
  event.on(core).send(tree, anywhere, depth)
  await event.wait()
  await event.close()
  return (await stepsByCore(core)).flat().length
})

export const fails = task('test.unbound.fails', async (core: Core, after: number, text: string) => {
  for (let i = 0; i < after; i++) await core.yield()
  throw new RangeError(text)
})

/** Throws before it suspends, on numbers only. */
export const failsAtOnce = task('test.unbound.fails-at-once', (_core: Core, step: number) => {
  throw new RangeError(`at once ${step}`)
})

export const failing = task('test.unbound.failing', async (core: Core) => {
  const joins: unknown[] = []
  const scope = await failure(() =>
    core.finish(async (inner) => {
      joins.push(await failure(() => inner.spawn(fails, anywhere, 2, 'later').join()))
      joins.push(await failure(() => inner.spawn(failsAtOnce, anywhere, 1).join()))
      inner.send(failsAtOnce, anywhere, 2)
      inner.send(fails, anywhere, 0, 'not joined')
    }),
  )
  return { joins, scope }
})

export const givesFunction = task(
  'test.unbound.gives-function',
  (() => () => 1) as unknown as (core: Core) => number,
)

/** What is refused at the call, and by the join. */
export const refusals = task('test.unbound.refusals', async (core: Core) => {
  const target: Target = anywhere as unknown as Target
  return [
    await failure(() => core.send(noteHere, target, 1)),
    await failure(() => core.call(noteHere, target, 1)),
    await failure(() => core.call(note, target, 1)),
    await failure(() => core.spawn(echo, anywhere, 'text', (() => 1) as unknown as string)),
    await failure(() => core.send(echo, anywhere, (() => 1) as unknown as string)),
    await failure(() => core.finish((inner) => inner.spawn(givesFunction, anywhere).join())),
  ]
})

/** Says where it ran. */
export const whereabouts = task('test.unbound.whereabouts', async (core: Core) => {
  await core.yield()
  return core.id
})

/** Rounds of unbound tasks until every core has run one; -1 if some never does. */
export const spread = task('test.unbound.spread', async (core: Core, mostRounds: number) => {
  const seen = new Set<number>()
  for (let round = 1; round <= mostRounds; round++) {
    const handles = Array.from({ length: 200 }, () => core.spawn(whereabouts, anywhere))
    for (const handle of handles) seen.add(await handle.join())
    if (seen.size === core.cores) return round
  }
  return -1
})

/** The same object twice in one result, and changed afterwards: results are copies everywhere. */
export const sharedResult = task('test.unbound.shared-result', (core: Core) => {
  return core.endpoint.state(SharedResult, () => new SharedResult()).list
})

class SharedResult {
  readonly list: number[] = [1]
}

export const resultsAreCopies = task('test.unbound.copies', async (core: Core) => {
  const results: number[][] = []
  for (let i = 0; i < 20; i++) {
    const result = await core.spawn(sharedResult, anywhere).join()
    result.push(i)
    results.push(result)
  }
  return results
})

/** Indices visited, by core, of unbound loops with bodies of both kinds. */
export const loops = task(
  'test.unbound.loops',
  async (core: Core, count: number, grain: number) => {
    const visited: number[][] = []
    for (const definition of [noteHere, note, noteLater] as const) {
      await stepsByCore(core)
      await forallUnbound(core, { count, grain }, definition)
      visited.push((await stepsByCore(core)).flat().sort((a, b) => a - b))
    }
    return visited
  },
)

export const noteSum = delegate(
  'test.unbound.note-sum',
  (core: Core, i: number, ...values: number[]) => {
    recordOf(core).steps.push(values.reduce((sum, value) => sum + value, i))
  },
)

export const capturing = task('test.unbound.capturing', async (core: Core, values: number[]) => {
  await stepsByCore(core)
  await forallUnbound(core, 50, noteSum, ...values)
  return (await stepsByCore(core)).flat().sort((a, b) => a - b)
})

export const failingLoop = task('test.unbound.failing-loop', async (core: Core) => {
  return failure(() => forallUnbound(core, { count: 100, grain: 4 }, failsAt, 42))
})

export const failsAt = delegate('test.unbound.fails-at', (_core: Core, i: number, at: number) => {
  if (i === at) throw new RangeError(`iteration ${i}`)
})

/** A bound loop whose iterations spawn unbound tasks, and an unbound one inside them. */
export const nested = task('test.unbound.nested', async (core: Core, count: number) => {
  await stepsByCore(core)
  await forall(core, count, spawnOne)
  await forallUnbound(core, { count, grain: 1 }, innerLoop)
  return (await stepsByCore(core)).flat().length
})

export const spawnOne = delegate('test.unbound.spawn-one', (core: Core, i: number) => {
  core.send(note, anywhere, i)
})

export const innerLoop = task('test.unbound.inner-loop', async (core: Core) => {
  await forallUnbound(core, { count: 10, grain: 2 }, noteHere)
})

/** Slices that an unbound loop hands out. */
export const slices = task(
  'test.unbound.slices',
  async (core: Core, count: number, grain: number) => {
    await stepsByCore(core)
    await forallRangesUnbound(core, { count, grain }, noteSlice)
    const steps = (await stepsByCore(core)).flat()
    return steps.map((step): [number, number] => [step % 1000, Math.floor(step / 1000)])
  },
)

export const noteSlice = delegate(
  'test.unbound.note-slice',
  (core: Core, begin: number, end: number) => {
    recordOf(core).steps.push(begin + 1000 * end)
  },
)

export const badRanges = task('test.unbound.bad-ranges', async (core: Core) => {
  const names = []
  for (const range of [-1, 0.5, { count: 10, grain: 0 }, { count: 10, grain: 1.5 }]) {
    names.push((await failure(() => forallUnbound(core, range, noteHere)))?.name)
  }
  return names
})
