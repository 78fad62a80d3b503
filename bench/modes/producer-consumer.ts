/**
 * Producer and consumer: core 0 fills items of 32 KiB, the last core adds them up.
 *
 * Delegate    the item is the argument of a one-way message, which copies it.
 * Ownership   the item is an owned object that is sent through a channel. Cores that share memory
 *             read it where it was made; others fetch it.
 * Means       handing over data that is used once.
 */
import { performance } from 'node:perf_hooks'
import {
  delegate,
  f64,
  factory,
  free,
  objectDelegate,
  symmetricObject,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import { channel, drop, ownArray, type Owned, type Receiver } from '@orujo/ownership'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'

const ITEM = 2 ** 12
/** Items in the channel, and items that the consumer works on. */
const WINDOW = 4

/** What the consumer has seen. */
interface Tally {
  sum: number
}

interface Values {
  readonly length: number
  readonly [index: number]: number
}

export { meterHere }

export const makeTally = factory('bench.modes.hand-over.tally', (): Tally => ({ sum: 0 }))

export const readTally = objectDelegate(
  'bench.modes.hand-over.read',
  (_core: Core, tally: Tally): number => tally.sum,
)

export const consume = delegate(
  'bench.modes.hand-over.consume',
  (core: Core, tally: SymmetricObject<Tally>, item: Float64Array): void => {
    tally.local(core).sum += addUp(item)
  },
)

/** Adds up what comes, until no more can come. */
export const consumeAll = task(
  'bench.modes.hand-over.consume-all',
  async (
    core: Core,
    tally: SymmetricObject<Tally>,
    items: Receiver<Owned<Float64Array>>,
  ): Promise<void> => {
    const consumeOne = async (item: Owned<Float64Array>): Promise<void> => {
      const sum = await item.read(core, (values) => addUp(values))
      tally.local(core).sum += sum
      drop(core, item)
    }
    // Several at a time: while one is fetched others are added up.
    const window: Promise<void>[] = []
    for await (const item of items.values(core)) {
      window.push(consumeOne(item))
      if (window.length === WINDOW) await window.shift()
    }
    await Promise.all(window)
    items.drop(core)
  },
)

export const delegateMode = task(
  'bench.modes.hand-over.delegate',
  (core: Core, count: number): Promise<Outcome> =>
    produce(core, async (tally) => {
      const item = new Float64Array(ITEM)
      await core.finish(async (inner) => {
        for (let i = 0; i < count; i++) {
          fill(item, i)
          if (!inner.send(consume, inner.cores - 1, tally, item)) await inner.drain()
        }
      })
    }),
)

export const ownershipMode = task(
  'bench.modes.hand-over.ownership',
  (core: Core, count: number): Promise<Outcome> =>
    produce(core, async (tally) => {
      const [sender, receiver] = channel<Owned<Float64Array>>(core, { capacity: WINDOW })
      const consuming = core.call(consumeAll, core.cores - 1, tally, receiver)
      for (let i = 0; i < count; i++) {
        const item = ownArray(core, f64, ITEM)
        await item.write(core, (values) => fill(values, i))
        await sender.send(core, item)
      }
      sender.drop(core)
      await consuming
    }),
)

async function produce(
  core: Core,
  work: (tally: SymmetricObject<Tally>) => Promise<void>,
): Promise<Outcome> {
  const tally = await symmetricObject(core, makeTally)
  const cost = await measured(core, () => work(tally))
  const answer = await core.call(readTally, tally.on(core.cores - 1))
  await free(core, tally)
  return { cost, answer }
}

function fill(values: { fill(value: number): unknown; [index: number]: number }, i: number): void {
  values.fill(i % 17)
  values[i % ITEM] = i
}

function addUp(values: Values): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

export const producerConsumer: ModeCase = {
  name: 'producer-consumer',
  operation: 'an item of 32 KiB filled, handed over and added up',
  program: [import.meta.url],
  counts: { delegate: 1500, ownership: 1500 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain: () => (count) => {
    const item = new Float64Array(ITEM)
    let answer = 0
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      fill(item, i)
      answer += addUp(item)
    }
    return { seconds: (performance.now() - start) / 1000, answer }
  },
}
