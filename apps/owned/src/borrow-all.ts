/**
 * Borrow all: shared borrows of several objects at once, so that what must be fetched is on its way
 * together.
 */
import type { Core } from '@orujo/core'
import type { Shared, SharedOwner } from '@orujo/ownership'

/** Lends `work` the contents of all `owners`, in their order. Nothing of it may be kept. */
export async function readAll<T, R>(
  core: Core,
  owners: readonly SharedOwner<T>[],
  work: (values: readonly Shared<T>[]) => R | PromiseLike<R>,
): Promise<R> {
  const begun = await Promise.allSettled(owners.map((owner) => owner.borrow(core)))
  const refs = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of begun) if (one.status === 'rejected') throw one.reason
    return await work(refs.map((ref) => ref.value))
  } finally {
    for (const ref of refs) ref.release()
  }
}
