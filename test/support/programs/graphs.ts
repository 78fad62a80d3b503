/**
 * A program for tests of distributed graphs: what lies on which core, and values for each vertex
 * that others write.
 */
import {
  type Core,
  type ObjectAddress,
  type SymmetricObject,
  factory,
  free,
  objectDelegate,
  onAllCores,
  symmetricObject,
  task,
} from '@orujo/core'
import { type GraphPart } from '#graph/graph-part.js'
import { loadGraph } from '#graph/distributed-graph.js'
import { loadParts } from '#graph/loading.js'
import { Partition } from '#graph/partition.js'
import { makeGraphPart } from '#graph/program.js'
import { kroneckerSource } from '#graph/source.js'
import { type Failure, failure } from '../machine.ts'

export {
  buildHere,
  makeGraphPart,
  makeSearchPart,
  openHere,
  parentsHere,
  readHere,
  reportProgress,
  scatterHere,
  searchHere,
  takeArcs,
  takeFront,
  takeNumber,
  takeVisits,
  verifyHere,
  vertexWithEdgeHere,
} from '#graph/program.js'

type Parts = SymmetricObject<GraphPart>
/** From a vertex to a vertex. */
type Arc = readonly [from: number, to: number]

/** What the vertices of one core have been sent, by row. */
class Values {
  readonly received: Float64Array

  constructor(rows: number) {
    this.received = new Float64Array(rows)
  }
}

export const makeValues = factory('test.graph.values', (core: Core, parts: Parts) => {
  return new Values(parts.local(core).rows)
})

/** The arcs that leave, or reach, the vertices of this core. */
export const arcsHere = task('test.graph.arcs', (core: Core, parts: Parts, isOutgoing: boolean) => {
  const part = parts.local(core)
  const { offsets, targets } = isOutgoing ? part.outgoing : part.incoming
  const arcs: Arc[] = []
  for (let row = 0; row < part.rows; row++) {
    const vertex = part.partition.vertexAt(part.firstSlot + row)
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const other = part.partition.vertexAt(targets[i]!)
      arcs.push(isOutgoing ? [vertex, other] : [other, vertex])
    }
  }
  return arcs
})

/** The neighbours of a vertex, asked of the core that has it. */
export const neighbours = objectDelegate(
  'test.graph.neighbours',
  (_core: Core, { partition, outgoing, firstSlot }: GraphPart, vertex: number) => {
    const row = partition.slotOf(vertex) - firstSlot
    const slots = outgoing.targets.subarray(outgoing.offsets[row], outgoing.offsets[row + 1])
    return [...slots].map((slot) => partition.vertexAt(slot))
  },
)

export const receive = objectDelegate(
  'test.graph.receive',
  (_core: Core, { received }: Values, row: number, value: number) => {
    received[row]! += value
  },
)

/** Each vertex here sends its number, plus one, along its arcs. */
export const sendAlong = task(
  'test.graph.send-along',
  async (core: Core, parts: Parts, values: SymmetricObject<Values>) => {
    const { partition } = parts.local(core)
    for (const [from, to] of await core.call(arcsHere, core.id, parts, true)) {
      const slot = partition.slotOf(to)
      const owner: ObjectAddress<Values> = values.on(slot >>> partition.rowBits)
      if (!core.send(receive, owner, slot & partition.rowMask, from + 1)) await core.drain()
    }
  },
)

export const valuesHere = objectDelegate(
  'test.graph.values-here',
  (_core: Core, { received }: Values) => received,
)

/** A generated graph as it lies on the cores, and what its vertices have sent to each other. */
export const rows = task(
  'test.graph.rows',
  async (core: Core, scale: number, seed: number, isDirected: boolean) => {
    const source = kroneckerSource(scale, seed)
    const parts = await symmetricObject(core, makeGraphPart)
    const options = { isDirected, onProgress: () => undefined }
    const { vertices, arcs } = await loadParts(core, parts, source, options)
    const outgoing = (await onAllCores(core, arcsHere, parts, true)).flat()
    const incoming = (await onAllCores(core, arcsHere, parts, false)).flat()
    const asked: Arc[] = []
    for (let from = 0; from < vertices; from++) {
      const home = from % core.cores
      for (const to of await core.call(neighbours, parts.on(home), from)) asked.push([from, to])
    }
    const values = await symmetricObject(core, makeValues, parts)
    await onAllCores(core, sendAlong, parts, values)
    const received: number[] = []
    const partition = new Partition(vertices, core.cores)
    for (let home = 0; home < core.cores; home++) {
      for (const [row, value] of (await core.call(valuesHere, values.on(home))).entries()) {
        received[partition.vertexAt(partition.firstSlotOf(home) + row)] = value
      }
    }
    await Promise.all([free(core, values), free(core, parts)])
    return { vertices, arcs, outgoing, incoming, asked, received }
  },
)

/** Of what failed first: on several cores they fail one by one. */
function codeOf(error: Failure | undefined): string | undefined {
  return ((error?.cause as Failure | undefined) ?? error)?.code
}

/** Counts of a graph that was loaded and freed, and the codes of what is asked of it then. */
export const freed = task('test.graph.freed', async (core: Core, scale: number) => {
  const graph = await loadGraph(core, kroneckerSource(scale, 1))
  const { vertices, edges, selfLoops, inputEdges } = graph
  await graph.free(core)
  const search = await failure(() => graph.searchBreadthFirst(core, 0))
  const again = await failure(() => graph.free(core))
  return { vertices, edges, selfLoops, inputEdges, codes: [codeOf(search), again?.code] }
})
