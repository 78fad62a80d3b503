/**
 * Sort part: one core's keys, and the range of keys that it ranks.
 *
 * States      of an iteration: counting -> totals known -> keys moved -> ranked. Barriers stand
 *             between them (program.ts), so what arrives always belongs to the state it finds.
 * Invariants  every core computes the same ranges from the same totals; they are disjoint, in the
 *             order of the cores, and cover all keys.
 */
import { bucketShift, changedKeys, expectedRank, makeKeys, type SortClass } from './problem.ts'

/** What is left of a core's keys in the end. */
export interface SortedPart {
  readonly count: number
  readonly isAscending: boolean
  /** 0 where there are none. */
  readonly first: number
  readonly last: number
}

export class SortPart {
  readonly #problem: SortClass
  readonly #shift: number
  /** Index of the first of our keys. */
  readonly #begin: number
  readonly #keys: Int32Array
  /** Keys by bucket, of all cores, and behind them the values of the test keys. */
  readonly #totals: Int32Array
  /** Owner of each bucket. */
  readonly #owners: Int32Array
  #received: Int32Array
  #receivedCount = 0
  /** First key of our range, and how many keys of any core are below it. */
  #low = 0
  #below = 0
  /** By key - low: how many of our range are at most this. */
  #ranks = new Int32Array(0)

  constructor(problem: SortClass, begin: number, end: number) {
    this.#problem = problem
    this.#shift = bucketShift(problem)
    this.#begin = begin
    this.#keys = makeKeys(problem, begin, end)
    this.#totals = new Int32Array(problem.buckets + problem.testIndexes.length)
    this.#owners = new Int32Array(problem.buckets)
    this.#received = new Int32Array(2 * (end - begin))
  }

  /** Changes the keys of an iteration and counts ours: what `addTotals` of every core must get. */
  count(iteration: number): Int32Array {
    const { buckets, testIndexes } = this.#problem
    const keys = this.#keys
    for (const [index, key] of changedKeys(this.#problem, iteration)) {
      if (this.#holds(index)) keys[index - this.#begin] = key
    }
    const counts = new Int32Array(this.#totals.length)
    for (let i = 0; i < keys.length; i++) counts[keys[i]! >>> this.#shift]! += 1
    testIndexes.forEach((index, test) => {
      if (this.#holds(index)) counts[buckets + test] = keys[index - this.#begin]!
    })
    this.#receivedCount = 0
    return counts
  }

  addTotals(counts: Int32Array): void {
    for (let i = 0; i < counts.length; i++) this.#totals[i]! += counts[i]!
  }

  /** Deals the buckets out to `cores` cores, and finds the range of core `id`. */
  divide(cores: number, id: number): void {
    const { keys, buckets } = this.#problem
    let before = 0
    this.#low = -1
    for (let bucket = 0; bucket < buckets; bucket++) {
      const owner = Math.min(cores - 1, Math.floor((before * cores) / keys))
      this.#owners[bucket] = owner
      if (owner === id && this.#low < 0) {
        this.#low = bucket << this.#shift
        this.#below = before
      }
      before += this.#totals[bucket]!
    }
    const width = this.#owners.filter((owner) => owner === id).length << this.#shift
    if (this.#ranks.length !== width) this.#ranks = new Int32Array(width)
  }

  /** Our keys by the core that ranks them. */
  split(cores: number): Int32Array[] {
    const keys = this.#keys
    const owners = this.#owners
    const counts = new Int32Array(cores)
    for (let i = 0; i < keys.length; i++) counts[owners[keys[i]! >>> this.#shift]!]! += 1
    const parts = Array.from(counts, (count) => new Int32Array(count))
    counts.fill(0)
    for (let i = 0; i < keys.length; i++) {
      const owner = owners[keys[i]! >>> this.#shift]!
      parts[owner]![counts[owner]!] = keys[i]!
      counts[owner]! += 1
    }
    return parts
  }

  receive(keys: Int32Array): void {
    const count = this.#receivedCount + keys.length
    if (count > this.#received.length) {
      const larger = new Int32Array(2 * count)
      larger.set(this.#received.subarray(0, this.#receivedCount))
      this.#received = larger
    }
    this.#received.set(keys, this.#receivedCount)
    this.#receivedCount = count
  }

  /** Ranks the keys of our range; how many test keys have the rank that they must have. */
  rank(iteration: number): number {
    const ranks = this.#ranks
    const received = this.#received
    const low = this.#low
    ranks.fill(0)
    for (let i = 0; i < this.#receivedCount; i++) ranks[received[i]! - low]! += 1
    for (let i = 1; i < ranks.length; i++) ranks[i]! += ranks[i - 1]!
    const passed = this.#countPassed(iteration)
    this.#totals.fill(0)
    return passed
  }

  /** Puts the keys of our range in order by their ranks. */
  sort(): SortedPart {
    const count = this.#receivedCount
    const sorted = new Int32Array(count)
    const ranks = this.#ranks.slice()
    for (let i = 0; i < count; i++) {
      const key = this.#received[i]!
      const place = --ranks[key - this.#low]!
      sorted[place] = key
    }
    const isAscending = sorted.every((key, i) => i === 0 || sorted[i - 1]! <= key)
    return { count, isAscending, first: sorted[0] ?? 0, last: sorted[count - 1] ?? 0 }
  }

  #countPassed(iteration: number): number {
    const { buckets, testIndexes, keys } = this.#problem
    const ranks = this.#ranks
    let passed = 0
    for (let test = 0; test < testIndexes.length; test++) {
      const key = this.#totals[buckets + test]!
      const place = key - this.#low
      // A key's rank is the number of smaller ones; other cores look at the keys of their ranges.
      if (key <= 0 || key >= keys || place < 0 || place >= ranks.length) continue
      const rank = this.#below + (place === 0 ? 0 : ranks[place - 1]!)
      if (rank === expectedRank(this.#problem, test, iteration)) passed++
    }
    return passed
  }

  #holds(index: number): boolean {
    return index >= this.#begin && index < this.#begin + this.#keys.length
  }
}
