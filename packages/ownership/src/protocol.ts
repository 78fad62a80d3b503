/**
 * Protocol: the messages of ownership. See protocol.md for why no other is needed.
 *
 * Ordering    the old home of an object is told to forget it after its owner has been told where it
 *             is now, so that no pointer ever leads nowhere.
 */
import { delegate, type Core } from '@orujo/core'
import { OwnershipError } from './errors.ts'
import type { ObjectId } from './object-id.ts'
import { describePlace } from './place-note.ts'
import { Store } from './store.ts'

/** FETCH and DATA: the bytes of an object, at its home. */
export const fetchBytes = delegate('own.fetch', (core: Core, id: ObjectId): Uint8Array => {
  const store = Store.of(core)
  return store.bytesOf(store.resident(id))
})

/** In checked mode: where an object that moves was made. */
export const whereMade = delegate('own.where', (core: Core, id: ObjectId): string | undefined =>
  describePlace(Store.of(core).resident(id).madeAt),
)

/** DEALLOC: the object has moved, and its owner knows. */
export const freeOld = delegate('own.free', (core: Core, id: ObjectId): void => {
  const store = Store.of(core)
  const resident = store.resident(id)
  store.forget(resident)
  store.packing.forgetTied(resident.value)
})

/** DROP: the object and all that it owns, by what its home says it owns. */
export const dropHere = delegate('own.drop', (core: Core, id: ObjectId): void => {
  const store = Store.of(core)
  const resident = store.resident(id)
  store.packing.requireFreeInside(resident.value)
  store.forget(resident)
  store.packing.dropInside(core, resident.value)
})

/** WRITE_OWNER, answered by ACK: what was lent is now there, in that colour. */
export const writeOwner = delegate(
  'own.write-owner',
  (core: Core, lent: number, id: ObjectId, color: number, offset: number): void => {
    const borrow = Store.of(core).lent.get(lent)
    if (borrow === undefined) {
      throw new OwnershipError('OWN_ESCAPED', 'An exclusive borrow outlived the loan it was for.', {
        object: `loan ${lent} of core ${core.id}`,
      })
    }
    borrow.update({ id, color, offset })
  },
)
