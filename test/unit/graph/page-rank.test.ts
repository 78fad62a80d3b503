/**
 * PageRank: the ranks of any number of cores, under any schedule, are those of one thread.
 */
import test from 'ava'
import { l1Distance, openPageRank, referencePageRank } from '@orujo/graph'
import { loadGraph } from '#graph/distributed-graph.js'
import { loadCsr } from '#graph/load-csr.js'
import * as program from '#graph/program.js'
import { kroneckerSource } from '#graph/source.js'
import { Cluster } from '../../support/cluster.ts'
import { forSeeds } from '../../support/schedule.ts'
import { csrOf, NAMED_GRAPHS } from './bfs-model.ts'

const definitions = Object.values(program)
const ERROR = 1e-12

test('ranks are those of one thread under every schedule tried', async (t) => {
  await forSeeds(16, async (schedule, seed) => {
    const isDirected = seed % 2 === 0
    const options = { iterations: 5 + (seed % 7) }
    await using cluster = new Cluster({ definitions, schedule, coresPerLocale: 1 + (seed % 4) })
    const { host } = cluster
    const source = kroneckerSource(5 + (seed % 4), seed)
    const graph = await cluster.until(loadGraph(host, source, { isDirected }))
    const kernel = await cluster.until(openPageRank(host, graph))
    const outcome = await cluster.until(kernel.run(host, options))
    const ranks = await cluster.until(kernel.ranks(host))
    const expected = referencePageRank((await loadCsr(source, isDirected)).csr, options)
    t.true(l1Distance(ranks, expected.ranks) < ERROR, `seed ${seed}`)
    t.is(outcome.iterations, options.iterations)
    t.true(Math.abs(outcome.change - expected.change) < ERROR)
    await cluster.until(kernel.free(host))
    await cluster.until(graph.free(host))
    await cluster.checkFreed()
  })
})

test('a tolerance ends the iterations on all cores alike', async (t) => {
  await forSeeds(8, async (schedule, seed) => {
    await using cluster = new Cluster({ definitions, schedule, coresPerLocale: 3 })
    const { host } = cluster
    const graph = await cluster.until(loadGraph(host, kroneckerSource(6, seed), {}))
    const kernel = await cluster.until(openPageRank(host, graph))
    const options = { iterations: 100, tolerance: 1e-6 }
    const { iterations, change } = await cluster.until(kernel.run(host, options))
    t.true(change < options.tolerance)
    t.true(iterations > 1 && iterations < options.iterations)
    const again = await cluster.until(kernel.run(host, { iterations }))
    t.is(again.change, change)
  })
})

test('ranks add up to one, whether or not edges leave all vertices', (t) => {
  for (const named of NAMED_GRAPHS.filter(({ vertices }) => vertices > 0)) {
    for (const isDirected of [false, true]) {
      const { ranks } = referencePageRank(csrOf(named, isDirected), { iterations: 30 })
      const sum = ranks.reduce((total, rank) => total + rank, 0)
      t.true(Math.abs(sum - 1) < ERROR, named.name)
    }
  }
})

test('options that make no sense are refused', (t) => {
  const graph = csrOf(NAMED_GRAPHS[0]!, false)
  for (const options of [{ damping: 1 }, { damping: -1 }, { iterations: 0 }, { tolerance: -1 }]) {
    t.throws(() => referencePageRank(graph, options), { code: 'ORUJO_OPTION' })
  }
})
