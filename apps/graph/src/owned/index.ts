/**
 * Graph kernels in ownership mode, for the command line here and for benchmarks. They are not in
 * `@orujo/graph`, which must not know `@orujo/ownership`: packages above core do not import each
 * other, so that each can be used, and measured, without the others.
 */
export { openOwnedBfs, type OwnedBfs } from './bfs.ts'
export { openOwnedPageRank, type OwnedPageRank } from './page-rank.ts'
