/**
 * @orujo/graph/internal: a few more names, for kernels in other modes than this package's own.
 */
export { listBits, prefersBottomUp, setBit, unreachableRows, WORD_BITS } from './bfs-steps.ts'
export { Exchange } from './exchange.ts'
export type { GraphPart } from './graph-part.ts'
export {
  baseRank,
  beginRanks,
  pullRanks,
  settlePageRank,
  type PageRankSettings,
} from './page-rank-steps.ts'
export type { Partition } from './partition.ts'
