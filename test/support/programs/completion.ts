/**
 * A program for tests of finish scopes and completion events: work that gives rise to more work,
 * fails, and is waited for in many ways.
 */
import {
  type Core,
  type GlobalCompletionEvent,
  completionEvent,
  delegate,
  onAllCores,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'
import { everyEndpoint } from './delegates.ts'

/** How much was done on one endpoint. */
class Work {
  done = 0
}

function workOf(core: Core): Work {
  return core.endpoint.state(Work, () => new Work())
}

/** What was done here since the last time this was asked. */
export const takeWork = delegate('test.work.take', (core: Core): number => {
  const work = workOf(core)
  const { done } = work
  work.done = 0
  return done
})

export async function takeAllWork(core: Core): Promise<number> {
  const done = await Promise.all(everyEndpoint(core).map((id) => core.call(takeWork, id)))
  return done.reduce((a, b) => a + b, 0)
}

export const work = delegate('test.work.work', (core: Core) => {
  workOf(core).done++
})

/** Works, and sends itself on `hops` times, `step` endpoints at a time. */
export const hop = delegate('test.work.hop', (core: Core, hops: number, step: number) => {
  workOf(core).done++
  if (hops > 0) core.send(hop, (core.id + step) % (core.cores + 1), hops - 1, step)
})

/** Two for one, down to `depth`: one-way delegates, calls and tasks by turns. */
export const branch = delegate('test.work.branch', (core: Core, depth: number) => {
  workOf(core).done++
  if (depth === 0) return
  const targets = [(core.id + 1) % (core.cores + 1), (core.id + depth) % (core.cores + 1)]
  for (const dst of targets) {
    if (depth % 3 === 0) core.send(branch, dst, depth - 1)
    else if (depth % 3 === 1) void core.call(branch, dst, depth - 1)
    else core.send(branchTask, dst, depth - 1)
  }
})

export const branchTask = task('test.work.branch-task', async (core: Core, depth: number) => {
  await core.yield()
  await core.call(branch, (core.id + 1) % (core.cores + 1), depth)
})

export const fail = delegate('test.work.fail', (_core: Core, message: string) => {
  throw new Error(message)
})

export const failLater = task('test.work.fail-later', async (core: Core, message: string) => {
  await core.yield()
  throw new Error(message)
})

/** A call whose body sends to the core it runs on, which fails there at once. */
export const failInside = delegate('test.work.fail-inside', (core: Core, message: string) => {
  core.send(fail, core.id, message)
})

/** Work done by chains of one-way delegates that pass through every endpoint. */
export const chains = task('test.work.chains', async (core: Core, count: number, hops: number) => {
  await core.finish((inner) => {
    for (let i = 0; i < count; i++) inner.send(hop, i % core.cores, hops, 1 + (i % 3))
  })
  return takeAllWork(core)
})

/** Work done by `count` sends to every endpoint. */
export const fanOut = task('test.work.fan-out', async (core: Core, count: number) => {
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      for (const dst of everyEndpoint(core)) {
        if (!inner.send(work, dst)) await inner.drain()
      }
    }
  })
  return takeAllWork(core)
})

/** Finish scopes over local work and over calls to others. */
export const atHome = task('test.work.at-home', async (core: Core, count: number) => {
  for (let i = 0; i < count; i++) {
    await core.finish(async (inner) => {
      inner.send(work, core.id)
      await inner.call(takeWork, i % (core.cores + 1))
    })
  }
})

export const branches = task('test.work.branches', async (core: Core, depth: number) => {
  const begin = core.finish((inner) => void inner.send(branch, core.cores - 1, depth))
  await begin
  return takeAllWork(core)
})

/** Results of finish scopes with nothing in them, and with others inside. */
export const nested = task(
  'test.work.nested',
  async (core: Core, depth: number): Promise<number> => {
    return core.finish(async (inner) => {
      inner.send(work, (core.id + depth) % (core.cores + 1))
      if (depth === 0) return 1
      const next = (core.id + 1) % core.cores
      const deeper = await Promise.all([
        inner.call(nested, next, depth - 1),
        inner.call(nested, core.id, depth - 1),
      ])
      return 1 + deeper[0] + deeper[1]
    })
  },
)

/** What was done each time when a finish scope, `times` in a row, was over. */
export const again = task('test.work.again', async (core: Core, times: number) => {
  const seen = new Set<number>()
  for (let time = 0; time < times; time++) {
    await core.finish((inner) => void inner.send(hop, core.cores - 1, 3, 1))
    seen.add(await takeAllWork(core))
  }
  return [...seen]
})

/** Messages of the causes of a finish scope in which much fails. */
export const failures = task('test.work.failures', async (core: Core) => {
  const sent = await failure(() =>
    core.finish((inner) => {
      for (const dst of everyEndpoint(core)) {
        inner.send(fail, dst, `send ${dst}`)
        inner.send(failLater, dst, `task ${dst}`)
        inner.spawn(failLater, dst, `spawn ${dst}`)
        void inner.call(failInside, dst, `inside ${dst}`)
      }
    }),
  )
  const own = await failure(() =>
    core.finish(async (inner) => {
      inner.send(hop, core.cores - 1, 5, 1)
      inner.send(fail, core.cores - 1, 'of what was sent')
      await inner.yield()
      throw new RangeError('own')
    }),
  )
  return { sent, own, done: await takeAllWork(core) }
})

/** A failure inside an inner scope that is handled does not fail the outer one. */
export const handled = task('test.work.handled', async (core: Core) => {
  return core.finish(async (inner) => {
    const error = await failure(() =>
      inner.finish((innermost) => void innermost.send(fail, core.cores - 1, 'inner')),
    )
    return error?.cause as Error
  })
})

