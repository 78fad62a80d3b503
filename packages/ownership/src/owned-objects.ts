/**
 * Owned objects: a list of everything that is owned now, for people who look for a leak.
 */
import { onAllCores, task, type Core } from '@orujo/core'
import { describeKept, type OwnedObject } from './leaks.ts'
import { Store } from './store.ts'

/** All objects that are owned now, on all cores, by home; each as its home knows it. */
export async function ownedObjects(core: Core): Promise<OwnedObject[]> {
  return (await onAllCores(core, listHere)).flat()
}

export const listHere = task('own.list', (core: Core): OwnedObject[] => {
  // Without making a store: options must come before that.
  for (const state of core.endpoint.states()) {
    if (state instanceof Store) return Array.from(state.residents(), describeKept)
  }
  return []
})
