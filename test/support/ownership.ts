/**
 * Ownership on a cluster: what its endpoints need to know, their stores, and what must be left in
 * those at the end: nothing.
 */
import type { Task } from '@orujo/core'
import type { ScopedTask } from '@orujo/ownership'
import type { AnyCodecExtension } from '#core/message/codec-extension.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { ValuePacking } from '#ownership/packing.js'
import { ownershipProgram } from '#ownership/program.js'
import { LentReplicas } from '#ownership/replicated-cell.js'
import { Shares } from '#ownership/std/shares.js'
import { STORE_DEFAULTS, Store, type StoreOptions } from '#ownership/store.js'
import { runsOf } from '#ownership/vector-runs.js'
import { Cluster, type ClusterOptions } from './cluster.ts'

/** What the cores of an ownership program know beside its own definitions. */
export const definitions = ownershipProgram.filter((one) => 'kind' in one) as AnyDefinition[]
export const extensions = ownershipProgram.filter((one) => 'tag' in one) as AnyCodecExtension[]

/** Tasks and scoped tasks of any shape. */
export type AnyTask = Task<never, unknown> | ScopedTask<never, unknown>

export interface OwnershipClusterOptions extends Omit<ClusterOptions, 'definitions'> {
  readonly tasks: readonly AnyTask[]
  readonly store?: Partial<StoreOptions>
}

/** A cluster whose cores have their stores already, so that a test can look into them. */
export function ownershipCluster(options: OwnershipClusterOptions): Cluster {
  const { tasks, store, ...rest } = options
  const own = tasks as unknown as AnyDefinition[] // definitions, all of them
  const cluster = new Cluster({ ...rest, definitions: [...definitions, ...own], extensions })
  for (const endpoint of cluster.endpoints) {
    endpoint.state(Store, () => {
      const settings = { ...STORE_DEFAULTS, ...store }
      return new Store(endpoint, settings, (made) => new ValuePacking(made))
    })
  }
  return cluster
}

/** The stores of all cores, by number, and then the host's. */
export function storesOf(cluster: Cluster): Store[] {
  return cluster.endpoints.map((endpoint) => Store.of({ endpoint }))
}

/** How many objects live on a cluster, some of whose cores may have no stores. */
export function residentsOf(cluster: Cluster): number {
  const states = cluster.endpoints.flatMap((endpoint) => [...endpoint.states()])
  const stores = states.filter((state) => state instanceof Store)
  return stores.reduce((sum, store) => sum + store.residentCount, 0)
}

/** Throws unless nothing of ownership is left on any core. Call it on a settled cluster. */
export async function checkNothingOwned(cluster: Cluster): Promise<void> {
  const left: string[] = []
  for (const store of storesOf(cluster)) {
    const { endpoint, lent, here } = store
    const runs = runsOf({ endpoint })
    const copies = [...store.copies.copies(), ...runs.copies.copies()]
    const figures = {
      objects: store.residentCount,
      'borrowed copies': copies.filter(({ readers }) => readers !== 0).length,
      'runs or loans of vectors': runs.size,
      loans: lent.size + LentReplicas.of({ endpoint }).cells.size,
      shares: Shares.of({ endpoint }).size,
    }
    for (const [what, count] of Object.entries(figures)) {
      if (count > 0) left.push(`core ${here}: ${count} ${what}`)
    }
  }
  if (left.length > 0) throw new Error(`left: ${left.join('; ')}`)
  await cluster.checkFreed()
}
