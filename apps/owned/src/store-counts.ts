/**
 * Store counts: what a run has cost in fetches and moves, on one core and on several.
 */
import type { Core } from '@orujo/core'
import { ownershipCounts, type OwnershipCounts } from '@orujo/ownership'

export type StoreCounts = Pick<OwnershipCounts, 'fetches' | 'fetchedBytes' | 'moves' | 'hits'>

/** What has come on top of `before`. */
export function countsSince(core: Core, before: OwnershipCounts): StoreCounts {
  const now = ownershipCounts(core)
  return {
    fetches: now.fetches - before.fetches,
    fetchedBytes: now.fetchedBytes - before.fetchedBytes,
    moves: now.moves - before.moves,
    hits: now.hits - before.hits,
  }
}

/** Those of several cores. */
export function addCounts(all: readonly StoreCounts[]): StoreCounts {
  const sum = { fetches: 0, fetchedBytes: 0, moves: 0, hits: 0 }
  for (const counts of all) {
    sum.fetches += counts.fetches
    sum.fetchedBytes += counts.fetchedBytes
    sum.moves += counts.moves
    sum.hits += counts.hits
  }
  return sum
}
