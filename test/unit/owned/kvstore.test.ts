/** The key-value store: its keys, its operations, and both modes on many cores of one thread. */
import test from 'ava'
import { onAllCores, free, symmetricObject } from '@orujo/core'
import { BUCKET_RECORDS, BUCKET_WORDS, Buckets } from '#owned/kvstore/buckets.js'
import * as program from '#owned/kvstore/program.js'
import {
  addTo,
  initialRecords,
  isWhole,
  makeOperations,
  RECORD_WORDS,
  replay,
  type Workload,
} from '#owned/kvstore/workload.js'
import { Zipf } from '#owned/kvstore/zipf.js'
import { randomUnit } from '#owned/random.js'
import { onCluster } from '../../support/owned-app.ts'

const DRAWS = 200_000
const SEEDS = 5

test('ranks come as often as Zipf says', (t) => {
  const items = 1000
  const theta = 0.99
  const zipf = new Zipf(items, theta)
  const counts = new Float64Array(items)
  for (let i = 0; i < DRAWS; i++) counts[zipf.rank(randomUnit(7, i))]!++
  let zeta = 0
  for (let i = 1; i <= items; i++) zeta += 1 / i ** theta
  t.true(Math.abs(counts[0]! / DRAWS - 1 / zeta) < 0.005)
  t.true(Math.abs(counts[1]! / DRAWS - 0.5 ** theta / zeta) < 0.005)
  const firstTenth = counts.subarray(0, 100).reduce((sum, count) => sum + count, 0)
  let expected = 0
  for (let i = 1; i <= 100; i++) expected += 1 / i ** theta / zeta
  t.true(Math.abs(firstTenth / DRAWS - expected) < 0.02)
})

test('keys are within bounds, whatever the number, and spread out', (t) => {
  for (const items of [1, 2, 3, 100]) {
    const zipf = new Zipf(items, 0.99)
    for (const unit of [0, 0.5, 1 - 2 ** -32]) {
      t.true(zipf.rank(unit) >= 0 && zipf.rank(unit) < items)
      t.true(zipf.key(unit) >= 0 && zipf.key(unit) < items)
    }
  }
  const zipf = new Zipf(10_000, 0.99)
  const keys = new Set(Array.from({ length: 10 }, (_, i) => zipf.key(i / 10)))
  t.true([...keys].some((key) => key > 5000) && [...keys].some((key) => key < 5000))
})

const workload: Workload = { keys: 3000, operations: 4000, mix: 50, zipf: 0.99, seed: 3 }

test('operations are the same whoever makes them, in the mix that was asked for', (t) => {
  const all = makeOperations(workload, 0, workload.operations)
  const part = makeOperations(workload, 1000, 2000)
  t.deepEqual(part.keys, all.keys.subarray(1000, 2000))
  t.deepEqual(part.amounts, all.amounts.subarray(1000, 2000))
  const reads = all.amounts.filter((amount) => amount === 0).length
  t.true(Math.abs(reads / workload.operations - 0.5) < 0.03)
})

test('a record is whole before and after a write, and not in between', (t) => {
  const records = initialRecords(2)
  t.true(isWhole(records, RECORD_WORDS))
  addTo(records, RECORD_WORDS, 5)
  t.true(isWhole(records, RECORD_WORDS))
  t.is(records[RECORD_WORDS], 1)
  records[RECORD_WORDS + 1]!++
  t.false(isWhole(records, RECORD_WORDS))
})

test('every key has a place of its own', (t) => {
  const cores = 3
  const layout = new Buckets(workload.keys, cores)
  const places = new Set<string>()
  for (let key = 0; key < workload.keys; key++) {
    const [home, slot] = [layout.home(key), layout.slot(key)]
    t.true(slot < layout.count(home))
    t.is(layout.firstKey(home, slot) + layout.place(key) / RECORD_WORDS, key)
    places.add(`${home} ${slot} ${layout.place(key)}`)
  }
  t.is(places.size, workload.keys)
})

for (const mode of ['ownership', 'delegate']) {
  test(`mode ${mode} leads to the records of a sequential run`, async (t) => {
    const records = initialRecords(Math.ceil(workload.keys / BUCKET_RECORDS) * BUCKET_RECORDS)
    const expected = replay(records, makeOperations(workload, 0, workload.operations))
    for (let seed = 1; seed <= SEEDS; seed++) {
      await onCluster(program, seed, async (cluster) => {
        const { host, cores } = cluster
        const desks = await cluster.until(symmetricObject(host, program.makeDesk))
        const clients = await cluster.until(symmetricObject(host, program.makeClient, workload))
        await cluster.until(onAllCores(host, program.fillBuckets, desks, workload.keys))
        if (mode === 'delegate') {
          await cluster.until(onAllCores(host, program.openBuckets, desks, clients))
        }
        const work =
          mode === 'ownership'
            ? onAllCores(host, program.runByOwnership, desks, clients)
            : onAllCores(host, program.runByDelegates, clients)
        const reports = await cluster.until(work)
        if (mode === 'delegate') {
          await cluster.until(onAllCores(host, program.closeBuckets, clients))
        }
        const count = (of: 'reads' | 'writes' | 'torn') =>
          reports.reduce((sum, report) => sum + report[of], 0)
        t.deepEqual(
          { reads: count('reads'), writes: count('writes'), torn: count('torn') },
          expected,
          `seed ${seed}`,
        )
        const layout = new Buckets(workload.keys, cores)
        for (let home = 0; home < cores; home++) {
          for (let slot = 0; slot < layout.count(home); slot++) {
            const first = layout.firstKey(home, slot) * RECORD_WORDS
            const part = records.subarray(first, first + BUCKET_WORDS)
            const wrong = host.call(program.countWrong, home, desks, slot, part)
            t.is(await cluster.until(wrong), 0, `seed ${seed}`)
          }
        }
        await cluster.until(onAllCores(host, program.dropBuckets, desks))
        await cluster.until(free(host, clients))
        await cluster.until(free(host, desks))
      })
    }
  })
}
