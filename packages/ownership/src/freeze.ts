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
  const thawing = new Thawing(isLeaf)
  const copy = thawing.copyOf(value)
  thawing.finish()
  return copy as T // the same structure
}

/** Copies in the making: without recursion, so that long lists do no harm. */
class Thawing {
  readonly #isLeaf: IsLeaf
  readonly #copies = new Map<object, object>()
  /** Things whose copies are still empty. */
  readonly #empty: object[] = []

  constructor(isLeaf: IsLeaf) {
    this.#isLeaf = isLeaf
  }

  /** The copy, which `finish` fills; what needs none is itself. */
  copyOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#isLeaf(value)) return value
    const known = this.#copies.get(value)
    if (known !== undefined) return known
    const copy = emptyLike(value)
    if (copy === undefined) return value
    this.#copies.set(value, copy)
    this.#empty.push(value)
    return copy
  }

  finish(): void {
    for (let value = this.#empty.pop(); value !== undefined; value = this.#empty.pop()) {
      this.#fill(this.#copies.get(value)!, value)
    }
  }

  #fill(copy: object, value: object): void {
    if (Array.isArray(copy)) {
      for (const item of value as unknown[]) copy.push(this.copyOf(item))
    } else if (copy instanceof Map) {
      for (const [key, item] of value as Map<unknown, unknown>) {
        copy.set(this.copyOf(key), this.copyOf(item))
      }
    } else if (copy instanceof Set) {
      for (const item of value as Set<unknown>) copy.add(this.copyOf(item))
    } else if (!(copy instanceof Date)) {
      for (const [key, item] of Object.entries(value)) setField(copy, key, this.copyOf(item))
    }
  }
}

/** Undefined for what is not frozen, and need not be copied. */
function emptyLike(value: object): object | undefined {
  if (Array.isArray(value)) return []
  if (value instanceof Map) return new Map()
  if (value instanceof Set) return new Set()
  if (value instanceof Date) return new Date(value)
  if (!isPlain(value)) return undefined
  return Object.getPrototypeOf(value) === null ? (Object.create(null) as object) : {}
}

function setField(object: object, key: string, value: unknown): void {
  // Assigned, it would be no field.
  if (key !== '__proto__') (object as Record<string, unknown>)[key] = value
  else {
    const field = { value, writable: true, enumerable: true, configurable: true }
    Object.defineProperty(object, key, field)
  }
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
