/**
 * A program of small pieces of work, from which process tests put together what they need: sums,
 * waits of all kinds, and ways to stop a core.
 */
import { appendFileSync } from 'node:fs'
import { type Core, allReduce, barrier, delegate, onAllCores, task } from '@orujo/core'
import { timer } from '../../timer.ts'

export const add = delegate('work.add', (_core: Core, a: number, b: number) => a + b)

export const place = delegate('work.place', (core: Core) => core.id)

/** Nothing, as cheaply as a message can say it. */
export const touch = delegate('work.touch', (_core: Core, _number: number): void => undefined)

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

/** Returns when the run is aborted. */
export const waitForAbort = task('work.wait-for-abort', async (core: Core): Promise<string> => {
  if (!core.signal.aborted) {
    await new Promise((resolve) => core.signal.addEventListener('abort', resolve, { once: true }))
  }
  return `core ${core.id} stopped`
})

/** The same on every core, each in a finish scope inside a finish scope. */
export const waitForAbortEverywhere = task('work.abort-everywhere', (core: Core) =>
  core.finish((outer) => outer.finish((inner) => onAllCores(inner, waitForAbort))),
)

/** Waits on every core for a barrier that core `missing` never enters. */
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

/** Fills the ring to `other` and beyond, then waits until there is room. Returns how often it did. */
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
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- programs do throw such things
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

function exhaustHeap(): void {
  const hoard: unknown[] = []
  for (;;) hoard.push(new Array(1000).fill(hoard.length))
}

/** How waits on this core end, a line each in `file`: they cannot tell anybody once a core is lost. */
export const recordWaits = task('work.record-waits', async (core: Core, file: string) => {
  const lost = core.cores - 1
  const record = async (what: string, wait: () => Promise<unknown>): Promise<void> => {
    try {
      await wait()
      appendFileSync(file, `${core.id} ${what}: it came\n`)
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      appendFileSync(file, `${core.id} ${what}: ${code} ${message}\n`)
    }
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
})

/** Says that it runs, then occupies its core so that it reads nothing: for `recordWaits` to wait. */
export const occupyThenDie = task('work.occupy-then-die', (_core: Core, ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
  process.exit(5)
})
