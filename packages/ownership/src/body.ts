/**
 * Body: the contents of an object as one core has them, and who on that core looks at them. An
 * object has one body at its home, and one for each copy.
 *
 * Invariants  `readers` and `writer` exclude each other, by the owner's state. What is inside a
 *             body may be used only while the body is.
 */
import type { ObjectId } from './object-id.ts'
import type { PlaceNote } from './place-note.ts'

/** What a body needs to know of an exclusive borrow. */
export interface Writer {
  /** Something inside was written, or may have been. */
  wrote(): void
}

export interface Body {
  readonly id: ObjectId
  readonly value: unknown
  /** Whether this was fetched, and the object itself is elsewhere. */
  readonly isCopy: boolean
  /** Whether the value may be shared as it is. */
  readonly isFrozen: boolean
  /** Whether this is still where the object, or its copy, is. */
  readonly isKept: boolean
  /** Shared borrows of it on this core. */
  readers: number
  /** The exclusive borrow of it, if that is on this core. */
  writer: Writer | undefined
  /** Borrows of what is inside, which must end first. */
  inner: number
  /** Whose end was refused because of them, and happens when they have ended. */
  onQuiet: (() => void) | undefined
  /** Where the last borrow of it ended, as far as that is noted. */
  endedAt: PlaceNote | undefined
}

/** A borrow of what is inside `container` has ended. */
export function leave(container: Body): void {
  if (--container.inner > 0) return
  const end = container.onQuiet
  container.onQuiet = undefined
  end?.()
}

export function isInUse(body: Body): boolean {
  return body.readers > 0 || body.writer !== undefined
}
