/**
 * Faults of the ownership protocol, one step of it done wrong at a time: the rows of the reference
 * that fail, freeing before the owner knows, and a fetch for everybody who asks.
 */
import type { Mut } from '@orujo/ownership'
import { Hold } from '#ownership/hold.js'
import type { Store } from '#ownership/store.js'
import { Mut as MutClass } from '#ownership/borrow.js'

/** Makes stores, or the steps of all owners, do something wrong; returns what undoes it. */
export type Fault = (stores: readonly Store[]) => () => void

const COLORS = 4

export const FAULTS: Readonly<Record<string, Fault>> = Object.freeze({
  'a write keeps the colour': inStores((store) => {
    store.nextColor = (color) => color
  }),

  'ids are used again, with colour 0': inStores((store) => {
    reuseIds(store, () => true)
  }),

  'colours wrap': inStores((store) => {
    store.nextColor = (color) => (color + 1) % COLORS
  }),

  'what has used up its colours gets an id that was used before': inStores((store) => {
    const { rename } = store
    let isRenaming = false
    reuseIds(store, () => isRenaming)
    store.rename = (resident) => {
      isRenaming = true
      rename.call(store, resident)
      isRenaming = false
    }
  }),

  'the owner is told, and not waited for': () => {
    const { publish } = Hold.prototype
    return replace(Hold.prototype, 'publish', async function (this: Hold, core, loan) {
      void publish.call(this, core, loan)
    })
  },

  'what is around a written object keeps its colour': () => {
    return replace(MutClass.prototype as Mut<unknown>, 'wrote', () => undefined)
  },

  'the old home frees before the owner knows': () => {
    const { publish, freeOld } = Hold.prototype
    return replace(Hold.prototype, 'settle', async function (this: Hold, core, before) {
      this.recolor(before)
      this.container?.writer?.wrote()
      freeOld.call(this, core, before)
      if (this.loan !== undefined) await publish.call(this, core, this.loan)
    })
  },

  'everybody who asks fetches': inStores(({ copies }) => {
    copies.acquire = async (id, color, fetch) => {
      const copy = copies.find(id, color) ?? copies.add(id, color, await fetch())
      copy.readers++
      return copy
    }
  }),
})

function inStores(fault: (store: Store) => void): Fault {
  return (stores) => {
    for (const store of stores) fault(store)
    return () => undefined
  }
}

function replace<T extends object, K extends keyof T>(on: T, name: K, by: T[K]): () => void {
  const right = on[name]
  on[name] = by
  return () => {
    on[name] = right
  }
}

/** Ids of what was forgotten are given out again. */
function reuseIds(store: Store, isNow: () => boolean): void {
  const { forget, freshId, rename } = store
  const free: number[] = []
  store.forget = (resident) => {
    forget.call(store, resident)
    free.push(resident.id)
  }
  store.rename = (resident) => {
    const { id } = resident
    rename.call(store, resident)
    free.push(id)
  }
  store.freshId = () => (isNow() ? free.shift() : undefined) ?? freshId.call(store)
}
