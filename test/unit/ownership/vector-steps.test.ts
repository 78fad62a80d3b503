/**
 * The steps of vectors one by one: what each of them is for, and what is left of a range when one
 * of them fails.
 */
import { type Core, type GlobalArray, delegate, free, i32, read, task, u8 } from '@orujo/core'
import {
  type ExclusiveRange,
  type OwnedVector,
  type SharedRange,
  drop,
  lend,
  ownVector,
  scopedTask,
} from '@orujo/ownership'
import { storeOf } from '#ownership/stores.js'
import { runsOf } from '#ownership/vector-runs.js'
import { SEGMENT_LIMIT } from '#ownership/vector-segments.js'
import type { Cluster } from '../../support/cluster.ts'
import { failure } from '../../support/machine.ts'
import { ownershipRule as rule } from '../../support/ownership-rules.ts'

type I32 = typeof i32

const total = scopedTask('test.total', async (core: Core, range: SharedRange<I32>) => {
  using ref = await range.borrow(core)
  let sum = 0
  for (const { view } of ref.pieces()) for (let k = 0; k < view.length; k++) sum += view[k]!
  return sum
})

/** What the last core sees in the first `end` elements, and has a copy of then. */
async function totalFar(core: Core, vector: OwnedVector<I32>, end: number): Promise<number> {
  using share = vector.share(core, { end })
  return await lend(core, total, core.cores - 1, share)
}

rule(
  'what is written through the one view of a range is seen by all who read afterwards',
  async (core, t) => {
    const vector = await ownVector(core, i32, 4 * core.cores)
    for (let round = 0; round < 3; round++) {
      // The second time out of a copy.
      for (let k = 0; k < 2; k++) t.is(await totalFar(core, vector, 4), 4 * round)
      await vector.write(core, (mut) => void mut.value.fill(round + 1), { end: 4 })
    }
    drop(core, vector)
  },
  { tasks: [total] },
)

const addOne = delegate('test.add-one', (core: Core, array: GlobalArray<I32>) => {
  const view = array.local(core)
  for (let k = 0; k < view.length; k++) view[k]!++
})

rule(
  'what delegates have written in the array of a vector is seen by those with copies, too',
  async (core, t) => {
    const vector = await ownVector(core, i32, 4 * core.cores)
    for (let round = 0; round < 3; round++) {
      t.is(await totalFar(core, vector, 4), 4 * round)
      await vector.withArray(core, async (array) => {
        for (let dst = 0; dst < core.cores; dst++) await core.call(addOne, dst, array)
      })
    }
    drop(core, vector)
  },
  { tasks: [total, addOne] },
)

rule(
  'a range that was claimed is borrowed right here, and what it leaves is freed',
  async (core, t) => {
    const length = 64 * core.cores
    const vector = await ownVector(core, i32, length)
    {
      await using all = vector.claim(core)
      await using mut = await all.borrowMut(core)
      for (let i = 0; i < length; i++) mut.set(i, i)
    }
    const isNear = (i: number): boolean => {
      return core.topology.localeOf(vector.home(i)) === core.topology.localeOf(core.id)
    }
    t.true(Array.from({ length }, (_, i) => i).every(isNear))
    t.is(await vector.read(core, (range) => range.at(length - 1)), length - 1)
    drop(core, vector)
  },
)

rule('an array that a vector becomes has all elements, wherever they were', async (core, t) => {
  const vector = await ownVector(core, i32, 64 * core.cores)
  await vector.write(core, (mut) => {
    for (let i = 0; i < vector.length; i++) mut.set(i, i)
  })
  const array = await vector.intoArray(core)
  t.is(await read(core, array.at(vector.length - 1)), vector.length - 1)
  await free(core, array)
})

/** The range that core 0 has lent; cores of a cluster share it, being on one thread. */
class Lent {
  range: ExclusiveRange<I32> | undefined

  static of({ endpoint }: Core): Lent {
    return endpoint.state(Lent, () => new Lent())
  }
}

const objectsHere = task('test.objects', (core: Core): number => storeOf(core).residentCount)

const moveAndTell = scopedTask(
  'test.move-and-tell',
  async (core: Core, range: ExclusiveRange<I32>, home: number) => {
    const before = await core.call(objectsHere, home)
    const mut = await range.borrowMut(core)
    mut.set(range.begin, 1)
    await mut.release()
    const told = await core.call(objectsHere, home)
    await range.release()
    return { before, told, known: Lent.of(core).range!.home }
  },
)

