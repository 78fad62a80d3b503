/**
 * Key-value store: keys drawn by a Zipf distribution with exponent 0.99, nine reads for each write,
 * from every core.
 *
 * Delegate    a blocking call to the home of the key, 64 in flight on a core.
 * Ownership   keys lie in buckets, each behind a readers-writer lock. Readers keep copies of what
 *             nobody has written since; a bucket moves to who writes it, unless memory is shared.
 * Means       what ownership can do for data that everybody writes: little, as its paper says. A
 *             reader must ask the lock, and that is on the way that a delegate goes.
 */
import { performance } from 'node:perf_hooks'
import {
  delegate,
  factory,
  free,
  objectDelegate,
  onAllCores,
  reduce,
  symmetricObject,
  task,
  type Core,
  type SymmetricObject,
} from '@orujo/core'
import { wordAt } from '#kernels/gups/reference.js'
import { inFibres } from './fibres.ts'
import { dropBlocks, makeBlocks, shareBlocks, type Blocks } from './locked-blocks.ts'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'
import { drawKey, zipfTable } from './zipf.ts'

const KEYS = 2 ** 12
const BUCKET = 64
const EXPONENT = 0.99
/** One operation in this many is a write. */
const WRITE_EVERY = 10
/** An odd number, which scatters the most wanted keys over all buckets. */
const SCATTER = 1637

export { cloneMade, dropBlocks, shareBlocks } from './locked-blocks.ts'
export { meterHere }

/** One core's keys, those of the buckets with a number that is `core` modulo the cores. */
interface Shelf {
  readonly zipf: Float64Array
  readonly values: Float64Array
}

export const makeShelf = factory('bench.modes.key-value.shelf', (core: Core): Shelf => {
  const buckets = Math.ceil((KEYS / BUCKET - core.id) / core.cores)
  return { zipf: zipfTable(KEYS, EXPONENT), values: new Float64Array(buckets * BUCKET) }
})

interface Buckets extends Blocks {
  readonly zipf: Float64Array
}

export const makeBuckets = factory('bench.modes.key-value.buckets', (core: Core): Buckets => {
  return { ...makeBlocks(core, KEYS / BUCKET, BUCKET), zipf: zipfTable(KEYS, EXPONENT) }
})

function keyOf(zipf: Float64Array, index: number): number {
  return (drawKey(zipf, wordAt(index)) * SCATTER) % KEYS
}

function isWrite(index: number): boolean {
  return wordAt(~index) % WRITE_EVERY === 0
}

export const get = objectDelegate(
  'bench.modes.key-value.get',
  (_core: Core, shelf: Shelf, at: number): number => shelf.values[at]!,
)

export const put = objectDelegate(
  'bench.modes.key-value.put',
  (_core: Core, shelf: Shelf, at: number, amount: number): void => {
    shelf.values[at]! += amount
  },
)

export const callShare = task(
  'bench.modes.key-value.call',
  (core: Core, shelf: SymmetricObject<Shelf>, count: number): Promise<number> => {
    const { zipf } = shelf.local(core)
    return inFibres(core, count, async (index) => {
      const key = keyOf(zipf, index)
      const bucket = Math.floor(key / BUCKET)
      const home = bucket % core.cores
      const at = Math.floor(bucket / core.cores) * BUCKET + (key % BUCKET)
      if (isWrite(index)) await core.call(put, shelf.on(home), at, 1)
      else await core.call(get, shelf.on(home), at)
      return 0
    })
  },
)

export const borrowShare = task(
  'bench.modes.key-value.borrow',
  (core: Core, buckets: SymmetricObject<Buckets>, count: number): Promise<number> => {
    const { all, zipf } = buckets.local(core)
    return inFibres(core, count, async (index) => {
      const key = keyOf(zipf, index)
      const lock = all[Math.floor(key / BUCKET)]!
      const slot = key % BUCKET
      if (isWrite(index)) await lock.write(core, (values) => void (values[slot]! += 1))
      else await lock.read(core, (values) => values[slot]!)
      return 0
    })
  },
)

export const weighValues = delegate(
  'bench.modes.key-value.weigh-values',
  (core: Core, shelf: SymmetricObject<Shelf>): number => {
    let sum = 0
    for (const [at, value] of shelf.local(core).values.entries()) {
      sum += value * weightOf(keyAt(core, Math.floor(at / BUCKET), at % BUCKET))
    }
    return sum
  },
)

/** Adds up what the buckets made here hold. */
export const weighBuckets = task(
  'bench.modes.key-value.weigh-buckets',
  async (core: Core, buckets: SymmetricObject<Buckets>): Promise<number> => {
    let sum = 0
    for (const [bucket, lock] of buckets.local(core).made.entries()) {
      using guard = await lock.readLock(core)
      for (let slot = 0; slot < BUCKET; slot++) {
        sum += guard.value[slot]! * weightOf(keyAt(core, bucket, slot))
      }
    }
    return sum
  },
)

export const delegateMode = task(
  'bench.modes.key-value.delegate',
  async (core: Core, count: number): Promise<Outcome> => {
    const shelf = await symmetricObject(core, makeShelf)
    const cost = await measured(core, async () => {
      await onAllCores(core, callShare, shelf, count)
    })
    const answer = await reduce(core, weighValues, 'sum', shelf)
    await free(core, shelf)
    return { cost, answer }
  },
)

export const ownershipMode = task(
  'bench.modes.key-value.ownership',
  async (core: Core, count: number): Promise<Outcome> => {
    const buckets = await symmetricObject(core, makeBuckets)
    await onAllCores(core, shareBlocks, buckets)
    const cost = await measured(core, async () => {
      await onAllCores(core, borrowShare, buckets, count)
    })
    const answer = await reduce(core, weighBuckets, 'sum', buckets)
    await onAllCores(core, dropBlocks, buckets)
    await free(core, buckets)
    return { cost, answer }
  },
)

function keyAt(core: Core, bucket: number, slot: number): number {
  return (bucket * core.cores + core.id) * BUCKET + slot
}

/** Amounts under the wrong key make another sum. */
function weightOf(key: number): number {
  return (key % 13) + 1
}

export const keyValue: ModeCase = {
  name: 'key-value',
  operation: 'a read (90 %) or a write of a key, Zipf 0.99',
  program: [import.meta.url],
  counts: { delegate: 50_000, ownership: 8000 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain: () => (count) => {
    const zipf = zipfTable(KEYS, EXPONENT)
    const values = new Float64Array(KEYS)
    let seen = 0
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      const key = keyOf(zipf, i)
      if (isWrite(i)) values[key]! += 1
      else seen += values[key]!
    }
    const seconds = (performance.now() - start) / 1000
    // `seen` is added so that the reads are not thought away.
    const answer = values.reduce((sum, value, key) => sum + value * weightOf(key), 0 * seen)
    return { seconds, answer }
  },
}
