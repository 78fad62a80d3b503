/**
 * Blocking delegates: core 0 calls core 1 with three numbers and awaits their sum, with one call in
 * flight (latency) and with 256 tasks that each have one (rate).
 *
 * Means       both cores spinning. With one in flight, the way there and back including the promise
 *             and the turn of the scheduler, which a bare ping-pong does not pay. With 256, what
 *             one core can have answered, which its promises limit rather than the ring.
 * Not meant   the latency of a parked core, which must be woken first: 10 to 20 us more.
 */
import { performance } from 'node:perf_hooks'
import { delegate, task, type Core } from '@orujo/core'
import { microsecondsEach, millionsPerSecond } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const ONE_COUNT = 100_000
const MANY_COUNT = 500_000
const IN_FLIGHT = 256

export const addUp = delegate(
  'bench.blocking.addUp',
  (_core: Core, a: number, b: number, c: number) => a + b + c,
)

export const callOne = task(
  'bench.blocking.callOne',
  async (core, count: number): Promise<Timed> => {
    const start = performance.now()
    const sum = await callEvery(core, 0, 1, count)
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

/** Makes every IN_FLIGHT-th call, from call `first` on. */
export const callShare = task('bench.blocking.callShare', (core, first: number, count: number) =>
  callEvery(core, first, IN_FLIGHT, count),
)

export const callMany = task(
  'bench.blocking.callMany',
  async (core, count: number): Promise<Timed> => {
    const start = performance.now()
    const handles = Array.from({ length: IN_FLIGHT }, (_, first) =>
      core.spawn(callShare, core.id, first, count),
    )
    let sum = 0
    for (const handle of handles) sum += await handle.join()
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

/** Call i has the arguments (i, 2 i, 3 i). */
async function callEvery(core: Core, first: number, step: number, count: number): Promise<number> {
  let sum = 0
  for (let i = first; i < count; i += step) sum += await core.call(addUp, 1, i, 2 * i, 3 * i)
  return sum
}

const expectedSum = (count: number): number => 3 * count * (count - 1)

export const blockingOne = runtimeCase({
  name: 'delegate.blocking.1',
  unit: 'us/call',
  better: 'less',
  baseline: 'ping-pong.hand-written',
  program: import.meta.url,
  task: callOne,
  count: ONE_COUNT,
  expectedSum,
  figure: microsecondsEach,
})

export const blockingMany = runtimeCase({
  name: 'delegate.blocking.256',
  unit: 'M/s',
  better: 'more',
  baseline: 'promise-ring.hand-written',
  program: import.meta.url,
  task: callMany,
  count: MANY_COUNT,
  step: IN_FLIGHT,
  expectedSum,
  figure: millionsPerSecond,
})
