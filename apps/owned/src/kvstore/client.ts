/**
 * Client: one core's part of a run: its operations, and what it has done in the end.
 */
import { blockRange, type Core, type SymmetricObject } from '@orujo/core'
import type { Mut } from '@orujo/ownership'
import { lendingDesks, type LendingDesk } from '../lending-desk.ts'
import type { StoreCounts } from '../store-counts.ts'
import { Buckets } from './buckets.ts'
import { makeOperations, type Operations, type Tally, type Workload } from './workload.ts'

/** How cores borrow each other's buckets. */
export const bucketDesks = lendingDesks<Float64Array>('kvstore.buckets')

export type Desks = SymmetricObject<LendingDesk<Float64Array>>
export type Clients = SymmetricObject<Client>

export class Client {
  readonly operations: Operations
  readonly buckets: Buckets
  /** This core's buckets while delegates use them. */
  borrowed: Mut<Float64Array>[] = []
  records: readonly Float64Array[] = []

  constructor(core: Core, workload: Workload) {
    const [begin, end] = blockRange(workload.operations, core.cores, core.id)
    this.operations = makeOperations(workload, begin, end)
    this.buckets = new Buckets(workload.keys, core.cores)
  }
}

/** What a client has done and what that cost its core. */
export interface ClientReport extends StoreCounts, Tally {}
