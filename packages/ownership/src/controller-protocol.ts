/**
 * Controller protocol: the messages between cores and the controller on the host, and those that
 * place objects. See controller.md.
 */
import { delegate, task, type Core, type CoreId, type ElementType, type ViewOf } from '@orujo/core'
import { fromDescription, type TypeDescription } from '@orujo/core/internal'
import { bookOf } from './controller-book.ts'
import { placerOf } from './controller-core.ts'
import type { Decision } from './controller-log.ts'
import { isExhausted } from './errors.ts'
import { hasRoom, needOfTyped, needOfValue, ROW, type Need } from './controller-table.ts'
import { own, ownArray } from './make.ts'
import type { ObjectId } from './object-id.ts'
import type { Owned } from './owned.ts'
import { typedShape } from './shape.ts'
import type { Store } from './store.ts'
import { storeOf } from './stores.ts'

/** An endpoint's own handle: what is done through it belongs to no run. */
export function rootOf({ endpoint }: Pick<Core, 'endpoint'>): Core {
  return endpoint.scopes.root.context as Core // what makeCore made
}

// On the host.

/** REPORT: the memory of a core has changed by a step. */
export const reportMemory = delegate(
  'own.control.report',
  (core: Core, from: CoreId, row: Float64Array): void => {
    const book = bookOf(core)
    if (book === undefined) return
    book.table.takeRow(from, row)
    if (book.isPublishing) return
    book.isPublishing = true
    rootOf(core).send(publish, core.id)
  },
)

/** Tells all cores, once for all reports that have arrived by then. */
export const publish = task('own.control.publish', (core: Core): void => {
  const book = bookOf(core)
  if (book === undefined) return
  book.isPublishing = false
  for (let dst = 0; dst < core.cores; dst++) rootOf(core).send(takeTable, dst, book.table.rows)
})

/** LOADS?: a core that places tasks wants to know who is busy. */
export const askLoads = delegate('own.control.ask-loads', (core: Core, from: CoreId): void => {
  const book = bookOf(core)
  if (book !== undefined) rootOf(core).send(takeLoads, from, book.loads())
})

/** SURVEY: the memory of all cores as it is now, for one who has found no room by its table. */
export const survey = task('own.control.survey', async (core: Core): Promise<Float64Array> => {
  const rows = await surveyAll(core)
  bookOf(core)?.table.take(rows)
  return rows
})

/** The rows of all cores. Suspends: asks them. */
export async function surveyAll(core: Core): Promise<Float64Array> {
  const calls = Array.from({ length: core.cores }, (_, dst) => core.call(readMemory, dst))
  const rows = new Float64Array(core.cores * ROW)
  for (const [dst, row] of (await Promise.all(calls)).entries()) rows.set(row, dst * ROW)
  return rows
}

// On the cores.

/** TABLE: the memory of all. */
export const takeTable = delegate('own.control.table', (core: Core, rows: Float64Array): void => {
  const placer = placerOf(core)
  placer?.table.take(rows)
  placer?.table.takeRow(core.id, placer.row())
})

/** LOADS: how many tasks each core has. */
export const takeLoads = delegate('own.control.loads', (core: Core, loads: Float64Array): void => {
  placerOf(core)?.tasks.take(loads)
})

export const readMemory = delegate('own.control.memory', (core: Core): Float64Array => {
  return rowOrNone(core)
})

export const readDecisions = delegate('own.control.decisions', (core: Core): Decision[] => {
  return [...(placerOf(core)?.log.all() ?? [])]
})

/** PLACE, of typed memory: the new object, or this core's row if it would pass `limit`. */
export const makeArray = delegate(
  'own.control.array',
  (
    core: Core,
    of: TypeDescription,
    length: number,
    limit: number,
  ): Owned<ViewOf<ElementType>> | Float64Array => {
    const type = fromDescription(of)
    const refusal = refusalOf(core, needOfTyped(type.bytes * length), limit)
    if (refusal !== undefined) return refusal
    const owned = ownArray(core, type, length)
    owned.hold.isRoaming = true
    return owned
  },
)

/** PLACE, of a value: never refused, because the owners in it have come along. */
export const makeValue = delegate(
  'own.control.value',
  (core: Core, value: unknown, bytes: number): Owned<unknown> => {
    const owned = own(core, value)
    const { store, pointer } = owned.hold
    store.measure(store.resident(pointer.id), bytes)
    owned.hold.isRoaming = true
    return owned
  },
)

/**
 * ADOPT: keeps what another core wants to be rid of, with what is tied to it, under fresh ids that
 * nobody knows but who asks: the id, the offset, and the id before the first of these. Or this
 * core's row if it would pass `limit`, or does not fit after all.
 */
export const adopt = delegate(
  'own.control.adopt',
  (
    core: Core,
    of: readonly [TypeDescription, number] | undefined,
    bytes: Uint8Array,
    limit: number,
  ): Adopted | Float64Array => {
    const isTyped = of !== undefined
    const need = (isTyped ? needOfTyped : needOfValue)(bytes.byteLength)
    const refusal = refusalOf(core, need, limit)
    if (refusal !== undefined) return refusal
    const store = storeOf(core)
    const before = store.freshId()
    try {
      const { id, offset } = isTyped
        ? store.addTyped(typedShape(fromDescription(of[0]), of[1]), bytes)
        : store.addMoved(bytes)
      return [id, offset, before]
    } catch (error) {
      // Something tied to it did not fit.
      forgetBetween(store, before, store.freshId())
      if (!isExhausted(error)) throw error
      return rowOrNone(core)
    }
  },
)

export type Adopted = readonly [id: number, offset: number, before: number]

/** The same taken back: nobody has used the objects since. What they own is not touched. */
export const disown = delegate('own.control.disown', (core: Core, before: number, last: number) => {
  forgetBetween(storeOf(core), before, last + 1)
})

function forgetBetween(store: Store, before: ObjectId, end: ObjectId): void {
  for (let id = before + 1; id < end; id++) {
    if (store.has(id)) store.forget(store.resident(id))
  }
}

/** This core's row; of zeros, which nobody chooses, without a controller. */
function rowOrNone(core: Core): Float64Array {
  return placerOf(core)?.row() ?? new Float64Array(ROW)
}

function refusalOf(core: Core, need: Need, limit: number): Float64Array | undefined {
  const row = placerOf(core)?.row()
  return row === undefined || hasRoom(row, need, limit) ? undefined : row
}
