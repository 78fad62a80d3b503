/**
 * A program for tests of the loop: tasks that are resumed at moments at which it may be parked, and
 * tasks that leave it no rest.
 */
import { setImmediate } from 'node:timers/promises'
import {
  type Core,
  type GlobalCompletionEvent,
  completionEvent,
  delegate,
  onAllCores,
  task,
} from '@orujo/core'

/** What a task leaves for others on its core. */
class Flag {
  isUp = false
}

function flagOf(core: Core): Flag {
  return core.endpoint.state(Flag, () => new Flag())
}

/** Ends in a turn of the event loop, without having said anything. */
export const endLater = task('test.parking.end-later', async (_core: Core, turns: number) => {
  for (let i = 0; i < turns; i++) await setImmediate()
})

/** Ends so many microtasks after it began, without having said anything. */
export const endDeep = task('test.parking.end-deep', async (_core: Core, microtasks: number) => {
  for (let i = 0; i < microtasks; i++) await undefined
})

/** Finish scopes over one-way tasks that end silently. */
export const silentEnds = task('test.parking.silent-ends', async (core: Core, rounds: number) => {
  for (let round = 0; round < rounds; round++) {
    await core.finish((inner) => {
      for (let dst = 0; dst < core.cores; dst++) {
        inner.send(endLater, dst, round)
        inner.send(endDeep, dst, round)
      }
    })
  }
  return rounds
})

/** Completes what its core has enrolled, from the event loop. */
export const completeLater = task(
  'test.parking.complete-later',
  async (_core: Core, event: GlobalCompletionEvent) => {
    await setImmediate()
    await setImmediate()
    event.complete()
  },
)

export const enrollHere = task(
  'test.parking.enroll-here',
  async (core: Core, event: GlobalCompletionEvent) => {
    event.enroll()
    core.send(completeLater, core.id, event)
  },
)

/** Waits on core 0 for what other cores enroll and complete silently. */
export const silentCompletions = task(
  'test.parking.completions',
  async (core: Core, rounds: number) => {
    const event = completionEvent(core)
    for (let round = 0; round < rounds; round++) {
      await onAllCores(core, enrollHere, event)
      await event.wait()
    }
    await event.close()
    return rounds
  },
)

/** Keeps its core busy until somebody raises the flag. */
export const restless = task('test.parking.restless', async (core: Core) => {
  const flag = flagOf(core)
  while (!flag.isUp) await core.yield()
  flag.isUp = false
})

export const raise = delegate('test.parking.raise', (core: Core) => {
  flagOf(core).isUp = true
})

export const nothing = delegate('test.parking.nothing', (_core: Core) => undefined)

/** Finish scopes that need every core, while a task on each leaves its core no rest. */
export const amongRestless = task(
  'test.parking.among-restless',
  async (core: Core, rounds: number) => {
    return core.finish(async (outer) => {
      const cores = Array.from({ length: core.cores }, (_, id) => id)
      for (const dst of cores) outer.send(restless, dst)
      for (let round = 0; round < rounds; round++) {
        await core.finish((inner) => {
          for (const dst of cores) inner.send(nothing, dst)
        })
      }
      for (const dst of cores) outer.send(raise, dst)
      return rounds
    })
  },
)
