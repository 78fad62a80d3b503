/** Ids: sets, merging and numbering agree with the obvious models. */
import test from 'ava'
import fc from 'fast-check'
import { IdMap, IdSet, mergeIds } from '#graph/ids.js'

const id = fc.oneof(fc.nat(50), fc.nat(), fc.maxSafeNat())

function ascending(ids: Iterable<number>): number[] {
  return [...new Set(ids)].sort((a, b) => a - b)
}

test('a set holds each id once and lists them in ascending order', (t) => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 3000 }), (ids) => {
      const set = new IdSet()
      for (const one of ids) set.add(one)
      t.deepEqual([...set.sorted()], ascending(ids))
      t.is(set.size, new Set(ids).size)
    }),
    { numRuns: 50 },
  )
})

test('a set grows past its first size', (t) => {
  const set = new IdSet()
  for (let i = 0; i < 20_000; i++) set.add((i % 10_000) * 1_000_003)
  t.is(set.size, 10_000)
})

test('merging gives the union of any number of lists in ascending order', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(id), { maxLength: 6 }), (lists) => {
      const merged = mergeIds(lists.map((list) => Float64Array.from(ascending(list))))
      t.deepEqual([...merged], ascending(lists.flat()))
    }),
  )
})

test('the number of an id is its rank, and ids that are not there have none', (t) => {
  fc.assert(
    fc.property(fc.array(id), id, (ids, other) => {
      const sorted = ascending(ids)
      const map = new IdMap(Float64Array.from(sorted))
      sorted.forEach((one, rank) => t.is(map.numberOf(one), rank))
      t.is(map.numberOf(other), sorted.indexOf(other))
    }),
  )
})
