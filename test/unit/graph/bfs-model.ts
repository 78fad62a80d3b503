/** Small graphs for tests of searches: every shape that has upset a breadth-first search. */
import { buildCsr, type Csr } from '#graph/csr.js'

export interface NamedGraph {
  readonly name: string
  readonly vertices: number
  readonly pairs: readonly (readonly [number, number])[]
}

export const NAMED_GRAPHS: readonly NamedGraph[] = [
  { name: 'a single vertex', vertices: 1, pairs: [] },
  { name: 'vertices without edges', vertices: 5, pairs: [] },
  { name: 'a path', vertices: 100, pairs: range(99).map((i) => [i, i + 1]) },
  { name: 'a ring', vertices: 65, pairs: range(65).map((i) => [i, (i + 1) % 65]) },
  { name: 'a star', vertices: 200, pairs: range(199).map((i) => [0, i + 1]) },
  { name: 'a clique', vertices: 40, pairs: range(1600).map((i) => [i % 40, Math.floor(i / 40)]) },
  {
    name: 'two components and loops',
    vertices: 9,
    pairs: [
      [0, 1],
      [1, 2],
      [2, 2],
      [5, 6],
      [6, 7],
      [7, 5],
      [8, 8],
    ],
  },
  { name: 'a grid', vertices: 400, pairs: grid(20) },
]

export function csrOf(graph: NamedGraph, isDirected: boolean): Csr {
  return buildCsr(graph.vertices, [Int32Array.from(graph.pairs.flat())], isDirected)
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

function grid(side: number): [number, number][] {
  return range(side * side).flatMap((i) => {
    const pairs: [number, number][] = []
    if (i % side < side - 1) pairs.push([i, i + 1])
    if (i + side < side * side) pairs.push([i, i + side])
    return pairs
  })
}
