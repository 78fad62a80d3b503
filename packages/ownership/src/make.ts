/**
 * Making owned objects.
 */
import type { Core, ElementType, ViewOf } from '@orujo/core'
import { describe, whole } from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import { Hold } from './hold.ts'
import { Owned } from './owned.ts'
import { VALUE, typedShape, type TypedShape } from './shape.ts'
import { storeOf } from './stores.ts'

/**
 * Becomes the owner of a value, which lives on this core from now on: use it through the owner
 * only. Owners inside it become parts of it.
 */
export function own<T>(core: Core, value: T): Owned<T> {
  requireCore(core)
  const store = storeOf(core)
  const resident = store.addValue(value)
  try {
    store.packing.adopt(resident)
  } catch (error) {
    store.forget(resident)
    throw error
  }
  return new Owned<T>(new Hold(store, VALUE, resident.pointer))
}

/**
 * Becomes the owner of `length` elements of typed memory on this core, all zero. Cores of the same
 * locale see it in place. ORUJO_MEMORY_EXHAUSTED, ORUJO_OPTION.
 */
export function ownArray<E extends ElementType>(
  core: Core,
  type: E,
  length: number,
): Owned<ViewOf<E>> {
  requireCore(core)
  const store = storeOf(core)
  const shape = shapeOf(type, length)
  const { pointer } = store.addTyped(shape)
  return new Owned<ViewOf<E>>(new Hold(store, shape, pointer))
}

/** The shape that a program asks for. InvariantError, ORUJO_OPTION. */
export function shapeOf<E extends ElementType>(type: E, length: number): TypedShape {
  describe(type) // throws if it is none
  return typedShape(type, whole('length', length, 0, Number.MAX_SAFE_INTEGER))
}

/** Throws on the host. */
export function requireCore(core: Core): void {
  if (core.id !== core.host) return
  throw new OwnershipError(
    'OWN_FOREIGN',
    'The host holds no objects: make them in a task on a core; the host may use them.',
    { object: 'a new object' },
  )
}
