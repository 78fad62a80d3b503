/**
 * A program for tests of tasks: what may suspend, fails, spawns more, and is waited for.
 */
import {
  type Core,
  FullEmpty,
  type ObjectAddress,
  RemoteFullEmpty,
  anywhere,
  delegate,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'
import { everyEndpoint } from './delegates.ts'

/** What tasks left on one endpoint. */
class Board {
  steps: string[] = []
  count = 0
}

function boardOf(core: Core): Board {
  return core.endpoint.state(Board, () => new Board())
}

export const takeBoard = delegate('test.task.take', (core: Core): [string[], number] => {
  const board = boardOf(core)
  const { steps, count } = board
  board.steps = []
  board.count = 0
  return [steps, count]
})

export const countUp = delegate('test.task.count-up', (core: Core) => {
  boardOf(core).count++
})

/** Suspends `times` times, then says where it ran. */
export const wander = task('test.task.wander', async (core: Core, times: number) => {
  for (let i = 0; i < times; i++) await core.yield()
  return core.id
})

/** A task that never suspends need not be async. */
export const plain = task('test.task.plain', (_core: Core, text: string) => `${text}!`)

export const fails = task('test.task.fails', async (core: Core, after: number, message: string) => {
  for (let i = 0; i < after; i++) await core.yield()
  boardOf(core).count++
  throw new RangeError(message)
})

export const givesFunction = task('test.task.gives-function', (async (core: Core) => {
  await core.yield()
  return () => 1
}) as unknown as (core: Core) => Promise<number>)

/** Fibonacci numbers by a task per call, each on another core than its parent. */
export const fibonacci = task(
  'test.task.fibonacci',
  async (core: Core, n: number): Promise<number> => {
    if (n < 2) return n
    const left = core.spawn(fibonacci, (core.id + 1) % core.cores, n - 1)
    const right = core.spawn(fibonacci, (core.id + 2) % core.cores, n - 2)
    return (await right.join()) + (await left.join())
  },
)

/** Leaves of a binary tree of tasks that nobody joins, counted at core 0. */
export const tree = task('test.task.tree', async (core: Core, depth: number) => {
  if (depth === 0) {
    core.send(countUp, 0)
    return
  }
  await core.yield()
  core.send(tree, (core.id + 1) % (core.cores + 1), depth - 1)
  core.spawn(tree, (core.id + depth) % core.cores, depth - 1)
})

/** A delegate may spawn, too. */
export const plant = delegate('test.task.plant', (core: Core, depth: number) => {
  core.send(tree, core.id, depth)
})

/** Results of tasks spawned everywhere, joined last first. */
export const spawnEverywhere = task('test.task.everywhere', async (core: Core) => {
  const handles = everyEndpoint(core).map((dst) => core.spawn(wander, dst, dst))
  const texts = everyEndpoint(core).map((dst) => core.spawn(plain, dst, `text ${dst}`))
  const places: number[] = []
  for (const handle of handles.reverse()) places.unshift(await handle.join())
  const again = await handles[0]!.join()
  return { places, again, texts: await Promise.all(texts.map((handle) => handle.join())) }
})

/** A failing task at `dst`, spawned: [join's message, finish's error, whether finish waited]. */
export const spawnFailing = task('test.task.spawn-failing', async (core: Core, dst: number) => {
  const joins: unknown[] = []
  const scope = await failure(() =>
    core.finish(async (inner) => {
      joins.push(await failure(() => inner.spawn(fails, dst, 3, 'joined').join()))
      inner.spawn(fails, dst, 10, 'not joined')
    }),
  )
  const [, count] = await core.call(takeBoard, dst)
  return { joined: joins[0], scope, count }
})

/** A failing task at `dst`, called: only the caller hears of it. */
export const callFailing = task('test.task.call-failing', async (core: Core, dst: number) => {
  const outcome = await core.finish(async (inner) => {
    return [
      await failure(() => inner.call(fails, dst, 3, 'called')),
      await failure(() => inner.call(givesFunction, dst)),
    ]
  })
  await core.call(takeBoard, dst)
  return outcome
})

/** The order in which tasks of one core take their steps. */
export const interleave = task('test.task.interleave', async (core: Core) => {
  await core.call(takeBoard, core.id)
  await core.finish((inner) => {
    for (const name of ['a', 'b']) inner.send(stepwise, core.id, name, 3)
    boardOf(core).steps.push('queued')
  })
  return (await core.call(takeBoard, core.id))[0]
})

export const stepwise = task(
  'test.task.stepwise',
  async (core: Core, name: string, steps: number) => {
    for (let i = 0; i < steps; i++) {
      boardOf(core).steps.push(`${name}${i}`)
      await core.yield()
    }
  },
)

/** Between two awaits nothing else happens: how often it did, while everybody disturbed. */
export const undisturbed = task('test.task.undisturbed', async (core: Core, rounds: number) => {
  let disturbances = 0
  await core.finish(async (inner) => {
    for (const dst of everyEndpoint(core)) inner.send(disturb, dst, core.id, rounds)
    for (let round = 0; round < rounds; round++) {
      await inner.yield()
      const before = boardOf(core).count
      // Publishing is the moment at which a naive runtime would read its own links, too.
      for (let i = 0; i < 100; i++) inner.send(countUp, (core.id + 1) % (core.cores + 1))
      inner.flush()
      if (core.cores > 1 && boardOf(core).count !== before) disturbances++
    }
  })
  for (const dst of everyEndpoint(core)) await core.call(takeBoard, dst)
  return disturbances
})

export const disturb = task(
  'test.task.disturb',
  async (core: Core, dst: number, rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      core.send(countUp, dst)
      await core.yield()
    }
  },
)

