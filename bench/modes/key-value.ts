/**
 * Key-value store: keys drawn by a Zipf distribution with exponent 0.99, nine reads for each write,
 * from every core.
 *
 * Delegate    a blocking call to the home of the key, 64 in flight on a core.
 * Ownership   keys lie in buckets, each an owned block on its home. The home lends a bucket to
 *             whoever reads, for one look, and writes itself, when nobody reads the bucket.
 * Means       what ownership can do for data that everybody writes: little, as its paper says. A
 *             reader must pass through the owner, and that is on the way that a delegate goes.
 */
import { performance } from 'node:perf_hooks'
import {
  CompletionEvent,
  delegate,
  f64,
  factory,
  free,
  objectDelegate,
  onAllCores,
  reduce,
  symmetricObject,
  task,
  type Core,
  type CoreId,
  type SymmetricObject,
} from '@orujo/core'
import { drop, lend, ownArray, scopedTask, type Owned, type Ref } from '@orujo/ownership'
import { wordAt } from '#kernels/gups/reference.js'
import { inFibres } from './fibres.ts'
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

export { meterHere }

/** One core's keys, those of the buckets with a number that is `core` modulo the cores. */
interface Shelf {
  readonly zipf: Float64Array
  readonly plain: Float64Array
  readonly buckets: Owned<Float64Array>[]
  /** By bucket: what `lendOut` and `writeOwned` have borrowed. */
  readonly ends: CompletionEvent[]
}

export const makeShelf = factory('bench.modes.key-value.shelf', (core: Core): Shelf => {
  const count = Math.ceil((KEYS / BUCKET - core.id) / core.cores)
  return {
    zipf: zipfTable(KEYS, EXPONENT),
    plain: new Float64Array(count * BUCKET),
    buckets: Array.from({ length: count }, () => ownArray(core, f64, BUCKET)),
    ends: Array.from({ length: count }, () => new CompletionEvent()),
  }
})

/** Where a key lies. */
function placeOf(key: number, cores: number): { home: CoreId; bucket: number; slot: number } {
  const number = Math.floor(key / BUCKET)
  const slot = key % BUCKET
  return { home: number % cores, bucket: Math.floor(number / cores), slot }
}

function keyOf(zipf: Float64Array, index: number): number {
  return (drawKey(zipf, wordAt(index)) * SCATTER) % KEYS
}

function isWrite(index: number): boolean {
  return wordAt(~index) % WRITE_EVERY === 0
}

export const get = objectDelegate(
  'bench.modes.key-value.get',
  (_core: Core, shelf: Shelf, at: number): number => shelf.plain[at]!,
)

export const put = objectDelegate(
  'bench.modes.key-value.put',
  (_core: Core, shelf: Shelf, at: number, amount: number): void => {
    shelf.plain[at]! += amount
  },
)

export const callShare = task(
  'bench.modes.key-value.call',
  (core: Core, shelf: SymmetricObject<Shelf>, count: number): Promise<number> => {
    const { zipf } = shelf.local(core)
    return inFibres(core, count, async (index) => {
      const { home, bucket, slot } = placeOf(keyOf(zipf, index), core.cores)
      const at = bucket * BUCKET + slot
      if (isWrite(index)) await core.call(put, shelf.on(home), at, 1)
      else await core.call(get, shelf.on(home), at)
      return 0
    })
  },
)

export const look = scopedTask(
  'bench.modes.key-value.look',
  (_core: Core, bucket: Ref<Float64Array>, slot: number): number => bucket.value[slot]!,
)

/** At the home of a bucket: has core `reader` look at it. */
export const lendOut = task(
  'bench.modes.key-value.lend',
  async (
    core: Core,
    shelf: SymmetricObject<Shelf>,
    bucket: number,
    slot: number,
    reader: CoreId,
  ): Promise<number> => {
    const { buckets, ends } = shelf.local(core)
    for (;;) {
      const now = buckets[bucket]!.tryBorrow(core)
      if (now.kind === 'borrowed') {
        ends[bucket]!.enroll()
        const value = await lend(core, look, reader, now, slot)
        now.release()
        ends[bucket]!.complete()
        return value
      }
      // suspends: others may have begun to write again when this goes on
      await ends[bucket]!.wait()
    }
  },
)

