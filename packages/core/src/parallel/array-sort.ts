/**
 * Sorting and prefix sums of linear arrays of numbers.
 *
 * A sort is a sample sort. Every core sorts its own part; samples of all parts, taken at the same
 * stride, give the places where to cut; each core fetches one bucket from all parts, sorts it, and
 * writes it where it belongs. Samples are told apart by core and slot where keys are equal, so that
 * a bucket is no larger for an array of one value than for one of many.
 *
 * Ordering    as typed arrays sort: by value, -0 before 0, NaN last.
 * Suspends    both. A core sorts its part in one piece.
 * Bounds      a bucket has about length / cores elements, held twice while it is fetched.
 * Misuse      arrays of structs, or of another length: InvariantError. Who reads or writes the
 *             array meanwhile sees, and leaves, anything.
 */
import { record } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { task } from '../delegate/define.ts'
import { invariant } from '../errors.ts'
import type { ScalarType } from '../memory/element.ts'
import type { GlobalArray } from '../memory/global-array.ts'
import { type ScalarView, viewOn } from '../memory/view.ts'
import { free, globalArray } from './allocate.ts'
import { copyArray } from './array-copy.ts'
import { readPart, writeRange } from './bulk.ts'
import { allGather, allOf, barrier, exclusiveScan, onAllCores } from './collective.ts'

/** Samples of one core, on average: buckets differ by a few of a hundred. */
const SAMPLES = 64

export interface SortOptions<T extends ScalarType> {
  /** Where the sorted elements go, of the same type and length; default: the array itself. */
  readonly into?: GlobalArray<T>
}

export interface PrefixSumOptions<T extends ScalarType> extends SortOptions<T> {
  /** Whether element i gets the sum of those before it only. Default false. */
  readonly exclusive?: boolean
}

const SORT_OPTIONS: readonly string[] = Object.freeze([
  'into',
] satisfies (keyof SortOptions<ScalarType>)[])

const PREFIX_SUM_OPTIONS: readonly string[] = Object.freeze([
  'into',
  'exclusive',
] satisfies (keyof PrefixSumOptions<ScalarType>)[])

/** Sorts numbers or bigints, ascending. */
export async function sortArray<T extends ScalarType>(
  core: Core,
  array: GlobalArray<T>,
  options: SortOptions<T> = {},
): Promise<void> {
  record('sortArray()', options, SORT_OPTIONS)
  const result = await target(core, 'sortArray', array, options.into)
  if (result.length < 2) return
  await onAllCores(core, sortHere, result as GlobalArray<ScalarType>)
}

/**
 * Makes every element the sum of itself and all before it, wrapping as the type does. Fractions are
 * added up by core, so that their last bits depend on the number of cores.
 */
export async function prefixSum<T extends ScalarType>(
  core: Core,
  array: GlobalArray<T>,
  options: PrefixSumOptions<T> = {},
): Promise<void> {
  record('prefixSum()', options, PREFIX_SUM_OPTIONS)
  const result = await target(core, 'prefixSum', array, options.into)
  const exclusive = options.exclusive ?? false
  if (result.layout.elementsPerBlock * core.cores >= result.length) {
    await onAllCores(core, sumHere, result as GlobalArray<ScalarType>, exclusive)
    return
  }
  // Blocks of all cores take turns: in one contiguous part per core sums are local.
  const parts = await globalArray(core, result.type, result.length, { blockBytes: 'contiguous' })
  try {
    await copyArray(core, parts, result)
    await onAllCores(core, sumHere, parts as unknown as GlobalArray<ScalarType>, exclusive)
    await copyArray(core, result, parts)
  } finally {
    await free(core, parts)
  }
}

/** The array to work on in place. */
async function target<T extends ScalarType>(
  core: Core,
  verb: string,
  array: GlobalArray<T>,
  into: GlobalArray<T> | undefined,
): Promise<GlobalArray<T>> {
  array.checkLive()
  invariant(array.type.kind === 'scalar', `${verb} is for arrays of numbers, not of structs.`)
  if (into === undefined || into.id === array.id) return array
  invariant(
    into.length === array.length,
    `${verb} into an array of ${into.length} elements needs one of ${array.length}.`,
  )
  await copyArray(core, into, array)
  return into
}

type Key = number | bigint

/** An element by its value and its place, no two of which are the same. */
interface Sample {
  readonly key: Key
  readonly core: number
  readonly slot: number
}

