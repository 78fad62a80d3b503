/** Kronecker graphs: reproducible in slices, shaped as Graph500 prescribes. */
import test from 'ava'
import { buildCsr } from '#graph/csr.js'
import { kroneckerEdgeCount, kroneckerEdges, kroneckerVertices } from '#graph/kronecker.js'

test('the edges are the same however they are sliced', (t) => {
  for (const scale of [1, 2, 5, 10]) {
    const edges = kroneckerEdgeCount(scale)
    const whole = kroneckerEdges({ scale, seed: 7 }, 0, edges)
    for (const slices of [2, 3, 7]) {
      const parts = Array.from({ length: slices }, (_, slice) => {
        const begin = Math.floor((edges * slice) / slices)
        return kroneckerEdges({ scale, seed: 7 }, begin, Math.floor((edges * (slice + 1)) / slices))
      })
      t.deepEqual(
        parts.flatMap((part) => [...part]),
        [...whole],
      )
    }
  }
})

test('vertices are in range at every scale', (t) => {
  for (const scale of [1, 2, 3, 8, 17, 30]) {
    const pairs = kroneckerEdges({ scale, seed: 3 }, 0, 2000)
    t.true(pairs.every((vertex) => vertex >= 0 && vertex < kroneckerVertices(scale)))
  }
})

test('another seed gives another graph, the same seed the same', (t) => {
  const [one, same, other, large] = [1, 1, 2, 2 ** 40 + 1].map((seed) =>
    kroneckerEdges({ scale: 12, seed }, 0, 100).join(),
  )
  t.is(one, same)
  t.not(one, other)
  t.not(one, large)
})

test('the quadrants have their probabilities', (t) => {
  // At scale 1 there is one choice, and scrambling can only rename the two vertices.
  const edges = 200_000
  const pairs = kroneckerEdges({ scale: 1, seed: 5 }, 0, edges)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < pairs.length; i += 2) counts[2 * pairs[i]! + pairs[i + 1]!]!++
  const shares = counts.map((count) => count / edges)
  const expected = shares[0]! > shares[3]! ? [0.57, 0.19, 0.19, 0.05] : [0.05, 0.19, 0.19, 0.57]
  shares.forEach((share, quadrant) => t.true(Math.abs(share - expected[quadrant]!) < 0.005))
})

test('degrees are as skewed as a Kronecker graph is, and hubs are spread over the numbers', (t) => {
  const scale = 14
  const vertices = kroneckerVertices(scale)
  const pairs = kroneckerEdges({ scale, seed: 1 }, 0, kroneckerEdgeCount(scale))
  const csr = buildCsr(vertices, [pairs], false)
  const degrees = Array.from(
    { length: vertices },
    (_, v) => csr.outgoing.offsets[v + 1]! - csr.outgoing.offsets[v]!,
  )
  const isolated = degrees.filter((degree) => degree === 0).length / vertices
  t.true(isolated > 0.2 && isolated < 0.3, `isolated ${isolated}`)
  t.true(Math.max(...degrees) > 1000)
  t.true(csr.edges > 0.8 * pairs.length * 0.5)
  const firstHalf = degrees.slice(0, vertices / 2).reduce((sum, degree) => sum + degree, 0)
  const share = firstHalf / csr.outgoing.targets.length
  t.true(share > 0.4 && share < 0.6, `first half ${share}`)
})

test('a scale that makes no graph is refused', (t) => {
  for (const scale of [0, 31, 1.5, Number.NaN]) {
    const error = t.throws(() => kroneckerVertices(scale))
    t.is(error?.message, `a Kronecker scale is a whole number from 1 to 30, not '${scale}'`)
  }
})
