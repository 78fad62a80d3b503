/**
 * Counter: one number in global memory that all cores add to, by blocking and by one-way delegates.
 * Nothing guards it: its home runs one delegate at a time.
 */
import { whole } from '@orujo/cli'
import {
  allocate,
  delegate,
  fetchAdd,
  forall,
  free,
  i32,
  increment,
  read,
  task,
  write,
  type Core,
  type GlobalAddress,
  type Runtime,
} from '@orujo/core'
import { TourError } from './errors.ts'
import { rows } from './format.ts'

const HOME = 0
const BLOCKING_COUNT = 200_000
const ONE_WAY_COUNT = 4_000_000

type Counter = GlobalAddress<typeof i32>

export const addBlocking = task(
  'start.counter.blocking',
  async (core: Core, _index: number, counter: Counter) => {
    await fetchAdd(core, counter, 1)
  },
)

export const addOneWay = delegate(
  'start.counter.one-way',
  (core: Core, _index: number, counter: Counter) => {
    increment(core, counter, 1)
  },
)

/** Counts in both ways on all cores and tells how fast. Throws START_NOT_VERIFIED. */
export async function describeCounter({ host }: Runtime, nowMs: () => number): Promise<string> {
  const counter = await allocate(host, i32, HOME, 1)
  const count = async (way: string, times: number, loop: () => Promise<void>): Promise<string> => {
    await write(host, counter, 0)
    const start = nowMs()
    await loop()
    const seconds = (nowMs() - start) / 1000
    const total = await read(host, counter)
    requireExact(way, total, times)
    const rate = whole(times / seconds).padStart(10)
    return `counted ${whole(total).padStart(9)}: exact, ${rate} a second`
  }
  const blocking = await count('blocking delegates', BLOCKING_COUNT, () =>
    forall(host, BLOCKING_COUNT, addBlocking, counter),
  )
  const oneWay = await count('one-way delegates', ONE_WAY_COUNT, () =>
    forall(host, ONE_WAY_COUNT, addOneWay, counter),
  )
  await free(host, counter)
  return rows([
    ['blocking delegates (fetchAdd)', blocking],
    ['one-way delegates (increment)', oneWay],
  ])
}

function requireExact(way: string, total: number, expected: number): void {
  if (total === expected) return
  const message = `the counter is wrong: ${expected} ${way} made it ${total}`
  throw new TourError('START_NOT_VERIFIED', message)
}
