/**
 * What every core must know to work on graphs: the definitions that a program module re-exports, or
 * that `launch` is given beside it.
 */
export { searchHere, takeFront, takeNumber, takeVisits } from './bfs.ts'
export { makeSearchPart, parentsHere, verifyHere, vertexWithEdgeHere } from './distributed-graph.ts'
export {
  buildHere,
  makeGraphPart,
  openHere,
  readHere,
  reportProgress,
  scatterHere,
  takeArcs,
} from './loading.ts'
export { makeRankPart, rankHere, ranksHere, takeRound, takeShares, takeSums } from './page-rank.ts'
