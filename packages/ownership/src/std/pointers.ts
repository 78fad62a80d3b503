/**
 * Pointers as parts of handles: which object a handle stands for, as it travels.
 */
import type { Endpoint, ValueSink, ValueSource } from '@orujo/core/internal'
import { Hold } from '../hold.ts'
import { decodeShape, encodeShape } from '../packing.ts'
import { storeOf } from '../stores.ts'

/** Writes what object a cell points to. */
export function encodeHold({ shape, pointer }: Hold, sink: ValueSink): void {
  encodeShape(shape, sink)
  sink.integer(pointer.id)
  sink.integer(pointer.color)
  sink.integer(pointer.offset)
}

/** A cell of this endpoint for the same object. */
export function decodeHold(source: ValueSource, endpoint: Endpoint): Hold {
  const shape = decodeShape(source)
  const id = source.integer()
  const color = source.integer()
  const offset = source.integer()
  return new Hold(storeOf({ endpoint }), shape, { id, color, offset })
}
