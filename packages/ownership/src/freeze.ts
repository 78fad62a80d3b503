/**
 * Freezing: JavaScript values as they are shared. A shared value is frozen through and through, so
 * that a write to it throws where it is made; an exclusive borrow gets a value that can be written.
 *
 * The engine itself refuses writes to frozen objects and arrays with a TypeError; Map, Set and Date
 * ignore freezing, so they get methods that refuse. The elements of typed arrays cannot be frozen:
 * only the types keep a program from writing them.
 *
 * Invariants  owners inside a value (`isLeaf`) are neither frozen nor copied: they are handles.
 */
import { OwnershipError } from './errors.ts'

/** Objects that stay as they are, such as the owners of other objects. */
export type IsLeaf = (value: object) => boolean

const MAP_WRITES = ['set', 'delete', 'clear'] as const
const SET_WRITES = ['add', 'delete', 'clear'] as const
const DATE_WRITES: readonly string[] = Object.freeze(
  Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
)

/** Calls `visit` for every leaf in `value`, shared ones and cycles once. */
export function forEachLeaf(value: unknown, isLeaf: IsLeaf, visit: (leaf: object) => void): void {
  const seen = new Set<object>()
  walk(value, seen, (object) => {
    if (!isLeaf(object)) return true
    visit(object)
    return false
  })
}

/** Freezes `value` in place. `name`: what errors call it. */
export function deepFreeze(value: unknown, isLeaf: IsLeaf, name: string): void {
  const seen = new Set<object>()
  walk(value, seen, (object) => {
    if (isLeaf(object)) return false
    if (object instanceof Map) refuseWrites(object, MAP_WRITES, name)
    else if (object instanceof Set) refuseWrites(object, SET_WRITES, name)
    else if (object instanceof Date) refuseWrites(object, DATE_WRITES, name)
    if (isFreezable(object)) Object.freeze(object)
    return true
  })
}

/** A copy of a frozen value that can be written. Typed arrays and leaves are the same ones. */
export function thaw<T>(value: T, isLeaf: IsLeaf): T {
  return copyOf(value, isLeaf, new Map()) as T // the same structure
}

function copyOf(value: unknown, isLeaf: IsLeaf, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null || isLeaf(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    copies.set(value, copy)
    for (const item of value as unknown[]) copy.push(copyOf(item, isLeaf, copies))
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    copies.set(value, copy)
    for (const [key, item] of value as Map<unknown, unknown>) {
      copy.set(copyOf(key, isLeaf, copies), copyOf(item, isLeaf, copies))
    }
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>()
    copies.set(value, copy)
    for (const item of value as Set<unknown>) copy.add(copyOf(item, isLeaf, copies))
    return copy
  }
  if (value instanceof Date) {
    const copy = new Date(value)
    copies.set(value, copy)
    return copy
  }
  if (!isPlain(value)) return value
  const copy: Record<string, unknown> = {}
  copies.set(value, copy)
  for (const [key, item] of Object.entries(value)) copy[key] = copyOf(item, isLeaf, copies)
  return copy
}

/** Depth first without recursion, so that long lists do no harm. */
function walk(root: unknown, seen: Set<object>, enter: (object: object) => boolean): void {
  const stack = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (!enter(value)) continue
    if (Array.isArray(value)) for (const item of value as unknown[]) stack.push(item)
    else if (value instanceof Map) {
      for (const [key, item] of value as Map<unknown, unknown>) stack.push(key, item)
    } else if (value instanceof Set) for (const item of value as Set<unknown>) stack.push(item)
    else if (isPlain(value)) for (const item of Object.values(value)) stack.push(item)
  }
}

/** Whether freezing is possible and means something: not for views, nor for handles. */
export function isFreezable(value: object): boolean {
  return (
    Array.isArray(value) ||
    isPlain(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Date
  )
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refuseWrites(object: object, methods: readonly string[], name: string): void {
  if (Object.isFrozen(object)) return
  for (const method of methods) {
    Object.defineProperty(object, method, {
      value: () => {
        throw new OwnershipError('OWN_FROZEN', `${method}() on ${name}, which is shared.`, {
          object: name,
        })
      },
    })
  }
}
