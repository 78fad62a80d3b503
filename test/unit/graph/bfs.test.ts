/**
 * Breadth-first search under chosen schedules: all cores on one thread, turns and arrivals by seed.
 * Whatever overtakes whatever, the levels are those of a search in one thread.
 */
import test from 'ava'
import { onAllCores, symmetricObject, type Core } from '@orujo/core'
import { searchBreadthFirst } from '#graph/bfs.js'
import { treeLevels } from '#graph/bfs-tree.js'
import { loadGraph } from '#graph/distributed-graph.js'
import { loadCsr } from '#graph/load-csr.js'
import { makeGraphPart, openHere, buildHere, takeArcs } from '#graph/loading.js'
import { Partition } from '#graph/partition.js'
import * as program from '#graph/program.js'
import { topDownBfs } from '#graph/reference-bfs.js'
import { ArcScatter } from '#graph/scatter.js'
import { kroneckerSource } from '#graph/source.js'
import { Cluster } from '../../support/cluster.ts'
import { forSeeds } from '../../support/schedule.ts'
import { csrOf, NAMED_GRAPHS, type NamedGraph } from './bfs-model.ts'

const definitions = Object.values(program)

/** A graph on all cores without a file to read it from. */
async function scatter(core: Core, named: NamedGraph, isDirected: boolean) {
  const { vertices, pairs } = named
  const graph = await symmetricObject(core, makeGraphPart)
  await onAllCores(core, openHere, graph, vertices, isDirected)
  const partition = new Partition(vertices, core.cores)
  await core.finish((inner) => {
    const arcs = new ArcScatter(partition, isDirected, (target, isOutgoing, batch) =>
      inner.send(takeArcs, graph.on(target), isOutgoing, batch),
    )
    arcs.addEdges(Int32Array.from(pairs.flat()))
    arcs.flush()
  })
  const arcs = await onAllCores(core, buildHere, graph)
  const search = await symmetricObject(core, program.makeSearchPart, graph)
  const totalWeight = vertices + arcs.reduce((sum, count) => sum + count, 0)
  return { search, partition, totalWeight }
}

/** Levels by vertex of a search over all cores, and how many it counted. */
async function distributedLevels(
  cluster: Cluster,
  named: NamedGraph,
  isDirected: boolean,
): Promise<string> {
  const core = cluster.host
  const { search, partition, totalWeight } = await scatter(core, named, isDirected)
  const size = { slots: partition.slots, totalWeight }
  const source = partition.slotOf(named.vertices >> 1)
  const count = await searchBreadthFirst(core, search, source, size)
  const parents = new Int32Array(partition.slots).fill(-1)
  for (let on = 0; on < core.cores; on++) {
    const part = await core.call(program.parentsHere, search.on(on))
    parents.set(part, partition.firstSlotOf(on))
  }
  const { levels } = treeLevels({ source, parents })
  const byVertex = Array.from(
    { length: named.vertices },
    (_, vertex) => levels?.[partition.slotOf(vertex)],
  )
  return `${count}: ${byVertex.join(' ')}`
}

function expectedLevels(named: NamedGraph, isDirected: boolean): string {
  const source = named.vertices >> 1
  const parents = topDownBfs(csrOf(named, isDirected), source)
  const levels = treeLevels({ source, parents }).levels!
  return `${Math.max(...levels) + 1}: ${levels.join(' ')}`
}

for (const named of NAMED_GRAPHS.filter(({ vertices }) => vertices <= 100)) {
  test(`levels of ${named.name} are right under every schedule tried`, async (t) => {
    await forSeeds(12, async (schedule, seed) => {
      const isDirected = seed % 2 === 0
      await using cluster = new Cluster({
        definitions,
        schedule,
        coresPerLocale: 1 + (seed % 4),
        ringWords: 64 << (seed % 3),
      })
      const found = await cluster.until(distributedLevels(cluster, named, isDirected))
      t.is(found, expectedLevels(named, isDirected))
    })
  })
}

test('levels of Kronecker graphs are right under every schedule tried', async (t) => {
  await forSeeds(20, async (schedule, seed) => {
    await using cluster = new Cluster({ definitions, schedule, coresPerLocale: 1 + (seed % 4) })
    const { host } = cluster
    const source = kroneckerSource(5 + (seed % 4), seed)
    const isDirected = seed % 3 === 0
    const graph = await cluster.until(loadGraph(host, source, { isDirected }))
    const vertex = (await cluster.until(graph.seededVertex(host, seed)))!
    const outcome = await cluster.until(graph.searchBreadthFirst(host, vertex))
    const tree = await cluster.until(graph.tree(host, outcome))
    const verdict = await cluster.until(graph.verify(host, outcome, tree))
    if (!verdict.isRight) throw new Error(verdict.reason)
    const { csr } = await loadCsr(source, isDirected)
    const { levels } = treeLevels({ source: vertex, parents: topDownBfs(csr, vertex) })
    const expected = [...levels!.entries()].filter(([, level]) => level >= 0)
    t.deepEqual([...graph.levelsById(verdict.result)], expected)
    await cluster.until(graph.free(host))
    await cluster.checkFreed()
  })
})
