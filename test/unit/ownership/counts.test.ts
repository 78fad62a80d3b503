/** The counts of ownership: what each operation adds to them, on 2 locales of 2 cores. */
import test from 'ava'
import { f64, task, type Core } from '@orujo/core'
import {
  configureOwnership,
  drop,
  own,
  ownArray,
  ownershipCounts,
  ownVector,
  type Owned,
  type OwnershipCounts,
} from '@orujo/ownership'
import { Cluster } from '../../support/cluster.ts'
import { definitions, extensions } from '../../support/ownership.ts'
import { seeded } from '../../support/schedule.ts'

/** Runs a task on core 0. */
async function onCluster(
  main: (core: Core) => Promise<void>,
  others: readonly { readonly kind: string }[] = [],
): Promise<void> {
  const run = task('test.main', main)
  await using cluster = new Cluster({
    definitions: [...definitions, ...(others as typeof definitions), run],
    extensions,
    locales: 2,
    coresPerLocale: 2,
    schedule: seeded(1),
  })
  await cluster.run(run)
  await cluster.settle()
}

const NONE: OwnershipCounts = {
  ...{ fetches: 0, fetchedBytes: 0, hits: 0, moves: 0 },
  ...{ ownerUpdates: 0, frees: 0, remoteDrops: 0, copies: 0, copyBytes: 0 },
}

test('who asks for counts before anything is owned may still set options', async (t) => {
  await onCluster(async (core) => {
    t.deepEqual(ownershipCounts(core), NONE)
    await configureOwnership(core, { cacheBytes: 0 })
    t.deepEqual(ownershipCounts(core), NONE)
  })
})

test('borrows at home count as nothing', async (t) => {
  await onCluster(async (core) => {
    const list = own(core, [1])
    await list.read(core, (values) => values.length)
    await list.write(core, (values) => void values.push(2))
    drop(core, list)
    t.deepEqual(ownershipCounts(core), NONE)
  })
})

const BYTES = 80

test('the first read elsewhere is a fetch, later ones are hits, a write is a move', async (t) => {
  const visit = task('test.visit', async (core: Core, memory: Owned<Float64Array>) => {
    for (let i = 0; i < 5; i++) await memory.read(core, (view) => view[0])
    const one = memory.tryBorrow(core)
    if (one.kind === 'borrowed') one.release()
    const read = ownershipCounts(core)
    await memory.write(core, (view) => void (view[0] = 1))
    return { memory, read, written: ownershipCounts(core) }
  })
  const main = async (core: Core): Promise<void> => {
    const found = await core.call(visit, 2, ownArray(core, f64, BYTES / 8))
    const { memory, read, written } = found
    const afterReads = { ...NONE, fetches: 1, fetchedBytes: BYTES, hits: 5 }
    t.deepEqual(read, { ...afterReads, copies: 1, copyBytes: BYTES })
    t.is(written.fetches, 2)
    t.is(written.fetchedBytes, 2 * BYTES)
    t.is(written.hits, 5)
    t.is(written.moves, 1)
    t.is(written.frees, 1)
    drop(core, memory)
    t.is(ownershipCounts(core).remoteDrops, 1)
  }
  await onCluster(main, [visit])
})

test('a neighbour in the locale reads typed memory without any count', async (t) => {
  const visit = task('test.visit', async (core: Core, memory: Owned<Float64Array>) => {
    for (let i = 0; i < 3; i++) await memory.read(core, (view) => view[0])
    return { memory, counts: ownershipCounts(core) }
  })
  const main = async (core: Core): Promise<void> => {
    const { memory, counts } = await core.call(visit, 1, ownArray(core, f64, 10))
    t.deepEqual(counts, NONE)
    drop(core, memory)
  }
  await onCluster(main, [visit])
})

test('ranges of vectors are fetched once and hit from then on, by piece', async (t) => {
  await onCluster(async (core) => {
    const vector = await ownVector(core, f64, 100)
    for (let i = 0; i < 3; i++) await vector.read(core, (range) => range.at(99))
    const { fetches, fetchedBytes, hits, copies, copyBytes } = ownershipCounts(core)
    // Two of four cores are in the other locale.
    t.deepEqual({ fetches, hits, copies }, { fetches: 2, hits: 4, copies: 2 })
    t.is(copyBytes, fetchedBytes)
    drop(core, vector)
  })
})
