/**
 * @orujo/graph: graphs that lie on all cores, the searches on them, and what checks both. Cores
 * need the definitions of '@orujo/graph/program'.
 */
export { treeLevels, treePath, type BfsTree, type TreeLevels } from './bfs-tree.ts'
export { buildCsr, type Adjacency, type Csr } from './csr.ts'
export {
  DistributedGraph,
  loadGraph,
  type BfsOutcome,
  type BfsResult,
  type BfsVerdict,
  type LoadGraphOptions,
} from './distributed-graph.ts'
export { GraphError, GraphFormatError, type GraphCode } from './errors.ts'
export { kroneckerEdges } from './kronecker.ts'
export { loadCsr, type LoadedCsr } from './load-csr.ts'
export { openPageRank, PageRank } from './page-rank.ts'
export type { PageRankOptions, PageRankOutcome } from './page-rank-steps.ts'
export { DirectionOptimizingBfs, topDownBfs } from './reference-bfs.ts'
export { l1Distance, referencePageRank, type ReferenceRanks } from './reference-page-rank.ts'
export { edgeListSource, kroneckerSource, wordNetSource, type GraphSource } from './source.ts'
export { describeViolation, verifyBfs, type Violation } from './verify-bfs.ts'
export { openWordNet, WordNet, type Synset, type WordNetPointer } from './wordnet.ts'
