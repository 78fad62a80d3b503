/** A program that puts pressure on rings and loops: streams, all-to-all traffic, sleepy cores. */
import { type Core, barrier, completionEvent, delegate, onAllCores, task } from '@orujo/core'
import { timer } from '../../timer.ts'
import { add, occupy, touch, waitForRoom } from './work.ts'

/** What has arrived on this core. */
class Arrivals {
  count = 0
  sum = 0
}

function arrivalsOf(core: Core): Arrivals {
  return core.endpoint.state(Arrivals, () => new Arrivals())
}

export const arrive = delegate('pressure.arrive', (core: Core, value: number): void => {
  const arrivals = arrivalsOf(core)
  arrivals.count++
  arrivals.sum += value
})

export const streamed = delegate('pressure.streamed', (core: Core): number => {
  const { count } = arrivalsOf(core)
  arrivalsOf(core).count = 0
  return count
})

/** Each hop is a call from core to core; returns how many there were. */
export const passBall = task('pressure.pass-ball', async (core: Core, rounds: number) => {
  return await core.call(hop, core.id, rounds * core.cores, 0)
})

export const hop = task(
  'pressure.hop',
  async (core: Core, left: number, hops: number): Promise<number> => {
    if (left === 0) return hops
    return await core.call(hop, (core.id + 1) % core.cores, left - 1, hops + 1)
  },
)

/** In each phase every core sends its number to all, `repeats` times. Returns the sums, by core. */
export const allToAll = task(
  'pressure.all-to-all',
  async (core: Core, phases: number, repeats: number): Promise<number[]> => {
    await onAllCores(core, sendToAll, phases, repeats)
    return await onAllCores(core, takeSum)
  },
)

export const sendToAll = task(
  'pressure.send-to-all',
  async (core: Core, phases: number, repeats: number): Promise<void> => {
    for (let phase = 0; phase < phases; phase++) {
      await core.finish((inner) => {
        for (let i = 0; i < repeats; i++) {
          for (let dst = 0; dst < core.cores; dst++) inner.send(arrive, dst, core.id)
        }
      })
      await barrier(core)
    }
  },
)

export const takeSum = delegate('pressure.take-sum', (core: Core): number => {
  const { sum } = arrivalsOf(core)
  arrivalsOf(core).sum = 0
  return sum
})

/** Every core calls the next `count` times, 64 at once. Returns how many answers came. */
export const callAround = task('pressure.call-around', async (core: Core, count: number) => {
  const answers = await onAllCores(core, callNext, count)
  return answers.reduce((sum, number) => sum + number, 0)
})

export const callNext = task('pressure.call-next', async (core: Core, count: number) => {
  const next = (core.id + 1) % core.cores
  let answers = 0
  for (let sent = 0; sent < count;) {
    const batch = Array.from({ length: Math.min(64, count - sent) }, () =>
      core.call(add, next, 0, 1),
    )
    sent += batch.length
    for (const one of await Promise.all(batch)) answers += one
  }
  return answers
})

/** Sends `count` messages as fast as `send` and `drain` let it. Returns how often it drained. */
export const stream = task(
  'pressure.stream',
  async (core: Core, dst: number, count: number): Promise<number> => {
    let drains = 0
    for (let sent = 0; sent < count; sent++) {
      if (core.send(arrive, dst, 1)) continue
      await core.drain()
      drains++
    }
    return drains
  },
)

/** The first two cores stream to each other. */
export const streamBoth = task('pressure.stream-both', (core: Core, count: number) =>
  Promise.all([core.call(stream, 0, 1, count), core.call(stream, 1, 0, count)]),
)

/** Waits for room in the ring to a core that is busy for `ms` milliseconds. */
export const waitForBusy = task(
  'pressure.wait-for-busy',
  async (core: Core, dst: number, ms: number): Promise<void> => {
    const busy = core.call(occupy, dst, ms)
    core.flush()
    await waitForRoom.body(core, dst)
    await busy
  },
)

type Deed = 'send' | 'call' | 'spawn' | 'end' | 'complete' | 'finish' | 'yield' | 'drain'

/** Does something after a timer, with every loop asleep by then, and waits for what comes of it. */
export const afterTimer = task('pressure.after-timer', async (core: Core, deed: Deed) => {
  const other = core.cores - 1 - core.id
  switch (deed) {
    case 'send':
      await core.finish((inner) => void inner.send(sendLater, other, core.id))
      break
    case 'end':
      await core.finish((inner) => void inner.send(restHere, other))
      break
    case 'call':
      await timer(20)
      await core.call(add, other, 1, 2)
      break
    case 'spawn':
      await timer(20)
      await core.spawn(restHere, other).join()
      break
    case 'complete': {
      const event = completionEvent(core)
      event.enroll()
      const wait = event.wait()
      await timer(20)
      event.complete()
      await wait
      await event.close()
      break
    }
    case 'finish':
      await timer(20)
      await core.finish(() => timer(20))
      break
    case 'yield':
      await timer(20)
      await core.yield()
      break
    case 'drain':
      await timer(20)
      core.send(touch, other, 1)
      await core.drain()
  }
  return deed
})

export const sendLater = task('pressure.send-later', async (core: Core, to: number) => {
  await timer(20)
  core.send(touch, to, 1)
})

export const restHere = task('pressure.rest-here', async (_core: Core): Promise<void> => {
  await timer(20)
})
