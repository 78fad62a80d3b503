/**
 * Unbalanced tree search: unbound tasks that idle cores steal. The definitions are those of
 * `npm run uts`, on its tree 'tiny': T1 cut off at depth 8.
 *
 * Means       nodes a second of both cores together, beside the plain recursive search in one
 *             thread, which draws the same hashes: two cores can at best reach a ratio of 2.
 * Not meant   one core, or a large tree: `npm run uts -- --tree T1 --cores 1`.
 */
import { performance } from 'node:perf_hooks'
import { task, type Core } from '@orujo/core'
import {
  begin,
  countsHere,
  explore,
  makePart,
  reportWork,
  searchTree,
} from '#kernels/uts/program.js'
import { countTree } from '#kernels/uts/reference.js'
import { TREES } from '#kernels/uts/tree.js'
import { withMeter } from '#kernels/work-meter.js'
import { millionsPerSecond, verify, type MicroCase } from '../harness/case.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const TREE = TREES.findIndex(({ name }) => name === 'tiny')
const NODES = 257_042
const UNSEEN = { update: () => undefined } as const

export { begin, countsHere, explore, makePart, reportWork }

export const search = task(
  'bench.uts.search',
  async (core: Core, count: number): Promise<Timed> => {
    let sum = 0
    const start = performance.now()
    await withMeter(core, UNSEEN, count, async (meter) => {
      while (sum < count) sum += (await searchTree(core, TREE, meter)).nodes
    })
    return { seconds: (performance.now() - start) / 1000, sum }
  },
)

export const uts = runtimeCase({
  name: 'uts',
  unit: 'M/s',
  better: 'more',
  baseline: 'uts.plain',
  program: import.meta.url,
  task: search,
  count: NODES,
  step: NODES,
  expectedSum: (count) => count,
  figure: millionsPerSecond,
})

/** The plain recursive search. */
export const utsPlain: MicroCase = {
  name: 'uts.plain',
  unit: 'M/s',
  better: 'more',
  open: () => ({
    trial: () => {
      const start = performance.now()
      const { nodes } = countTree(TREES[TREE]!)
      const seconds = (performance.now() - start) / 1000
      verify('uts.plain', nodes, NODES)
      return Promise.resolve(millionsPerSecond(nodes, seconds))
    },
    close: () => Promise.resolve(),
  }),
}
