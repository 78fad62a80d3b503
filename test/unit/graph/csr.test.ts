/** Compressed rows: sorted, distinct, without self loops, in both directions. */
import test from 'ava'
import fc from 'fast-check'
import { buildAdjacency, buildCsr, type Adjacency } from '#graph/csr.js'

const VERTICES = 12
const edges = fc.array(fc.tuple(fc.nat(VERTICES - 1), fc.nat(VERTICES - 1)), { maxLength: 120 })

function rows({ offsets, targets }: Adjacency): number[][] {
  return Array.from({ length: offsets.length - 1 }, (_, row) => [
    ...targets.subarray(offsets[row], offsets[row + 1]),
  ])
}

/** Rows made from sets: the model. */
function expectedRows(pairs: readonly (readonly [number, number])[]): number[][] {
  return Array.from({ length: VERTICES }, (_, row) => {
    const targets = pairs.filter(([from, to]) => from === row && to !== row).map(([, to]) => to)
    return [...new Set(targets)].sort((a, b) => a - b)
  })
}

function swapped(pairs: readonly (readonly [number, number])[]): [number, number][] {
  return pairs.map(([from, to]) => [to, from])
}

test('a directed graph has each distinct edge once in each direction', (t) => {
  fc.assert(
    fc.property(edges, (pairs) => {
      const csr = buildCsr(VERTICES, [Int32Array.from(pairs.flat())], true)
      t.deepEqual(rows(csr.outgoing), expectedRows(pairs))
      t.deepEqual(rows(csr.incoming), expectedRows(swapped(pairs)))
      t.is(csr.edges, expectedRows(pairs).flat().length)
      t.is(csr.selfLoops, pairs.filter(([from, to]) => from === to).length)
    }),
  )
})

test('an undirected graph has each edge in the rows of both ends', (t) => {
  fc.assert(
    fc.property(edges, fc.nat(120), (pairs, cut) => {
      const chunks = [pairs.slice(0, cut), pairs.slice(cut)]
      const csr = buildCsr(
        VERTICES,
        chunks.map((chunk) => Int32Array.from(chunk.flat())),
        false,
      )
      const both = expectedRows([...pairs, ...swapped(pairs)])
      t.deepEqual(rows(csr.outgoing), both)
      t.is(csr.incoming, csr.outgoing)
      t.is(csr.edges, both.flat().length / 2)
    }),
  )
})

test('long rows are sorted too', (t) => {
  const targets = Array.from({ length: 1000 }, (_, i) => (i * 389) % 500)
  const adjacency = buildAdjacency(2, [Int32Array.from(targets.flatMap((to) => [1, to]))])
  t.deepEqual(rows(adjacency), [[], Array.from({ length: 500 }, (_, i) => i)])
})

test('a graph may be empty', (t) => {
  const csr = buildCsr(0, [], false)
  t.deepEqual([csr.edges, csr.outgoing.offsets.length], [0, 1])
})
