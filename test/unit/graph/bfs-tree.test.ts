/** Trees: paths lead from the source, and what is no tree is told. Levels: see verify-bfs. */
import test from 'ava'
import { treeLevels, treePath } from '#graph/bfs-tree.js'

test('a path leads from the source to the vertex, both included', (t) => {
  const tree = { source: 1, parents: Int32Array.from([1, 1, 0, 2, -1]) }
  t.deepEqual(treePath(tree, 3), [1, 0, 2, 3])
  t.deepEqual(treePath(tree, 1), [1])
})

test('there is no path to a vertex that was not reached, or that does not exist', (t) => {
  const tree = { source: 0, parents: Int32Array.from([0, -1]) }
  t.deepEqual(treePath(tree, 1), [])
  t.deepEqual(treePath(tree, 2), [])
})

test('levels of a deep tree are counted without recursion', (t) => {
  const parents = Int32Array.from({ length: 200_000 }, (_, vertex) => Math.max(0, vertex - 1))
  t.is(treeLevels({ source: 0, parents }).levels?.at(-1), 199_999)
})