/** At the home of a bucket: writes it, when it is lent to nobody. */
export const writeOwned = task(
  'bench.modes.key-value.write',
  async (
    core: Core,
    shelf: SymmetricObject<Shelf>,
    bucket: number,
    slot: number,
    amount: number,
  ): Promise<void> => {
    const { buckets, ends } = shelf.local(core)
    for (;;) {
      const now = buckets[bucket]!.tryBorrowMut(core)
      if (now.kind === 'borrowed') {
        ends[bucket]!.enroll()
        now.value[slot]! += amount
        await now.release()
        ends[bucket]!.complete()
        return
      }
      // suspends: as above
      await ends[bucket]!.wait()
    }
  },
)

export const borrowShare = task(
  'bench.modes.key-value.borrow',
  (core: Core, shelf: SymmetricObject<Shelf>, count: number): Promise<number> => {
    const { zipf } = shelf.local(core)
    return inFibres(core, count, async (index) => {
      const { home, bucket, slot } = placeOf(keyOf(zipf, index), core.cores)
      if (isWrite(index)) await core.call(writeOwned, home, shelf, bucket, slot, 1)
      else await core.call(lendOut, home, shelf, bucket, slot, core.id)
      return 0
    })
  },
)

export const weighPlain = delegate(
  'bench.modes.key-value.weigh-plain',
  (core: Core, shelf: SymmetricObject<Shelf>): number => {
    let sum = 0
    for (const [at, value] of shelf.local(core).plain.entries()) {
      sum += value * weightOf(keyAt(core, Math.floor(at / BUCKET), at % BUCKET))
    }
    return sum
  },
)

/** Adds up what the buckets of this core hold. */
export const weighOwned = task(
  'bench.modes.key-value.weigh-owned',
  async (core: Core, shelf: SymmetricObject<Shelf>): Promise<number> => {
    let sum = 0
    for (const [bucket, owner] of shelf.local(core).buckets.entries()) {
      using ref = await owner.borrow(core)
      for (let slot = 0; slot < BUCKET; slot++) {
        sum += ref.value[slot]! * weightOf(keyAt(core, bucket, slot))
      }
    }
    return sum
  },
)

export const dropBuckets = task(
  'bench.modes.key-value.drop',
  (core: Core, shelf: SymmetricObject<Shelf>): void => {
    for (const owner of shelf.local(core).buckets) drop(core, owner)
  },
)

export const delegateMode = task(
  'bench.modes.key-value.delegate',
  (core: Core, count: number): Promise<Outcome> =>
    serve(core, async (shelf) => {
      const cost = await measured(core, async () => {
        await onAllCores(core, callShare, shelf, count)
      })
      return { cost, answer: await reduce(core, weighPlain, 'sum', shelf), reads: 0 }
    }),
)

export const ownershipMode = task(
  'bench.modes.key-value.ownership',
  (core: Core, count: number): Promise<Outcome> =>
    serve(core, async (shelf) => {
      const cost = await measured(core, async () => {
        await onAllCores(core, borrowShare, shelf, count)
      })
      const reads = Math.round(count * (1 - 1 / WRITE_EVERY))
      return { cost, answer: await reduce(core, weighOwned, 'sum', shelf), reads }
    }),
)

async function serve(
  core: Core,
  work: (shelf: SymmetricObject<Shelf>) => Promise<Outcome>,
): Promise<Outcome> {
  const shelf = await symmetricObject(core, makeShelf)
  const outcome = await work(shelf)
  await onAllCores(core, dropBuckets, shelf)
  await free(core, shelf)
  return outcome
}

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
