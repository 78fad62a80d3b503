/**
 * Update: the delegate mode for owned objects: instead of bringing the object to the work, it sends
 * the work to the object, as a delegate. For small changes from many places, where an exclusive
 * borrow would carry the whole object to and fro.
 *
 * Ordering    an update is an exclusive borrow that wrote: nobody reads meanwhile, and the object
 *             has a new colour when it is over. A `delegateRead` is a shared borrow.
 * Suspends    two messages; none if the object is here.
 * Failure     a conflict is refused as for borrows. If the body throws, the object may be changed,
 *             and counts as changed.
 */
import { delegate, type Core, type ObjectDelegate } from '@orujo/core'
import type { Body } from '@orujo/core/internal'
import type { Writer } from '../body.ts'
import type { Hold } from '../hold.ts'
import type { Shared } from '../lent.ts'
import { homeOf, type ObjectId } from '../object-id.ts'
import { cellOf, type Owned } from '../owned.ts'
import { Store, type Pointer } from '../store.ts'
import { handOver } from './hand-over.ts'

/** Who updates counts the object as changed in any case. */
const NO_WRITER: Writer = Object.freeze({ wrote: nothing })

/**
 * Runs an object delegate on an owned object, at its home, and resolves with the result. The body
 * gets the contents and changes them in place. Owners in `args` move into the body's hands; it may
 * `move` parts of the object out, into its result.
 */
export async function update<T, A extends unknown[], R>(
  core: Core,
  owned: Owned<T>,
  definition: ObjectDelegate<T, A, R>,
  ...args: A
): Promise<R> {
  const hold = cellOf(owned)
  const number = core.endpoint.table.idOf(definition)
  hold.beginExclusive(core)
  let before = hold.pointer
  try {
    if (hold.store.nextColor(before.color) === undefined) before = await rename(core, hold)
  } catch (error) {
    hold.endUnchanged()
    throw error
  }
  try {
    const { id } = before
    const home = homeOf(id)
    const given = home === core.id ? handOver(core, args) : args
    return (await core.call(updateHere, home, id, number, given)) as R // as the definition says
  } finally {
    // The body that was used last, if it is a copy, is old now.
    hold.update(before)
    await hold.endChanged(core, before)
  }
}

/**
 * Runs an object delegate that only reads: here if the object is, or a copy that is up to date;
 * else at its home.
 */
export async function delegateRead<T, A extends unknown[], R>(
  core: Core,
  owned: Owned<T>,
  definition: ObjectDelegate<Shared<T>, A, R>,
  ...args: A
): Promise<R> {
  const hold = cellOf(owned)
  const number = core.endpoint.table.idOf(definition)
  const body = hold.beginShared(core)
  if (body !== undefined) {
    try {
      return definition.body(core, body.value, ...handOver(core, args)) as R // as it says
    } finally {
      hold.endShared(body)
    }
  }
  try {
    const { id } = hold.pointer
    return (await core.call(readHere, homeOf(id), id, number, args)) as R // as above
  } finally {
    hold.cancelShared()
  }
}

/** Gives an object whose colours are used up another id, where it is. */
async function rename(core: Core, hold: Hold): Promise<Pointer> {
  const { id, offset } = hold.pointer
  const fresh = await core.call(renameHere, homeOf(id), id)
  const pointer: Pointer = { id: fresh, color: 0, offset }
  hold.update(pointer)
  return pointer
}

export const updateHere = delegate(
  'own.update',
  (core: Core, id: ObjectId, number: number, args: unknown[]): unknown => {
    const store = Store.of(core)
    const resident = store.resident(id)
    const value = store.writableValue(resident)
    resident.writer = NO_WRITER
    try {
      return bodyOf(core, number)(core, value, ...args)
    } finally {
      resident.writer = undefined
    }
  },
)

export const readHere = delegate(
  'own.read',
  (core: Core, id: ObjectId, number: number, args: unknown[]): unknown => {
    const store = Store.of(core)
    const resident = store.resident(id)
    if (!resident.isFrozen) store.freeze(resident)
    resident.readers++
    try {
      return bodyOf(core, number)(core, resident.value, ...args)
    } finally {
      resident.readers--
    }
  },
)

export const renameHere = delegate('own.rename', (core: Core, id: ObjectId): ObjectId => {
  const store = Store.of(core)
  const resident = store.resident(id)
  store.rename(resident)
  return resident.id
})

/** Numbers of definitions are the same on every core. */
function bodyOf(core: Core, number: number): Body {
  return core.endpoint.table.definitions[number]!.body
}

function nothing(): void {
  // See NO_WRITER.
}