/** Leaves counted at core 0, of trees begun by tasks and by delegates on every endpoint. */
export const forest = task('test.task.forest', async (core: Core, depth: number) => {
  await core.call(takeBoard, 0)
  await core.finish((inner) => {
    for (const dst of everyEndpoint(core)) {
      inner.spawn(tree, dst, depth)
      inner.send(plant, dst, depth)
    }
  })
  return (await core.call(takeBoard, 0))[1]
})

/** Spawns with as many arguments as there are numbers, and with many: what comes back. */
export const manyArguments = task('test.task.many-arguments', async (core: Core, dst: number) => {
  const numbers = Array.from({ length: 1000 }, (_, i) => i)
  const counts = [0, 1, 4, 5, 29, 30, 31, 1000]
  const handles = counts.map((count) => core.spawn(sumOf, dst, ...numbers.slice(0, count)))
  return Promise.all(handles.map((handle) => handle.join()))
})

export const sumOf = task('test.task.sum-of', async (_core: Core, ...numbers: number[]) => {
  return numbers.reduce((a, b) => a + b, 0)
})

// Many at once, and what is left behind.

export const waitAtGate = task(
  'test.task.wait-at-gate',
  async (core: Core, gate: ObjectAddress<FullEmpty<number>>, home: number) => {
    core.send(countUp, home)
    const sum = await new RemoteFullEmpty(core, gate).readFF()
    core.send(countUp, home)
    return sum
  },
)

/** Tasks that had begun to wait before any could go on, and that went on then. */
export const crowd = task('test.task.crowd', async (core: Core, each: number) => {
  const gate = core.hold(new FullEmpty<number>())
  const board = boardOf(core)
  board.count = 0
  const everybody = everyEndpoint(core)
  const before = await core.finish(async (inner) => {
    for (const dst of everybody) {
      for (let i = 0; i < each; i++) inner.send(waitAtGate, dst, gate, core.id)
    }
    while (board.count < each * everybody.length) await inner.yield()
    // Time enough for those who would not wait.
    for (let i = 0; i < 20; i++) await inner.yield()
    const waiting = board.count
    await new RemoteFullEmpty(inner, gate).writeXF(1)
    return waiting
  })
  core.release(gate)
  const [, after] = await core.call(takeBoard, core.id)
  return [before, after]
})

export const wanderThenCount = task('test.task.wander-then-count', async (core: Core) => {
  for (let i = 0; i < 5; i++) await core.yield()
  core.send(countUp, 0)
})

/** Begins work of every kind on every endpoint, and waits for none of it: how much it is. */
export const leaveBehind = task('test.task.leave-behind', (core: Core) => {
  for (const dst of everyEndpoint(core)) {
    core.send(wanderThenCount, dst)
    core.spawn(wanderThenCount, dst)
    core.spawn(wanderThenCount, anywhere)
    core.send(plant, dst, 2)
    void core.call(wanderThenCount, dst)
    void core.finish((inner) => void inner.send(wanderThenCount, dst))
  }
  return everyEndpoint(core).length * (5 + 2 ** 2)
})
