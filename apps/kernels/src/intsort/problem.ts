/**
 * The integer sort of the NAS Parallel Benchmarks: its classes, its keys, and the ranks that five
 * of them must have after each iteration.
 *
 * Source      NPB 3, IS.
 */
import { Randlc } from './randlc.ts'

export const ITERATIONS = 10
const SEED = 314_159_265
/** A key is the sum of so many random numbers, scaled. */
const DRAWS = 4

export interface SortClass {
  readonly name: string
  readonly keys: number
  /** Keys are below this. */
  readonly maxKey: number
  readonly buckets: number
  readonly testIndexes: readonly number[]
  /** Ranks of those keys before the changes that the iterations make. */
  readonly testRanks: readonly number[]
  /** Whether the rank rises or falls from iteration to iteration. */
  readonly isRising: readonly boolean[]
  /** Iteration in which a rising and a falling rank is the one of the table. */
  readonly lags: readonly [rising: number, falling: number]
}

export const CLASSES: readonly SortClass[] = Object.freeze([
  {
    name: 'S',
    keys: 2 ** 16,
    maxKey: 2 ** 11,
    buckets: 2 ** 9,
    testIndexes: [48_427, 17_148, 23_627, 62_548, 4_431],
    testRanks: [0, 18, 346, 64_917, 65_463],
    isRising: [true, true, true, false, false],
    lags: [0, 0],
  },
  {
    name: 'W',
    keys: 2 ** 20,
    maxKey: 2 ** 16,
    buckets: 2 ** 10,
    testIndexes: [357_773, 934_767, 875_723, 898_999, 404_505],
    testRanks: [1_249, 11_698, 1_039_987, 1_043_896, 1_048_018],
    isRising: [true, true, false, false, false],
    lags: [2, 0],
  },
  {
    name: 'A',
    keys: 2 ** 23,
    maxKey: 2 ** 19,
    buckets: 2 ** 10,
    testIndexes: [2_112_377, 662_041, 5_336_171, 3_642_833, 4_250_760],
    testRanks: [104, 17_523, 123_928, 8_288_932, 8_388_264],
    isRising: [true, true, true, false, false],
    lags: [1, 1],
  },
] as const)

/** Keys `begin` to `end` - 1. */
export function makeKeys({ maxKey }: SortClass, begin: number, end: number): Int32Array {
  const random = new Randlc(SEED)
  random.skip(DRAWS * begin)
  const keys = new Int32Array(end - begin)
  for (let i = 0; i < keys.length; i++) {
    let sum = 0
    for (let draw = 0; draw < DRAWS; draw++) sum += random.next()
    keys[i] = Math.floor((maxKey / DRAWS) * sum)
  }
  return keys
}

/** The keys that an iteration changes before it sorts: index and value. */
export function changedKeys({ maxKey }: SortClass, iteration: number): [number, number][] {
  return [
    [iteration, iteration],
    [iteration + ITERATIONS, maxKey - iteration],
  ]
}

/** Rank that test key `test` must have after an iteration. */
export function expectedRank(
  { testRanks, isRising, lags }: SortClass,
  test: number,
  iteration: number,
): number {
  const rank = testRanks[test]!
  return isRising[test]! ? rank + (iteration - lags[0]) : rank - (iteration - lags[1])
}

/** Bucket of a key. */
export function bucketShift({ maxKey, buckets }: SortClass): number {
  return Math.log2(maxKey / buckets)
}