const sortHere = task('orujo.array.sort', async (core: Core, array: GlobalArray<ScalarType>) => {
  const view = array.local(core)
  view.sort()
  const cutters = await splitters(core, array, view)
  const cuts = [0, ...cutters.map((cutter) => placeOf(view, core.id, cutter)), view.length]
  const allCuts = await allGather(core, Float64Array.from(cuts))
  const sizeOf = (from: number, bucket: number): number =>
    allCuts[from]![bucket + 1]! - allCuts[from]![bucket]!
  const bucketSize = (bucket: number): number =>
    allCuts.reduce((sum, _, from) => sum + sizeOf(from, bucket), 0)

  const bytes = new Uint8Array(bucketSize(core.id) * array.type.bytes)
  const keys = viewOn(array.type, bytes.buffer, 0, bucketSize(core.id))
  let at = 0
  const reads = allCuts.map((others, from) => {
    const begin = at
    at += sizeOf(from, core.id) * array.type.bytes
    return readPart(core, array, from, others[core.id]!, sizeOf(from, core.id), bytes, begin)
  })
  await allOf(reads)
  keys.sort()
  let start = 0
  for (let before = 0; before < core.id; before++) start += bucketSize(before)
  // Nobody writes before everybody has read.
  await barrier(core)
  await writeRange(core, array, start, bytes)
})

const sumHere = task(
  'orujo.array.prefix-sum',
  async (core: Core, array: GlobalArray<ScalarType>, isExclusive: boolean) => {
    const view = array.local(core)
    const isBig = view instanceof BigInt64Array || view instanceof BigUint64Array
    const zero: Key = isBig ? 0n : 0
    const values = view as unknown as Key[] // all are of one kind, which `zero` is of
    // Through the array, so that every sum wraps and rounds as its elements do.
    for (let i = 1; i < values.length; i++) values[i] = plus(values[i - 1]!, values[i]!)
    const own = values.length > 0 ? values[values.length - 1]! : zero
    const before = await exclusiveScan<Key>(core, own, 'sum', zero)
    if (isExclusive) {
      for (let i = values.length - 1; i > 0; i--) values[i] = plus(values[i - 1]!, before)
      if (values.length > 0) values[0] = before
    } else if (core.id > 0) {
      for (let i = 0; i < values.length; i++) values[i] = plus(values[i]!, before)
    }
  },
)

/** Definitions that every core needs for sorting and prefix sums. */
export const arraySortDefinitions = Object.freeze([sortHere, sumHere])

/** Where buckets begin, the first left out: the same on every core. */
async function splitters(
  core: Core,
  array: GlobalArray<ScalarType>,
  view: ScalarView,
): Promise<Sample[]> {
  const stride = Math.max(1, Math.ceil(array.length / (core.cores * SAMPLES)))
  const mine: Key[] = []
  for (let slot = stride - 1; slot < view.length; slot += stride) mine.push(view[slot]!)
  const samples: Sample[] = []
  for (const [from, keys] of (await allGather(core, mine)).entries()) {
    for (const [i, key] of keys.entries()) {
      samples.push({ key, core: from, slot: (i + 1) * stride - 1 })
    }
  }
  samples.sort((a, b) => {
    if (isBefore(a.key, b.key)) return -1
    if (isBefore(b.key, a.key)) return 1
    return a.core - b.core || a.slot - b.slot
  })
  return Array.from({ length: core.cores - 1 }, (_, i) => {
    return samples[Math.floor(((i + 1) * samples.length) / core.cores)]!
  })
}

/** How many elements of the sorted part of `core` come before `cutter`. */
function placeOf(view: ScalarView, core: number, cutter: Sample): number {
  if (core === cutter.core) return cutter.slot
  let [low, high] = [0, view.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const key: Key = view[middle]!
    // Of equal keys those of lower cores come before.
    const isLess = core < cutter.core ? !isBefore(cutter.key, key) : isBefore(key, cutter.key)
    if (isLess) low = middle + 1
    else high = middle
  }
  return low
}

/** The order in which typed arrays sort. */
function isBefore(a: Key, b: Key): boolean {
  if (a < b) return true
  if (a > b) return false
  if (a === 0 && b === 0) return 1 / a < 1 / b
  return Number.isNaN(b) && !Number.isNaN(a)
}

function plus(a: Key, b: Key): Key {
  return typeof a === 'bigint' ? a + (b as bigint) : a + (b as number) // of one kind
}
