/** Verification: right trees pass, and each seeded fault is found and named. */
import test from 'ava'
import { treeLevels } from '#graph/bfs-tree.js'
import { buildCsr } from '#graph/csr.js'
import { kroneckerEdges } from '#graph/kronecker.js'
import { topDownBfs } from '#graph/reference-bfs.js'
import { describeViolation, verifyBfs } from '#graph/verify-bfs.js'

const SOURCE = 3
const graph = buildCsr(1 << 10, [kroneckerEdges({ scale: 10, seed: 4 }, 0, 16 << 10)], false)
const parents = topDownBfs(graph, SOURCE)
const tree = treeLevels({ source: SOURCE, parents })
const levels = tree.levels ?? new Int32Array(0)

/** The rule that a tree breaks once `damage` has been done to a right one. */
function ruleAfter(damage: (parents: Int32Array) => void): string | undefined {
  const damaged = parents.slice()
  damage(damaged)
  return verifyBfs(graph, { source: SOURCE, parents: damaged })?.rule
}

function neighbours(vertex: number): number[] {
  const { offsets, targets } = graph.outgoing
  return [...targets.subarray(offsets[vertex], offsets[vertex + 1])]
}

const reached = [...parents.keys()].filter((vertex) => parents[vertex] !== -1)
const leaves = reached.filter((vertex) => !parents.includes(vertex))

test('a right tree passes', (t) => {
  t.true(reached.length > 500 && leaves.length > 100)
  t.is(
    ruleAfter(() => undefined),
    undefined,
  )
})

test('a tree whose root is not its own parent is refused', (t) => {
  t.is(
    ruleAfter((p) => (p[SOURCE] = neighbours(SOURCE)[0]!)),
    'root',
  )
  t.is(
    ruleAfter((p) => (p[SOURCE] = -1)),
    'root',
  )
})

test('a parent that is no vertex, or not in the tree, is refused', (t) => {
  const [leaf] = leaves
  const outside = parents.indexOf(-1)
  for (const parent of [outside, 1 << 10, -2]) {
    t.is(
      ruleAfter((p) => (p[leaf!] = parent)),
      'no-vertex',
    )
  }
})

test('a second root and a circle are refused', (t) => {
  const [one] = leaves
  const inner = reached.find((v) => v !== SOURCE && !leaves.includes(v))!
  t.is(
    ruleAfter((p) => (p[one!] = one!)),
    'cycle',
  )
  const below = parents.indexOf(inner)
  t.is(
    ruleAfter((p) => (p[inner] = below)),
    'cycle',
  )
})

test('a tree edge that the graph does not have is refused', (t) => {
  for (const leaf of leaves) {
    const adjacent = new Set(neighbours(leaf))
    const stranger = reached.find((v) => levels[v] === levels[leaf]! - 1 && !adjacent.has(v))
    if (stranger === undefined) continue
    t.is(
      ruleAfter((p) => (p[leaf] = stranger)),
      'no-edge',
    )
  }
})

test('a tree that takes a longer way than need be is refused', (t) => {
  let tried = 0
  for (const leaf of leaves) {
    const same = neighbours(leaf).find((v) => levels[v] === levels[leaf])
    if (same === undefined) continue
    tried++
    t.is(
      ruleAfter((p) => (p[leaf] = same)),
      'levels',
    )
  }
  t.true(tried > 50)
})

test('a reachable vertex left out is refused', (t) => {
  for (const leaf of leaves) {
    t.is(
      ruleAfter((p) => (p[leaf] = -1)),
      'unreached',
    )
  }
})

test('a vertex that cannot be reached but is in the tree is refused', (t) => {
  const outside = parents.indexOf(-1)
  t.is(
    ruleAfter((p) => (p[outside] = SOURCE)),
    'no-edge',
  )
})

test('in a directed graph an edge counts only in its direction', (t) => {
  const directed = buildCsr(3, [Int32Array.from([0, 1, 2, 1])], true)
  const check = (...p: number[]) =>
    verifyBfs(directed, { source: 0, parents: Int32Array.from(p) })?.rule
  t.is(check(0, 0, -1), undefined)
  t.is(check(0, 0, 1), 'no-edge')
  t.is(check(0, -1, -1), 'unreached')
})

test('a violation reads as a sentence with the names that the reader knows', (t) => {
  const name = (slot: number) => `v${slot}`
  const sentence = (p: number[]) => {
    const violation = verifyBfs(graphOfPath, { source: 0, parents: Int32Array.from(p) })
    return violation && describeViolation(violation, name)
  }
  const graphOfPath = buildCsr(4, [Int32Array.from([0, 1, 1, 2, 2, 3, 0, 2])], false)
  t.is(sentence([1, 0, 0, 2]), 'the source v0 should be its own parent, not v1')
  t.is(sentence([-1, 0, 0, 2]), 'the source v0 should be its own parent, not unreached')
  t.is(sentence([0, 0, 0, 9]), 'vertex v3 has parent 9, which is no vertex of the tree')
  t.is(sentence([0, 0, 3, 2]), 'the parents of vertex v3 lead in a circle instead of to the source')
  t.is(sentence([0, 0, 0, 0]), 'vertex v3 has parent v0, but no edge joins them')
  t.is(sentence([0, 0, 1, 2]), 'vertex v2 is at level 2, but its neighbour v0 is at 0')
  t.is(
    sentence([0, 0, 0, -1]),
    'vertex v3 was not reached, but an edge leads to it from v2, which was',
  )
})
