/**
 * Borrow all: shared borrows of several objects at once, so that what must be fetched is on its way
 * together.
 */
import type { Core } from '@orujo/core'
import type { Reference, Shared, SharedOwner } from '@orujo/ownership'

/** Lends `work` the contents of all `owners`, in their order. Nothing of it may be kept. */
export async function readAll<T, R>(
  core: Core,
  owners: readonly SharedOwner<T>[],
  work: (values: readonly Shared<T>[]) => R | PromiseLike<R>,
): Promise<R> {
  const refs: Reference<T>[] = []
  try {
    const late: Promise<unknown>[] = []
    for (const [i, owner] of owners.entries()) {
      const ref = owner.tryBorrow(core)
      if (ref.kind === 'borrowed') refs[i] = ref
      else late.push(owner.borrow(core).then((borrowed) => (refs[i] = borrowed)))
    }
    for (const one of await Promise.allSettled(late)) {
      if (one.status === 'rejected') throw one.reason
    }
    return await work(refs.map((ref) => ref.value))
  } finally {
    // There are holes where something was refused.
    refs.forEach((ref) => ref.release())
  }
}

/** Lends `work` the contents of the owners at `places`, each borrowed once, by place. */
export async function readAt<T, R>(
  core: Core,
  owners: readonly SharedOwner<T>[],
  places: Iterable<number>,
  work: (values: ReadonlyMap<number, Shared<T>>) => R | PromiseLike<R>,
): Promise<R> {
  const distinct = [...new Set(places)]
  return await readAll(
    core,
    distinct.map((place) => owners[place]!),
    (values) => work(new Map(distinct.map((place, i) => [place, values[i]!]))),
  )
}