rule(
  'old places are freed when the lender knows the new ones, and it does when a range has ended',
  async (core, t, { cluster }) => {
    // All in one run, which goes when its last element has gone.
    const vector = await ownVector(core, i32, 4)
    await using range = vector.claim(core)
    const lent = Lent.of(core)
    lent.range = range
    for (const { endpoint } of coresOf(cluster)) endpoint.state(Lent, () => lent)
    const target = core.cores - 1
    const { before, told, known } = await lend(core, moveAndTell, target, range, core.id)
    t.is(told, before)
    t.is(known, target)
    await range.release()
    drop(core, vector)
  },
  { tasks: [moveAndTell, objectsHere], shapes: [[4, 1]], seeds: 10 },
)

function coresOf(cluster: Cluster): Core[] {
  return cluster.endpoints.slice(0, -1).map((_, id) => cluster.core(id))
}

rule(
  'segments that differ in colour only are joined when there are too many of them',
  async (core, t) => {
    const vector = await ownVector(core, i32, 2 * SEGMENT_LIMIT * core.cores)
    t.is(await totalFar(core, vector, 2 * SEGMENT_LIMIT), 0)
    for (let i = 0; i < 2 * SEGMENT_LIMIT; i += 2) {
      await vector.write(core, (mut) => mut.set(i, 1), { begin: i, end: i + 1 })
    }
    t.true(vector.segments <= SEGMENT_LIMIT)
    t.is(await totalFar(core, vector, 2 * SEGMENT_LIMIT), SEGMENT_LIMIT)
    drop(core, vector)
  },
  { tasks: [total], shapes: [[2, 1]], seeds: 1 },
)

rule('blocks are cut where the core changes, not where the colour does', async (core, t) => {
  const vector = await ownVector(core, i32, 64 * core.cores)
  await vector.write(core, (mut) => mut.set(1, 1), { begin: 1, end: 2 })
  t.true(vector.segments > core.cores)
  await using all = vector.claim(core)
  t.is(all.blocks().length, core.cores)
  await all.release()
  drop(core, vector)
})

const keep = task('test.keep', (core: Core, vector: OwnedVector<I32>): void => drop(core, vector))

rule(
  'a range in use is neither given back, nor split, nor sent with its vector',
  async (core, t) => {
    const vector = await ownVector(core, i32, 8)
    const share = vector.share(core)
    const ref = await share.borrow(core)
    t.is((await failure(() => share.release()))?.code, 'OWN_BORROWED')
    t.is((await failure(() => core.call(keep, core.cores - 1, vector)))?.code, 'OWN_BORROWED')
    ref.release()
    share.release()

    const all = vector.claim(core)
    const mut = await all.borrowMut(core, { begin: 6, end: 7 })
    for (const cut of [() => all.split(4), () => all.chunks(2), () => all.blocks()]) {
      t.is((await failure(cut))?.code, 'OWN_BORROWED')
    }
    await mut.release()
    t.is(all.split(4).length, 2)
    await all.release()
    drop(core, vector)
  },
  { tasks: [keep], shapes: [[2, 1]] },
)

rule(
  'a vector is of no use on another core',
  async (core, t, { cluster }) => {
    const vector = await ownVector(core, i32, 8)
    const other = cluster.core(1)
    for (const use of [
      () => vector.borrow(other),
      () => vector.tryBorrowMut(other),
      () => vector.claim(other),
      () => drop(other, vector),
    ]) {
      t.is((await failure(use))?.code, 'OWN_FOREIGN')
    }
    drop(core, vector)
  },
  { shapes: [[1, 2]], seeds: 1 },
)

rule(
  'a borrow for which there is no room, or whose fetch fails, leaves nothing behind',
  async (core, t, { cluster }) => {
    const vector = await ownVector(core, u8, 3 * 2 ** 15)
    const full = failure(() => vector.borrowMut(core, { begin: 2 ** 15 }))
    t.is((await full)?.code, 'ORUJO_MEMORY_EXHAUSTED')

    const runs = runsOf(cluster.core(2))
    const { bytes } = runs
    runs.bytes = () => {
      throw new Error('lost')
    }
    t.is((await failure(() => vector.borrow(core)))?.message, 'lost')
    runs.bytes = bytes
    drop(core, vector)
  },
  { shapes: [[3, 1]], seeds: 4, machine: { heapBytes: 2 ** 17, sharedBytes: 2 ** 17 - 2 ** 14 } },
)
