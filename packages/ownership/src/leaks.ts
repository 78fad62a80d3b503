/**
 * Leaks: what is owned, in words: for the report when a runtime closes in checked mode, and for
 * programs that ask.
 */
import type { CoreId } from '@orujo/core'
import { describeId, homeOf, type ObjectId } from './object-id.ts'
import { describePlace, type PlaceNote } from './place-note.ts'
import { bytesOf, type Shape } from './shape.ts'

/** Lines that one core says at most. */
const MAX_LINES = 20

/** An object that is owned now. */
export interface OwnedObject {
  readonly id: ObjectId
  /** As errors call it: 'object 7 of core 1'. */
  readonly object: string
  readonly home: CoreId
  /** 'value', or of typed memory its elements and their number: 'f64[100]'. */
  readonly kind: string
  /** Of a value, as it was last sent; 0 if it never was. */
  readonly bytes: number
  /** In checked mode: where it was made. */
  readonly madeAt: string | undefined
}

/** What this needs to know of an object at its home. */
interface Kept {
  readonly id: ObjectId
  readonly shape: Shape
  readonly measuredBytes: number
  readonly madeAt: PlaceNote | undefined
}

export function describeKept({ id, shape, measuredBytes, madeAt }: Kept): OwnedObject {
  const isTyped = shape.kind === 'typed'
  return {
    id,
    object: describeId(id),
    home: homeOf(id),
    kind: isTyped ? `${shape.type.name}[${shape.length}]` : 'value',
    bytes: isTyped ? bytesOf(shape) : measuredBytes,
    madeAt: describePlace(madeAt),
  }
}

/** A line for each object that nobody has dropped, oldest first; of many, only the first. */
export function leakLines(residents: Iterable<Kept>): string[] {
  const all = [...residents]
  const lines = all.slice(0, MAX_LINES).map((resident) => {
    const { object, kind, madeAt } = describeKept(resident)
    return `Never dropped: ${object} (${kind}), made ${madeAt ?? 'at an unknown place'}`
  })
  const more = all.length - lines.length
  return more === 0 ? lines : [...lines, `Never dropped: ${more} objects more`]
}
