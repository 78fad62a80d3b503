/**
 * Counts: what ownership has cost one core so far, and the copies that it has now, for programs
 * and benchmarks that ask what their borrows do.
 */
import type { Core } from '@orujo/core'
import { Store } from './store.ts'
import { VectorRuns } from './vector-runs.ts'

/** Of one core. All but `copies` and `copyBytes` only grow. */
export interface OwnershipCounts {
  /** What was fetched from other cores, to be read or to move here: objects, ranges, versions. */
  readonly fetches: number
  readonly fetchedBytes: number
  /** Copies here that have served a shared borrow at once: of an object, or a part of a range. */
  readonly hits: number
  /** Objects and ranges that have moved here, to be written. */
  readonly moves: number
  /** Owners on other cores that were told what borrowers here have written. */
  readonly ownerUpdates: number
  /** Old homes that were told that an object has moved here. */
  readonly frees: number
  /** Objects that lived elsewhere and were dropped here. */
  readonly remoteDrops: number
  /** Copies here now of what lives elsewhere, whether read or not. */
  readonly copies: number
  readonly copyBytes: number
}

/** The counts of this core. Sends nothing, and is no first use: options may be set afterwards. */
export function ownershipCounts(core: Core): OwnershipCounts {
  const sum = {
    ...{ fetches: 0, fetchedBytes: 0, hits: 0, moves: 0 },
    ...{ ownerUpdates: 0, frees: 0, remoteDrops: 0, copies: 0, copyBytes: 0 },
  }
  // Without making a store: options must come before that.
  for (const state of core.endpoint.states()) {
    if (state instanceof Store) Object.assign(sum, state.counts)
    if (!(state instanceof Store || state instanceof VectorRuns)) continue
    sum.copies += state.copies.count
    sum.copyBytes += state.copies.bytes
  }
  return sum
}
