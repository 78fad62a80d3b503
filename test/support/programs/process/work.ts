/**
 * A program of small pieces of work, from which process tests put together what they need: sums,
 * waits of all kinds, and ways to stop a core.
 */
import { appendFileSync } from 'node:fs'
import {
  type Core,
  type ObjectAddress,
  allReduce,
  barrier,
  delegate,
  objectDelegate,
  onAllCores,
  task,
} from '@orujo/core'
import { timer } from '../../timer.ts'

export const add = delegate('work.add', (_core: Core, a: number, b: number) => a + b)

export const place = delegate('work.place', (core: Core) => core.id)

export const waitInLoop = task('work.wait-in-loop', async (core: Core, index: number) => {
  if (index === 1) await core.call(waitForEver, core.id)
})

/** Says two lines in one breath and ends its thread. */
export const lastWords = task('work.last-words', (core: Core): void => {
  core.log('this is', 'the end')
  core.log('my only friend')
  process.exit(4)
})

/** A sum of what came by one-way messages of two numbers. */
class Tally {
  sum = 0
}

export const tally = delegate('work.tally', (core: Core, a: number, b: number): void => {
  core.endpoint.state(Tally, () => new Tally()).sum += a * b
})

/** Of this core, and whether Node forbids it to make code from strings. */
export const tallied = delegate('work.tallied', (core: Core) => {
  const { sum } = core.endpoint.state(Tally, () => new Tally())
  try {
    new Function('return 1')
    return { sum, isCodeForbidden: false }
  } catch {
    return { sum, isCodeForbidden: true }
  }
})

export const tallyOn = task('work.tally-on', async (core: Core, dst: number, count: number) => {
  await core.finish((inner) => {
    for (let i = 1; i <= count; i++) inner.send(tally, dst, i, 0.5)
  })
  return await core.call(tallied, dst)
})

/** Nothing, as cheaply as a message can say it. */
export const touch = delegate('work.touch', (_core: Core, _number: number): void => undefined)

export const echo = delegate('work.echo', (_core: Core, value: string) => value)

/** Logs, then asks the host: both in one batch. */
export const logAndAskHost = task('work.log-and-ask-host', async (core: Core) => {
  core.log('a line')
  return await core.call(add, core.host, 1, 2)
})

export const answer = task('work.answer', async (core: Core, value: number) => {
  await core.yield()
  return value
})

/** Returns after `ms` milliseconds, which the core may spend parked. */
export const rest = task('work.rest', async (_core: Core, ms: number) => {
  await timer(ms)
  return ms
})

/** Never returns. */
export const waitForEver = task('work.wait-for-ever', async (_core: Core): Promise<void> => {
  await new Promise(() => undefined)
})

/** Asks `waitForEver` of a core, so that this task depends on it. */
export const dependOn = task('work.depend-on', async (core: Core, other: number): Promise<void> => {
  await core.call(waitForEver, other)
})

/** How many tasks on this core wait for the abort of their run. */
class AbortWaiters {
  count = 0
}

/** Returns when the run is aborted. */
export const waitForAbort = task('work.wait-for-abort', async (core: Core): Promise<string> => {
  const waiters = core.endpoint.state(AbortWaiters, () => new AbortWaiters())
  waiters.count++
  if (!core.signal.aborted) {
    await new Promise((resolve) => core.signal.addEventListener('abort', resolve, { once: true }))
  }
  waiters.count--
  return `core ${core.id} stopped`
})

/** How many tasks here wait for an abort, once these are `count`. */
export const abortWaiters = task('work.abort-waiters', async (core: Core, count: number) => {
  const waiters = core.endpoint.state(AbortWaiters, () => new AbortWaiters())
  while (waiters.count !== count) await timer(1)
  return waiters.count
})

