/**
 * PageRank of a Kronecker graph. The kernels are those of `npm run graph -- pagerank`.
 *
 * Delegate    each core sends what its vertices give to all others in every iteration.
 * Ownership   it lends that to them: cores that share memory read it in place, others fetch it.
 * Means       a regular exchange of all data in every step.
 * Not meant   large graphs, where the edges decide: `npm run graph`.
 */
import { performance } from 'node:perf_hooks'
import { openOwnedPageRank } from '@orujo/app-graph/owned'
import { task, type Core } from '@orujo/core'
import {
  kroneckerSource,
  loadCsr,
  loadGraph,
  openPageRank,
  referencePageRank,
  type LoadedCsr,
  type PageRankOptions,
  type PageRankOutcome,
} from '@orujo/graph'
import { measured, meterHere } from './meter.ts'
import type { Mode, ModeCase, Outcome, Plain } from './mode-case.ts'

const SCALE = 14
const SEED = 1

/** A ranking in one of the modes. */
interface Kernel {
  run(core: Core, options: PageRankOptions): Promise<PageRankOutcome>
  ranks(core: Core): Promise<Float64Array>
}

/** What is made for the first trial of a runtime, and kept. */
const LOADED = Object.freeze({ name: 'bench.modes.page-rank.loaded' })

export { meterHere }

export const delegateMode = task('bench.modes.page-rank.delegate', (core: Core, count: number) =>
  rank(core, 'delegate', count),
)

export const ownershipMode = task('bench.modes.page-rank.ownership', (core: Core, count: number) =>
  rank(core, 'ownership', count),
)

async function rank(core: Core, mode: Mode, count: number): Promise<Outcome> {
  const kernel = await core.endpoint.state(LOADED, () => load(core, mode))
  const cost = await measured(core, async () => {
    await kernel.run(core, { iterations: count })
  })
  return { cost, answer: answerOf(await kernel.ranks(core)) }
}

async function load(core: Core, mode: Mode): Promise<Kernel> {
  const graph = await loadGraph(core, kroneckerSource(SCALE, SEED))
  return await (mode === 'ownership' ? openOwnedPageRank : openPageRank)(core, graph)
}

/** Ranks of the wrong vertices make another sum. */
function answerOf(ranks: Float64Array): number {
  return ranks.reduce((sum, value, vertex) => sum + value * ((vertex % 13) + 1), 0)
}

/** Ranks the graph in one thread, which it loads when it is first asked. */
function openPlain(): (count: number) => Promise<Plain> {
  let loaded: Promise<LoadedCsr> | undefined
  return async (count) => {
    loaded ??= loadCsr(kroneckerSource(SCALE, SEED), false)
    const { csr } = await loaded
    const start = performance.now()
    const { ranks } = referencePageRank(csr, { iterations: count })
    return { seconds: (performance.now() - start) / 1000, answer: answerOf(ranks) }
  }
}

export const pageRank: ModeCase = {
  name: 'pagerank',
  operation: `an iteration of PageRank on kronecker:${SCALE}`,
  program: [
    import.meta.url,
    import.meta.resolve('@orujo/graph/program'),
    import.meta.resolve('@orujo/app-graph/owned/program'),
  ],
  counts: { delegate: 20, ownership: 20 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  // Sums of floating-point numbers in another order.
  tolerance: 1e-9,
  openPlain,
}
