/**
 * Shape: what the bytes of an owned object are: typed memory in the heap of its home, or any value
 * that can be sent. It never changes, and every holder of a handle knows it.
 */
import type { ElementType } from '@orujo/core'

/** Elements side by side. */
export interface TypedShape {
  readonly kind: 'typed'
  readonly type: ElementType
  readonly length: number
}

export interface ValueShape {
  readonly kind: 'value'
}

export type Shape = TypedShape | ValueShape

export const VALUE: ValueShape = Object.freeze({ kind: 'value' })

export function typedShape(type: ElementType, length: number): TypedShape {
  return Object.freeze({ kind: 'typed', type, length })
}

/** Bytes of typed memory. */
export function bytesOf({ type, length }: TypedShape): number {
  return type.bytes * length
}