/** Waits for its abort, and for that of tasks that it spawns after that. */
export const abortThenSpawn = task('work.abort-then-spawn', async (core: Core): Promise<void> => {
  await core.call(waitForAbort, core.id)
  await core.finish((inner) => onAllCores(inner, waitForAbort))
})

/** The same on every core, each in a finish scope inside a finish scope. */
export const waitForAbortEverywhere = task('work.abort-everywhere', (core: Core) =>
  core.finish((outer) => outer.finish((inner) => onAllCores(inner, waitForAbort))),
)

/** Meets on every core, but core `missing` never comes. */
export const meetWithout = task('work.meet-without', async (core: Core, missing: number) => {
  await onAllCores(core, enterUnless, missing)
})

export const enterUnless = task('work.enter-unless', async (core: Core, missing: number) => {
  if (core.id === missing) await new Promise(() => undefined)
  await barrier(core)
})

export const sumOfIds = task('work.sum-of-ids', async (core: Core): Promise<number[]> =>
  onAllCores(core, addUpIds),
)

export const addUpIds = task('work.add-up-ids', (core: Core) => allReduce(core, core.id, 'sum'))

/**
 * Fills the ring to `other` and beyond, then waits until there is room. Returns how often it did.
 */
export const fillAndDrain = task('work.fill-and-drain', async (core: Core, other: number) => {
  let drains = 0
  for (let sent = 0; sent < 300_000; sent++) {
    if (core.send(touch, other, sent)) continue
    await core.drain()
    drains++
  }
  return drains
})

/** Fills the ring to `other` until `send` says stop, and waits for room. */
export const waitForRoom = task('work.wait-for-room', async (core: Core, other: number) => {
  while (core.send(touch, other, 1));
  await core.drain()
})

/** Occupies its core, event loop and all, for `ms` milliseconds. */
export const occupy = delegate('work.occupy', (_core: Core, ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
})

/** Occupies its core for ever. */
export const occupyForEver = task('work.occupy-for-ever', (_core: Core): void => {
  for (;;);
})

/** Ways in which a core can die. */
export type Death = 'exit' | 'timer' | 'rejection' | 'heap' | 'value'

/** Makes the core it reaches die. */
export const die = delegate('work.die', (_core: Core, death: Death): void => {
  switch (death) {
    case 'exit':
      process.exit(3)
      break
    case 'timer':
      setImmediate(() => {
        throw new RangeError('a timer threw')
      })
      break
    case 'rejection':
      void Promise.reject(new TypeError('nobody caught this'))
      break
    case 'heap':
      exhaustHeap()
      break
    case 'value':
      setImmediate(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- some programs do
        throw 'not an error'
      })
  }
})

/** The same from a task, which other work may surround. */
export const dieInTask = task('work.die-in-task', async (core: Core, death: Death) => {
  await core.yield()
  await core.call(die, core.id, death)
  await new Promise(() => undefined)
})

/** By small objects: where one large one meets the limit, the engine may end the whole process. */
function exhaustHeap(): void {
  let hoard: unknown
  for (let i = 0; ; i++) hoard = { before: hoard, values: [i] }
}

/**
 * Waits on this core in every way for core `lost`, and records how each wait ends, a line each in
 * `file`: once a core is lost, nobody can be told by message.
 */
