/**
 * Lent arrays: a vector as the linear array that `withArray` lends. In checked mode that is a
 * handle of its own, which ends with the borrow; the array goes on under the vector's.
 *
 * States      live -> ended: then the handle, and addresses that it gave, are OWN_ESCAPED.
 * Misuse      views that `local` gave are not guarded, since loops on typed memory want them as
 *             they are, nor are the handles that other cores were sent.
 */
import { GlobalArray, type Core, type ElementType, type ViewOf } from '@orujo/core'
import { LinearLayout } from '@orujo/core/internal'
import type { InScope, MutableIn } from './lent.ts'
import type { Grant, VectorCell } from './vector-cell.ts'

/** An array as it is lent within the scope L. */
export type ArrayIn<E extends ElementType, L> = {
  local(place: Pick<Core, 'memory'>): MutableIn<ViewOf<E>, L>
} & GlobalArray<E> &
  InScope<L>

export interface LentArray<E extends ElementType> {
  readonly array: GlobalArray<E>
  end(): void
}

export function lendArray<E extends ElementType>(
  cell: VectorCell<E>,
  { note }: Grant,
  array: GlobalArray<E>,
): LentArray<E> {
  const { guards, notes } = cell.runs.store
  if (guards === undefined) return { array, end: nothing }
  const guard = guards.begin({ name: cell.name, note }, true)
  const layout = new LinearLayout(array.layout)
  // Whoever uses an array, or an address of it, asks for this first.
  const isFreed = (): boolean => {
    guard.check('use the array')
    return array.isFreed
  }
  Object.defineProperty(layout, 'isFreed', { get: isFreed })
  return { array: new GlobalArray(layout), end: () => guard.end(notes.ofEnd()) }
}

function nothing(): void {
  // The array has no end of its own.
}
