/**
 * Object ids: which object it is, and on which core its authoritative bytes are. An id is never
 * given out twice, so that a copy kept under (id, colour) can never be taken for another object's.
 * Source: the reference protocol's (node, id, colour), with the colour kept beside it.
 */
import type { CoreId } from '@orujo/core'

declare const flavor: unique symbol

/** Home (12 bits) and serial number (40 bits) in one number. */
export type ObjectId = number & { readonly [flavor]?: 'object' }
/** The version of an object, part of the key of its copies. */
export type Color = number & { readonly [flavor]?: 'color' }

/** Objects that one core can make before its ids are used up. */
export const SERIAL_LIMIT = 2 ** 40

export function objectId(home: CoreId, serial: number): ObjectId {
  return home * SERIAL_LIMIT + serial
}

/** The core that holds the authoritative bytes. */
export function homeOf(id: ObjectId): CoreId {
  return Math.floor(id / SERIAL_LIMIT)
}

export function describeId(id: ObjectId): string {
  const home = homeOf(id)
  return `object ${id - home * SERIAL_LIMIT} of core ${home}`
}
