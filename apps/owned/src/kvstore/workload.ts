/**
 * Workload: the operations of a run, all of them known before the clock starts, and the plain loop
 * over one array that says what they must lead to.
 *
 * A record is 32 bytes, as in DRust's store. A write adds to it, so that the order of writes does
 * not matter in the end; its last word is the sum of the two before it, so that a reader can tell a
 * record that was read halfway through a write.
 */
import { randomBelow, randomUnit } from '../random.ts'
import { Zipf } from './zipf.ts'

export const RECORD_WORDS = 4

/** What determines all operations; can be sent. */
export interface Workload {
  readonly keys: number
  readonly operations: number
  /** Of 100 operations, how many are to read. */
  readonly mix: number
  readonly zipf: number
  readonly seed: number
}

/** Operations in a row. An amount of 0 is a read; others are added. */
export interface Operations {
  readonly keys: Int32Array
  readonly amounts: Float64Array
}

/** Operations `begin` to `end` - 1. */
export function makeOperations(workload: Workload, begin: number, end: number): Operations {
  const { mix, seed } = workload
  const zipf = new Zipf(workload.keys, workload.zipf)
  const keys = new Int32Array(end - begin)
  const amounts = new Float64Array(end - begin)
  for (let i = begin; i < end; i++) {
    keys[i - begin] = zipf.key(randomUnit(seed, 3 * i))
    const isRead = 100 * randomUnit(seed, 3 * i + 1) < mix
    amounts[i - begin] = isRead ? 0 : 1 + randomBelow(seed, 3 * i + 2, 100)
  }
  return { keys, amounts }
}

/** The record of a key as it is in the beginning. */
export function initialize(records: Float64Array, at: number, key: number): void {
  records[at] = 0
  records[at + 1] = key
  records[at + 2] = 1
  records[at + 3] = key + 1
}

export function addTo(records: Float64Array, at: number, amount: number): void {
  records[at]! += 1
  records[at + 1]! += amount
  records[at + 2]! += 3 * amount
  records[at + 3]! += 4 * amount
}

/** Whether the record was not read in the middle of a write. */
export function isWhole(records: { readonly [index: number]: number }, at: number): boolean {
  return records[at + 3] === records[at + 1]! + records[at + 2]!
}

/** The records of all keys in the beginning. */
export function initialRecords(keys: number): Float64Array {
  const records = new Float64Array(keys * RECORD_WORDS)
  for (let key = 0; key < keys; key++) initialize(records, key * RECORD_WORDS, key)
  return records
}

/** What a sequential run, or one client, has done. */
export interface Tally {
  reads: number
  writes: number
  /** Records read in the middle of a write: must be none. */
  torn: number
}

/** All operations one after the other on the records of all keys. */
export function replay(records: Float64Array, { keys, amounts }: Operations): Tally {
  const tally = { reads: 0, writes: 0, torn: 0 }
  for (let i = 0; i < keys.length; i++) {
    const at = keys[i]! * RECORD_WORDS
    if (amounts[i] === 0) {
      tally.reads++
      if (!isWhole(records, at)) tally.torn++
    } else {
      tally.writes++
      addTo(records, at, amounts[i]!)
    }
  }
  return tally
}
