/**
 * A program of tasks that can never go on, each for another reason, and of tasks that only look so
 * because what they wait for comes from outside: a timer, a file, a socket, the thread pool.
 */
import { spawn } from 'node:child_process'
import { pbkdf2 } from 'node:crypto'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { type Socket, connect } from 'node:net'
import { scheduler } from 'node:timers/promises'
import { BroadcastChannel } from 'node:worker_threads'
import {
  CompletionEvent,
  type Core,
  type JoinHandle,
  barrier,
  completionEvent,
  delegate,
  task,
} from '@orujo/core'
import type { Wait } from '#core/task/waits.js'

/** Waits for nothing in particular, for ever. */
export const stuck = task('deadlocks.stuck', async (_core: Core): Promise<void> => {
  await new Promise(() => undefined)
})

/** Calls `stuck` on another core. */
export const callStuck = task('deadlocks.call-stuck', async (core: Core, other: number) => {
  await core.call(stuck, other)
})

/** Its `finish` waits for tasks that never end. */
export const finishStuck = task('deadlocks.finish-stuck', async (core: Core, other: number) => {
  await core.finish((inner) => {
    for (let i = 0; i < 3; i++) inner.send(stuck, other)
  })
})

/** Ends at once, but what it spawned does not. */
export const leaveBehind = task('deadlocks.leave-behind', (core: Core, other: number): void => {
  core.send(stuck, other)
})

/** Handles of tasks of this core, for others to join. */
class Handles {
  first: JoinHandle<void> | undefined
  second: JoinHandle<void> | undefined
}

function handlesOf(core: Core): Handles {
  return core.endpoint.state(Handles, () => new Handles())
}

export const joinSecond = task('deadlocks.join-second', async (core: Core): Promise<void> => {
  await handlesOf(core).second!.join()
})

export const joinFirst = task('deadlocks.join-first', async (core: Core): Promise<void> => {
  await handlesOf(core).first!.join()
})

/** Two tasks that join each other. */
export const joinEachOther = task('deadlocks.join-each-other', (core: Core): void => {
  const handles = handlesOf(core)
  handles.first = core.spawn(joinSecond, core.id)
  handles.second = core.spawn(joinFirst, core.id)
})

/** Waits for an event of its core that nobody completes. */
export const waitEvent = task('deadlocks.wait-event', async (_core: Core): Promise<void> => {
  const event = new CompletionEvent()
  event.enroll()
  await event.wait()
})

/** Waits for an event of all cores, of which two pieces are never completed. */
export const waitGlobalEvent = task('deadlocks.wait-global-event', async (core: Core) => {
  const event = completionEvent(core)
  event.enroll(2)
  await event.wait()
})

export const enter = task('deadlocks.enter', async (core: Core, missing: number) => {
  if (core.id === missing) throw new RangeError(`core ${missing} does not come`)
  await barrier(core)
})

/**
 * A barrier that one core does not reach, because its task throws before it. `onAllCores` would see
 * that for itself; this does not start the tasks as a team.
 */
export const throwBeforeBarrier = task(
  'deadlocks.throw-before-barrier',
  async (core: Core, missing: number) => {
    for (let dst = 0; dst < core.cores; dst++) core.send(enter, dst, missing)
  },
)

/** Fails while a task that it has called waits for what it would have done. */
export const failBeforeBarrier = task('deadlocks.fail-before-barrier', (core: Core) => {
  void core.call(enter, 1, -1)
  throw new RangeError('the main task does not come')
})

/** The same in a finish. */
export const failInFinish = task('deadlocks.fail-in-finish', (core: Core) =>
  core.finish((inner) => {
    void inner.call(enter, 1, -1)
    throw new RangeError('the finish does not come')
  }),
)

export const add = delegate('deadlocks.add', (_core: Core, a: number, b: number) => a + b)

export const quick = task('deadlocks.quick', async (core: Core, value: number) => {
  return (await core.call(add, core.cores - 1, value, 1)) - 1
})

/** Waits for the abort of its run, and says so on the way. */
export const waitForAbort = task('deadlocks.wait-for-abort', async (core: Core) => {
  if (!core.signal.aborted) await once(core.signal, 'abort')
})

/** Ways to wait for something from outside, for `ms` milliseconds about. */
export type Outside =
  | 'timer'
  | 'unreferenced timer'
  | 'file'
  | 'socket'
  | 'unreferenced socket'
  | 'unreferenced process'
  | 'channel'
  | 'thread pool'
  | 'loop'

const WAITS: Readonly<Record<Outside, (ms: number, where: string | number) => Promise<unknown>>> = {
  timer: (ms) => scheduler.wait(ms),
  'unreferenced timer': (ms) => once(AbortSignal.timeout(ms), 'abort'),
  file: async (_ms, path) => {
    const file = await open(path as string, 'r') // a pipe: opens when somebody writes
    await readFile(file)
    await file.close()
  },
  'unreferenced process': async (ms) => {
    const script = `setTimeout(() => undefined, ${ms})`
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
    child.unref()
    await once(child, 'exit')
  },
  socket: (_ms, port) => readFrom(connect(port as number, '127.0.0.1')),
  'unreferenced socket': (_ms, port) => readFrom(connect(port as number, '127.0.0.1').unref()),
  channel: async (_ms, name) => {
    const channel = new BroadcastChannel(name as string)
    await new Promise((resolve) => (channel.onmessage = resolve))
    channel.close()
  },
  'thread pool': async (ms) => {
    const end = performance.now() + ms
    while (performance.now() < end) {
      await new Promise((resolve) => pbkdf2('a', 'b', 2_000_000, 64, 'sha512', resolve))
    }
  },
  loop: async (ms) => {
    const end = performance.now() + ms
    while (performance.now() < end);
    return Promise.resolve()
  },
}

async function readFrom(socket: Socket): Promise<void> {
  await once(socket, 'data')
  socket.destroy()
}

export const outside = task(
  'deadlocks.outside',
  async (core: Core, how: Outside, ms: number, where: string | number): Promise<string> => {
    await WAITS[how](ms, where)
    return `core ${core.id} went on`
  },
)

/** Has another core wait for something from outside, and waits for that. */
export const askOutside = task(
  'deadlocks.ask-outside',
  (core: Core, other: number, how: Outside, ms: number, where: string | number) =>
    core.call(outside, other, how, ms, where),
)

/** Has the host wait for a timer. */
export const askHost = task('deadlocks.ask-host', (core: Core, ms: number) =>
  core.call(outside, core.host, 'unreferenced timer', ms, ''),
)

/** Gates on this core, which somebody opens. */
class Gate {
  open: (() => void) | undefined

  addWaits(found: Wait[]): void {
    if (this.open !== undefined) found.push({ what: 'a gate of the test', count: 1 })
  }
}

export const passGate = task('deadlocks.pass-gate', async (core: Core): Promise<string> => {
  const gate = core.endpoint.state(Gate, () => new Gate())
  await new Promise<void>((resolve) => (gate.open = resolve))
  return 'passed'
})

export const openGate = delegate('deadlocks.open-gate', (core: Core): void => {
  core.endpoint.state(Gate, () => new Gate()).open?.()
})

export const touch = delegate('deadlocks.touch', (_core: Core, _number: number): void => undefined)

export const occupy = delegate('deadlocks.occupy', (_core: Core, ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
})

/** Fills the ring to a core that does not read for `ms` milliseconds, and waits for room. */
export const fillRing = task(
  'deadlocks.fill-ring',
  async (core: Core, other: number, ms: number) => {
    core.send(occupy, other, ms)
    core.flush()
    while (core.send(touch, other, 1));
    await core.drain()
  },
)
