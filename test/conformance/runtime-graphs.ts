/**
 * Rules of distributed graphs: all cores together hold the edges of the input, each where it can be
 * found from both of its ends.
 */
import { loadCsr } from '#graph/load-csr.js'
import { kroneckerSource } from '#graph/source.js'
import type { Adjacency } from '#graph/csr.js'
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/graphs.ts'

const SCALE = 6

type Arc = readonly [from: number, to: number]

/** In order. */
function sorted(arcs: readonly Arc[]): Arc[] {
  return [...arcs].sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

function arcsOf({ offsets, targets }: Adjacency): Arc[] {
  return Array.from({ length: offsets.length - 1 }, (_, row) =>
    [...targets.subarray(offsets[row], offsets[row + 1])].map((to) => [row, to] as const),
  ).flat()
}

export function graphRules(rule: Rule): void {
  rule('rows of all cores are the edges of the input, found from both ends', async (t, machine) => {
    for (const isDirected of [false, true]) {
      const { csr } = await loadCsr(kroneckerSource(SCALE, 3), isDirected)
      const expected = arcsOf(csr.outgoing)
      const found = await machine.run(program.rows, SCALE, 3, isDirected)
      const { vertices, arcs, outgoing, incoming, asked } = found
      t.deepEqual([vertices, arcs], [2 ** SCALE, expected.length])
      t.deepEqual(sorted(outgoing), expected)
      t.deepEqual(sorted(incoming), expected)
      t.deepEqual(sorted(asked), expected, 'also when one after the other is asked of its core')
      t.true(outgoing.flat().every((vertex) => vertex >= 0 && vertex < vertices))
    }
  })

  rule('a vertex is written by whoever reaches it, over every arc once', async (t, machine) => {
    const { csr } = await loadCsr(kroneckerSource(SCALE, 4), true)
    const expected = Array<number>(csr.vertices).fill(0)
    for (const [from, to] of arcsOf(csr.outgoing)) expected[to]! += from + 1
    const { received } = await machine.run(program.rows, SCALE, 4, true)
    t.deepEqual(received, expected)
  })

  rule('a graph that was freed is gone, and freed once', async (t, machine) => {
    const { csr, inputEdges } = await loadCsr(kroneckerSource(SCALE, 1), false)
    const found = await machine.run(program.freed, SCALE)
    t.deepEqual(found, {
      vertices: csr.vertices,
      edges: csr.edges,
      selfLoops: csr.selfLoops,
      inputEdges,
      codes: ['ORUJO_BAD_ADDRESS', 'ORUJO_DOUBLE_FREE'],
    })
  })
}
