/**
 * Store counts: what ownership has cost a core so far.
 */
import type { Core } from '@orujo/core'
import { drop, own } from '@orujo/ownership'

export interface StoreCounts {
  readonly fetches: number
  readonly fetchedBytes: number
  readonly moves: number
}

/** The counts of this core. */
export function storeCounts(core: Core): StoreCounts {
  const probe = own(core, 0)
  const { fetches, fetchedBytes, moves } = probe.hold.store.counts
  drop(core, probe)
  return { fetches, fetchedBytes, moves }
}

/** What has come on top of `before`. */
export function countsSince(core: Core, before: StoreCounts): StoreCounts {
  const now = storeCounts(core)
  return {
    fetches: now.fetches - before.fetches,
    fetchedBytes: now.fetchedBytes - before.fetchedBytes,
    moves: now.moves - before.moves,
  }
}

/** Those of several cores. */
export function addCounts(all: readonly StoreCounts[]): StoreCounts {
  const sum = { fetches: 0, fetchedBytes: 0, moves: 0 }
  for (const counts of all) {
    sum.fetches += counts.fetches
    sum.fetchedBytes += counts.fetchedBytes
    sum.moves += counts.moves
  }
  return sum
}
