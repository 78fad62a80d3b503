/**
 * What every core must know to work on graphs with ownership, on top of the programs of
 * `@orujo/graph` and `@orujo/ownership`.
 */
export {
  dropOwnedSearch,
  makeOwnedSearchPart,
  ownedParentsHere,
  ownedSearchHere,
  takeFrontPart,
  takeOwnedNumber,
  takeOwnedVisits,
} from './bfs.ts'
export {
  dropOwnedRank,
  makeOwnedRankPart,
  ownedRankHere,
  ownedRanksHere,
  takeRankPart,
} from './page-rank.ts'
