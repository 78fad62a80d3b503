/**
 * Orujo's own contenders: core 0 hands numbers to core 1 of the same locale. This module is also
 * the program that both cores load.
 */
import {
  delegate,
  objectDelegate,
  task,
  type Core,
  type ObjectAddress,
  type Runtime,
} from '@orujo/core'
import { callAll, IN_FLIGHT, type Contender, type Round } from './contender.ts'

/** The core that everything is sent to. */
const TARGET = 1

/** What one-way delegates add to. */
interface Tally {
  sum: number
}

export const openTally = delegate('start.tally.open', (core: Core) => core.hold<Tally>({ sum: 0 }))

export const addToTally = objectDelegate(
  'start.tally.add',
  (_core: Core, tally: Tally, a: number, b: number, c: number) => {
    tally.sum += a + b + c
  },
)

export const closeTally = objectDelegate(
  'start.tally.sum',
  (core: Core, tally: Tally, address: ObjectAddress<Tally>) => {
    core.release(address)
    return tally.sum
  },
)

export const add = delegate(
  'start.add',
  (_core: Core, a: number, b: number, c: number) => a + b + c,
)

export const sendAll = task('start.send-all', async (core: Core, count: number): Promise<Round> => {
  const tally = await core.call(openTally, TARGET)
  const start = performance.now()
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      if (!inner.send(addToTally, tally, i, 2 * i, 3 * i)) await inner.drain()
    }
  })
  const seconds = (performance.now() - start) / 1000
  return { seconds, sum: await core.call(closeTally, tally, tally) }
})

export const callEach = task(
  'start.call-each',
  async (core: Core, count: number, inFlight: number): Promise<Round> => {
    const start = performance.now()
    const sum = await callAll(count, inFlight, (a, b, c) => core.call(add, TARGET, a, b, c))
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

export function orujoContenders(runtime: Runtime): Contender[] {
  return [
    {
      name: 'Orujo send',
      discipline: 'one-way',
      run: (count) => runtime.run(sendAll, count),
    },
    {
      name: 'Orujo call',
      discipline: 'in-flight',
      run: (count) => runtime.run(callEach, count, IN_FLIGHT),
    },
    {
      name: 'Orujo call',
      discipline: 'one-by-one',
      run: (count) => runtime.run(callEach, count, 1),
    },
  ]
}
