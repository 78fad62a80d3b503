/**
 * Typed memory that is not this core's own: what came as bytes, and what a neighbour in the locale
 * has.
 */
import { viewOn } from '@orujo/core/internal'
import type { Body, Writer } from './body.ts'
import type { TypedShape } from './shape.ts'
import type { Pointer } from './store.ts'

/** Typed memory of another core of the locale, as this core sees it. */
export function neighbour({ id }: Pointer, value: unknown): Body {
  const writer: Writer | undefined = undefined
  return {
    id,
    value,
    isCopy: false,
    isFrozen: true,
    isKept: true,
    readers: 0,
    writer,
    inner: 0,
    onQuiet: undefined,
    endedAt: undefined,
  }
}

/** Typed memory that came as bytes. */
export function viewOf(shape: TypedShape, bytes: Uint8Array): unknown {
  const { buffer, byteOffset } = aligned(bytes)
  return viewOn(shape.type, buffer, byteOffset, shape.length)
}

/** The same bytes where any view may begin. */
function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isAligned = bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer
  return isAligned ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}
