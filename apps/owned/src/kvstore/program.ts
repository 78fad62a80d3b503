/**
 * Key-value store: buckets of records are owned objects, dealt out to all cores, and every core is
 * a client whose operations go to keys of all cores.
 */
import { factory, f64, task, type Core } from '@orujo/core'
import { drop, ownArray } from '@orujo/ownership'
import { BUCKET_RECORDS, BUCKET_WORDS, Buckets } from './buckets.ts'
import { bucketDesks, Client, type Desks } from './client.ts'
import { initialize, RECORD_WORDS, type Workload } from './workload.ts'

export {
  addToRecord,
  closeBuckets,
  getRecord,
  openBuckets,
  runByDelegates,
} from './by-delegates.ts'
export { addHere, runByOwnership } from './by-ownership.ts'
export const { make: makeDesk, lendSlots, receiveLent } = bucketDesks

export const makeClient = factory(
  'kvstore.client',
  (core: Core, workload: Workload) => new Client(core, workload),
)

/** Makes this core's buckets. */
export const fillBuckets = task(
  'kvstore.fill',
  async (core: Core, desks: Desks, keys: number): Promise<void> => {
    const { owners } = desks.local(core)
    const layout = new Buckets(keys, core.cores)
    for (let slot = 0; slot < layout.count(core.id); slot++) {
      const bucket = ownArray(core, f64, BUCKET_WORDS)
      owners.push(bucket)
      const first = layout.firstKey(core.id, slot)
      await bucket.write(core, (records) => {
        for (let i = 0; i < BUCKET_RECORDS; i++) initialize(records, i * RECORD_WORDS, first + i)
      })
    }
  },
)

/** Counts the words of this core's buckets, from `slot` on, that are not as expected. */
export const countWrong = task(
  'kvstore.count-wrong',
  async (core: Core, desks: Desks, slot: number, expected: Float64Array): Promise<number> => {
    const { owners } = desks.local(core)
    let wrong = 0
    for (let i = 0; i < expected.length / BUCKET_WORDS; i++) {
      const part = expected.subarray(i * BUCKET_WORDS, (i + 1) * BUCKET_WORDS)
      wrong += await owners[slot + i]!.read(core, (records) =>
        part.reduce((sum, word, at) => sum + Number(word !== records[at]), 0),
      )
    }
    return wrong
  },
)

export const dropBuckets = task('kvstore.drop', (core: Core, desks: Desks): void => {
  for (const bucket of desks.local(core).owners.splice(0)) drop(core, bucket)
})
