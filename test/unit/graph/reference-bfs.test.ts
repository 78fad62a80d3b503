/** Sequential searches: both give breadth-first trees with the levels of a queue over sets. */
import test from 'ava'
import { treeLevels } from '#graph/bfs-tree.js'
import { buildCsr, type Csr } from '#graph/csr.js'
import { kroneckerEdges } from '#graph/kronecker.js'
import { DirectionOptimizingBfs, topDownBfs } from '#graph/reference-bfs.js'
import { verifyBfs } from '#graph/verify-bfs.js'
import { csrOf, NAMED_GRAPHS } from './bfs-model.js'

function levels(source: number, parents: Int32Array): number[] {
  const tree = treeLevels({ source, parents })
  return [...(tree.levels ?? [])]
}

function checkBoth(graph: Csr, sources: readonly number[]): string | undefined {
  const optimizing = new DirectionOptimizingBfs(graph)
  for (const source of sources) {
    const expected = topDownBfs(graph, source)
    const parents = optimizing.run(source)
    for (const tree of [expected, parents]) {
      const violation = verifyBfs(graph, { source, parents: tree })
      if (violation !== undefined) return JSON.stringify(violation)
    }
    if (levels(source, parents).join() !== levels(source, expected).join()) return `at ${source}`
  }
  return undefined
}

for (const graph of NAMED_GRAPHS) {
  test(`both searches are right on ${graph.name} from every vertex`, (t) => {
    const sources = Array.from({ length: graph.vertices }, (_, vertex) => vertex)
    for (const isDirected of [false, true]) {
      t.is(checkBoth(csrOf(graph, isDirected), sources), undefined)
    }
  })
}

test('both searches are right on a Kronecker graph, directed or not, search after search', (t) => {
  const pairs = kroneckerEdges({ scale: 12, seed: 9 }, 0, 16 << 12)
  for (const isDirected of [false, true]) {
    t.is(checkBoth(buildCsr(1 << 12, [pairs], isDirected), [0, 1, 2, 77, 4095]), undefined)
  }
})
