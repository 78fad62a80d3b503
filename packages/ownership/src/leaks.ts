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

/** How an object of the runtime that something owned consists of says what that is. */
export const LEFT: unique symbol = Symbol('orujo.left')

/** Something owned that is no object of a store: a channel, an atomic. */
export interface Thing {
  readonly [LEFT]: Left | undefined
}

/** What is left of it: a name for people, and where it was made. */
export interface Left {
  readonly name: string
  readonly madeAt: PlaceNote | undefined
}

export function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && LEFT in value
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

/** A line for each thing and object that nobody has dropped; of many, only the first. */
export function leakLines(things: readonly Thing[], residents: Iterable<Kept>): string[] {
  const left = things.flatMap(({ [LEFT]: one }) => (one === undefined ? [] : [one]))
  const all = [
    ...left.map(({ name, madeAt }) => ({ name, madeAt: describePlace(madeAt) })),
    ...Array.from(residents, describeKept).map(({ object, kind, madeAt }) => {
      return { name: `${object} (${kind})`, madeAt }
    }),
  ]
  const lines = all.slice(0, MAX_LINES).map(({ name, madeAt }) => {
    return `Never dropped: ${name}, made ${madeAt ?? 'at an unknown place'}`
  })
  const more = all.length - lines.length
  return more === 0 ? lines : [...lines, `Never dropped: ${more} objects more`]
}