/** Rejects as a run does whose work fails. */
export const failingMain = task('test.work.failing-main', async (core: Core, text: string) => {
  core.send(failLater, core.cores - 1, text)
})

/** Results of finish scopes begun on every core at the same time. */
export const everywhere = task('test.work.everywhere', async (core: Core, depth: number) => {
  const counts = await onAllCores(core, nested, depth)
  return [counts, await takeAllWork(core)]
})

// Completion events.

/** Spawns `count` tasks under the event that count at core 0, and returns at once. */
export const spawnUnder = task(
  'test.event.spawn',
  async (core: Core, event: GlobalCompletionEvent, count: number) => {
    for (let i = 0; i < count; i++) event.on(core).send(countAtHome, core.id)
  },
)

export const countAtHome = task('test.event.count', async (core: Core) => {
  await core.yield()
  core.send(work, 0)
})

/** As `spawnUnder`, and waits: what core 0 had counted when the event was over. */
export const spawnAndWait = task(
  'test.event.spawn-and-wait',
  async (core: Core, event: GlobalCompletionEvent, count: number) => {
    for (let i = 0; i < count; i++) event.on(core).send(countAtHome, core.id)
    await event.wait()
    return core.call(done, 0)
  },
)

export const done = delegate('test.event.done', (core: Core) => workOf(core).done)

/** Every core spawns under one event; core 0, or all of them, wait: what they see. */
export const sharedEvent = task('test.event.shared', async (core: Core, count: number) => {
  const event = completionEvent(core)
  await onAllCores(core, spawnUnder, event, count)
  await event.wait()
  const seenByHome = await core.call(takeWork, 0)
  const seenByAll = await onAllCores(core, spawnAndWait, event, count)
  await event.close()
  await takeAllWork(core)
  return { seenByHome, seenByAll }
})

/** Enrolls, lets another core complete, and waits; phase after phase. */
export const phases = task(
  'test.event.phases',
  async (core: Core, event: GlobalCompletionEvent, count: number, rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      event.enroll(count)
      for (let i = 0; i < count; i++) {
        core.send(completeFrom, (core.id + i) % core.cores, event, core.id)
      }
      await event.wait()
    }
  },
)

export const completeFrom = delegate(
  'test.event.complete-from',
  (core: Core, event: GlobalCompletionEvent, dst: number) => {
    workOf(core).done++
    if (dst === core.id) event.complete()
    else event.completeAt(dst)
  },
)

/** SPMD phases on one event: what was completed in all. */
export const recurring = task(
  'test.event.recurring',
  async (core: Core, count: number, rounds: number) => {
    const event = completionEvent(core)
    await core.finish((inner) => onAllCores(inner, phases, event, count, rounds))
    await event.close()
    return takeAllWork(core)
  },
)

/** Waits of all kinds that have nothing to wait for, and of several at once. */
export const manyWaiters = task('test.event.many-waiters', async (core: Core, dst: number) => {
  const event = completionEvent(core)
  await event.wait()
  await core.call(waitThere, dst, event)
  const order: string[] = []
  event.on(core).send(hop, dst, 20, 1)
  event.enroll(2)
  const waits = ['a', 'b', 'c'].map((name) => event.wait().then(() => order.push(name)))
  waits.push(core.call(waitThere, dst, event).then(() => order.push('far')))
  await core.yield()
  const early = order.length
  event.complete()
  await core.yield()
  event.complete()
  await Promise.all(waits)
  const there = await takeAllWork(core)
  await event.close()
  return { early, near: order.filter((name) => name !== 'far'), waits: order.length, there }
})

export const waitThere = task(
  'test.event.wait-there',
  async (_core: Core, event: GlobalCompletionEvent) => event.wait(),
)

/** Errors of the waiters of a phase in which much fails, and of the phase after it. */
export const failedPhase = task('test.event.failed-phase', async (core: Core, dst: number) => {
  const event = completionEvent(core)
  const under = event.on(core)
  under.send(fail, dst, 'delegate')
  under.spawn(failLater, dst, 'task')
  under.send(fail, core.id, 'here')
  const [near, also] = await Promise.all([failure(() => event.wait()), failure(() => event.wait())])
  under.send(fail, core.id, 'again')
  const far = await failure(() => core.call(failAndWait, dst, event))
  const clean = await failure(() => event.wait())
  await event.close()
  return { near, also, far, clean }
})

export const failAndWait = task(
  'test.event.fail-and-wait',
  async (core: Core, event: GlobalCompletionEvent) => {
    event.on(core).send(fail, core.id, 'far')
    await event.wait()
  },
)

/** Codes of what is misuse. */
export const misuse = task('test.event.misuse', async (core: Core, dst: number) => {
  const event = completionEvent(core)
  const errors = [
    await failure(() => event.complete()),
    await failure(() => event.enroll(-1)),
    await failure(() => event.enroll(0.5)),
    await failure(() => core.call(closeThere, dst, event)),
  ]
  event.completeAt(dst)
  errors.push((await failure(() => event.wait()))?.cause as (typeof errors)[0])
  await event.close()
  return errors.map((error) => error?.code)
})

export const closeThere = task(
  'test.event.close-there',
  async (core: Core, event: GlobalCompletionEvent) => {
    if (event.home === core.id) event.complete()
    await event.close()
  },
)

/** Events by the hundred, one after another and at the same time. */
export const manyEvents = task('test.event.many', async (core: Core, count: number) => {
  for (let i = 0; i < count; i++) {
    const events = [completionEvent(core), completionEvent(core)]
    for (const event of events) event.on(core).send(hop, core.cores - 1, 2, 1)
    await Promise.all(events.map((event) => event.close()))
  }
  return takeAllWork(core)
})