export const recordWaits = task(
  'work.record-waits',
  async (core: Core, file: string, lost: number): Promise<void> => {
    const record = async (what: string, wait: () => Promise<unknown>): Promise<void> => {
      const outcome = await wait().then(
        () => 'it came',
        (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
      )
      appendFileSync(file, `${core.id} ${what}: ${outcome}\n`)
    }
    await Promise.all([
      record('call', () => core.call(waitForEver, lost)),
      record('join', () => core.spawn(waitForEver, lost).join()),
      record('finish', () => core.finish((inner) => void inner.send(waitForEver, lost))),
      record('barrier', () => barrier(core)),
      record('drain', async () => {
        while (core.send(touch, lost, 1));
        await core.drain()
      }),
    ])
  },
)

/** Has every core but the last record how its waits for the last end; the last one then dies. */
export const recordLoss = task('work.record-loss', async (core: Core, file: string, ms: number) => {
  await core.call(occupyThenDie, core.cores - 1, file, ms)
})

/**
 * Has the cores before this one wait for it, occupies it for `ms` milliseconds, so that it reads
 * nothing of theirs, and ends its thread. Asked for by the occupied core itself: what others send
 * before it is occupied it may read, and then it drains them.
 */
export const occupyThenDie = task(
  'work.occupy-then-die',
  (core: Core, file: string, ms: number) => {
    for (let dst = 0; dst < core.id; dst++) core.send(recordWaits, dst, file, core.id)
    core.flush()
    const end = performance.now() + ms
    while (performance.now() < end);
    process.exit(5)
  },
)

/** Gates on this core, by number: runs that wait for `openGate`. */
class Gates {
  readonly open = new Map<number, () => void>()
}

export const passGate = task('work.pass-gate', async (core: Core, number: number) => {
  const { open } = core.endpoint.state(Gates, () => new Gates())
  await new Promise<void>((resolve) => open.set(number, resolve))
  return number
})

export const openGate = delegate('work.open-gate', (core: Core, number: number): void => {
  const { open } = core.endpoint.state(Gates, () => new Gates())
  open.get(number)?.()
  // At once: the run goes on in a later turn, and who asks before must not see it wait.
  open.delete(number)
})

/** Which gates are waited at, once `count` are. */
export const gateWaiters = task('work.gate-waiters', async (core: Core, count: number) => {
  const { open } = core.endpoint.state(Gates, () => new Gates())
  while (open.size !== count) await timer(1)
  return [...open.keys()]
})

export const where = task('work.where', (core: Core) => core.id)

export const callPlaceOf = task('work.call-place-of', async (core: Core, target: number) => {
  return await core.call(place, target)
})

/** A number kept on this core. */
class Memory {
  value = 0
}

export const remember = delegate('work.remember', (core: Core, value: number): void => {
  core.endpoint.state(Memory, () => new Memory()).value = value
})

export const recall = delegate(
  'work.recall',
  (core: Core): number => core.endpoint.state(Memory, () => new Memory()).value,
)

/** Sums on all cores under one seed, with suspensions between them. */
export const interleave = task(
  'work.interleave',
  async (core: Core, seed: number, rounds: number): Promise<number> => {
    let sum = 0
    for (let round = 0; round < rounds; round++) {
      const calls = Array.from({ length: core.cores }, (_, dst) => core.call(add, dst, seed, round))
      for (const part of await Promise.all(calls)) sum += part
    }
    return sum
  },
)

export function interleaveResult(seed: number, rounds: number, cores: number): number {
  return cores * (seed * rounds + (rounds * (rounds - 1)) / 2)
}

export const failAfterSends = task('work.fail-after-sends', async (core: Core, dst: number) => {
  for (let i = 0; i < 100; i++) core.send(touch, dst, i)
  await core.yield()
  throw new Error('failed after its sends')
})

export const push = objectDelegate('work.push', (_core: Core, list: number[], value: number) => {
  list.push(value)
})

export const pushFrom = task('work.push-from', (core: Core, to: ObjectAddress<number[]>): void => {
  core.send(push, to, core.id)
})

export const pushFromAll = task('work.push-from-all', (core: Core, to: ObjectAddress<number[]>) =>
  onAllCores(core, pushFrom, to),
)

/** Writes to `bytes` of every core's heap, so that the memory is there in fact. */
export const fillHeap = task('work.fill-heap', async (core: Core, bytes: number) => {
  await onAllCores(core, fillHeapHere, bytes)
})

export const fillHeapHere = delegate('work.fill-heap-here', (core: Core, bytes: number): void => {
  core.memory.heap!.u8.fill(1, 0, bytes)
})
