/** A program whose traffic can be told beforehand, message by message. */
import { type Core, anywhere, barrier, delegate, onAllCores, task } from '@orujo/core'
import { add, answer, echo, occupy, touch } from './work.ts'

export const pair = delegate(
  'traffic.pair',
  (_core: Core, _a: number, _b: number): void => undefined,
)

/** One-way: so many to core 1, to core 2 and to itself. */
export const sendTo = task(
  'traffic.send-to',
  (core: Core, toFirst: number, toSecond: number, toSelf: number): void => {
    for (let i = 0; i < toFirst; i++) core.send(pair, 1, i, i)
    for (let i = 0; i < toSecond; i++) core.send(pair, 2, i, i)
    for (let i = 0; i < toSelf; i++) core.send(pair, core.id, i, i)
  },
)

/** So many calls to core 1, half of them with text; then so many tasks spawned there. */
export const callAndSpawn = task(
  'traffic.call-and-spawn',
  async (core: Core, calls: number, spawns: number): Promise<void> => {
    for (let i = 0; i < calls; i++) {
      if (i % 2 === 0) await core.call(add, 1, i, i)
      else await core.call(echo, 1, 'text')
    }
    const handles = Array.from({ length: spawns }, (_, i) => core.spawn(answer, 1, i))
    await Promise.all(handles.map((handle) => handle.join()))
  },
)

export const mixture = task('traffic.mixture', async (core: Core, count: number) => {
  await onAllCores(core, mixHere, count)
})

export const mixHere = task('traffic.mix-here', async (core: Core, count: number) => {
  const next = (core.id + 1) % core.cores
  for (let i = 0; i < count; i++) {
    core.send(touch, next, i)
    core.send(say, next, `text ${i}`)
    core.send(answer, next, i)
    core.spawn(answer, next, i)
    await core.finish(async (inner) => {
      inner.send(touch, core.host, i)
      await inner.call(echo, next, `text ${i}`)
    })
    if (i % 10 === 0) await barrier(core)
  }
})

/** Unbound tasks, each of which keeps its core busy for some time. */
export const spread = task('traffic.spread', (core: Core, count: number, ms: number): void => {
  for (let i = 0; i < count; i++) core.send(keepBusy, anywhere, ms)
})

export const keepBusy = task('traffic.keep-busy', (core: Core, ms: number): void => {
  const end = core.endpoint.clock.now() + ms
  while (core.endpoint.clock.now() < end);
})

export const say = delegate('traffic.say', (_core: Core, _text: string): void => undefined)

/** Messages that are longer than a frame. */
export const sendLong = task(
  'traffic.send-long',
  (core: Core, count: number, bytes: number): void => {
    for (let i = 0; i < count; i++) core.send(say, 1, 'x'.repeat(bytes))
  },
)

/** Explicit flushes of one message each, then more than fits a batch. */
export const flushes = task(
  'traffic.flushes',
  (core: Core, explicit: number, more: number): void => {
    for (let i = 0; i < explicit; i++) {
      core.send(touch, 1, i)
      core.flush()
    }
    for (let i = 0; i < more; i++) core.send(touch, 1, i)
  },
)

/** Queues tasks and then occupies the core, so that they wait. */
export const queueTasks = task(
  'traffic.queue-tasks',
  (core: Core, count: number, ms: number): void => {
    for (let i = 0; i < count; i++) core.send(answer, core.id, i)
    void core.call(occupy, core.id, ms)
  },
)

/** Sends on although nobody keeps up, so that words overflow. */
export const pour = task('traffic.pour', async (core: Core, dst: number, count: number) => {
  for (let i = 0; i < count; i++) core.send(pair, dst, i, i)
  await core.drain()
})
