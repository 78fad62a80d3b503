/**
 * Graph kernels with ownership under chosen schedules, on cores that share memory and on cores that
 * do not: levels and ranks are those of one thread, and nothing owned is left.
 */
import test from 'ava'
import { openOwnedBfs, openOwnedPageRank } from '@orujo/app-graph/owned'
import * as owned from '@orujo/app-graph/owned/program'
import {
  l1Distance,
  loadCsr,
  loadGraph,
  openPageRank,
  kroneckerSource,
  referencePageRank,
  topDownBfs,
  treeLevels,
} from '@orujo/graph'
import * as graphProgram from '#graph/program.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { definitions, extensions, residentsOf } from '../../support/ownership.ts'
import { Cluster } from '../../support/cluster.ts'
import { forSeeds, type Schedule } from '../../support/schedule.ts'

const own: readonly object[] = [...Object.values(graphProgram), ...Object.values(owned)]
const known = [...definitions, ...(own as readonly AnyDefinition[])] // nothing else is exported

/** From one core to four, in one locale or two. */
function clusterOf(schedule: Schedule, seed: number): Cluster {
  return new Cluster({
    definitions: known,
    extensions,
    schedule,
    locales: 1 + (seed % 2),
    coresPerLocale: 1 + ((seed >> 1) % 2),
  })
}

test('owned searches find the levels of one thread under every schedule tried', async (t) => {
  await forSeeds(24, async (schedule, seed) => {
    const isDirected = seed % 3 === 0
    await using cluster = clusterOf(schedule, seed)
    const { host } = cluster
    const source = kroneckerSource(1 + (seed % 8), seed)
    const graph = await cluster.until(loadGraph(host, source, { isDirected }))
    const kernel = await cluster.until(openOwnedBfs(host, graph))
    const { csr } = await loadCsr(source, isDirected)
    const vertex = (await cluster.until(graph.seededVertex(host, seed)))!
    for (const from of [vertex, 0]) {
      const outcome = await cluster.until(kernel.searchBreadthFirst(host, from))
      const tree = await cluster.until(kernel.tree(host, outcome))
      const verdict = await cluster.until(graph.verify(host, outcome, tree))
      if (!verdict.isRight) throw new Error(`seed ${seed}: ${verdict.reason}`)
      const { levels } = treeLevels({ source: from, parents: topDownBfs(csr, from) })
      const expected = [...levels!.entries()].filter(([, level]) => level >= 0)
      t.deepEqual([...graph.levelsById(verdict.result)], expected)
    }
    await cluster.until(kernel.free(host))
    t.is(residentsOf(cluster), 0, `seed ${seed}`)
    await cluster.until(graph.free(host))
    await cluster.checkFreed()
  })
})

test('owned ranks are those of one thread, and exactly those of delegates', async (t) => {
  await forSeeds(16, async (schedule, seed) => {
    const isDirected = seed % 3 === 0
    const options = { iterations: 4 + (seed % 5) }
    await using cluster = clusterOf(schedule, seed)
    const { host } = cluster
    const source = kroneckerSource(1 + (seed % 8), seed)
    const graph = await cluster.until(loadGraph(host, source, { isDirected }))
    const kernel = await cluster.until(openOwnedPageRank(host, graph))
    const outcome = await cluster.until(kernel.run(host, options))
    const ranks = await cluster.until(kernel.ranks(host))
    const expected = referencePageRank((await loadCsr(source, isDirected)).csr, options)
    t.true(l1Distance(ranks, expected.ranks) < 1e-12, `seed ${seed}`)
    await cluster.until(kernel.free(host))
    t.is(residentsOf(cluster), 0, `seed ${seed}`)
    const other = await cluster.until(openPageRank(host, graph))
    t.deepEqual(await cluster.until(other.run(host, options)), outcome)
    t.deepEqual(await cluster.until(other.ranks(host)), ranks)
    await cluster.until(other.free(host))
    await cluster.until(graph.free(host))
    await cluster.checkFreed()
  })
})

test('a tolerance ends owned iterations on all cores alike', async (t) => {
  await forSeeds(8, async (schedule, seed) => {
    await using cluster = clusterOf(schedule, seed)
    const { host } = cluster
    const graph = await cluster.until(loadGraph(host, kroneckerSource(6, seed)))
    const kernel = await cluster.until(openOwnedPageRank(host, graph))
    const options = { iterations: 100, tolerance: 1e-6 }
    const { iterations, change } = await cluster.until(kernel.run(host, options))
    t.true(change < options.tolerance && iterations < options.iterations)
    await cluster.until(kernel.free(host))
    t.is(residentsOf(cluster), 0)
  })
})
