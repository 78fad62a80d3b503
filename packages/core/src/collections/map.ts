/**
 * Global hash map and hash set: keys live on the core that their hash says; what the tasks of a
 * core ask of the keys of another goes there as one message, and is done there in one piece.
 *
 * Access      everywhere.
 * Ordering    every operation on a key takes effect at one moment between its call and its answer;
 *             operations of one core on one key in the order in which they were asked for.
 * Failure     an update whose function throws rejects with its error and changes nothing.
 * Bounds      what the cores' memory holds.
 * Misuse      `size` adds up what each core has at a moment of its own: exact when nobody changes
 *             anything. A combining function computes and nothing else: what it sends is not waited
 *             for.
 * Source      Grappa's GlobalHashMap and GlobalHashSet.
 */
import type { Core } from '../delegate/core.ts'
import { type ScalarType, type ValueOf, u8 } from '../memory/element.ts'
import type { Delegate, Task } from '../message/definition.ts'
import {
  COLLECTION_OPTIONS,
  Collection,
  type CollectionOptions,
  homeOf,
  makeParts,
  typesAndOptions,
} from './collection.ts'
import { codeOf } from './elements.ts'
import { MapClient, makeMapPart, type MapShape } from './map-client.ts'
import { HAS, INSERT, LOOKUP, REMOVE, UPDATE } from './map-part.ts'

/** A function that combines what a key holds with what is given for it. */
type Combine<V> = Delegate<[held: V | undefined, given: V], V>

type MapBody<K, V, A extends unknown[], R> =
  Delegate<[key: K, value: V, ...A], R> | Task<[key: K, value: V, ...A], R>

/**
 * An empty map with keys and values of element types, or, without types, of any sendable values.
 * `await freeCollection(core, map)` gives it back.
 */
export function globalHashMap<K extends ScalarType, V extends ScalarType>(
  core: Core,
  key: K,
  value: V,
  options?: CollectionOptions,
): Promise<GlobalHashMap<ValueOf<K>, ValueOf<V>>>
export function globalHashMap<K, V>(
  core: Core,
  options?: CollectionOptions,
): Promise<GlobalHashMap<K, V>>
export async function globalHashMap(
  core: Core,
  first?: ScalarType | CollectionOptions,
  second?: ScalarType,
  third?: CollectionOptions,
): Promise<unknown> {
  const given = [first, second, third]
  const { types, combining } = typesAndOptions('globalHashMap()', given, COLLECTION_OPTIONS)
  const [key, value] = [codeOf(types[0]), codeOf(types[1])]
  const raw = await makeParts(core, makeMapPart, value)
  return new GlobalHashMap(raw, { home: homeOf(core), combining, key, value })
}

/**
 * An empty set with keys of an element type, or, without a type, of any sendable values.
 * `await freeCollection(core, set)` gives it back.
 */
export function globalHashSet<K extends ScalarType>(
  core: Core,
  key: K,
  options?: CollectionOptions,
): Promise<GlobalHashSet<ValueOf<K>>>
export function globalHashSet<K>(core: Core, options?: CollectionOptions): Promise<GlobalHashSet<K>>
export async function globalHashSet(
  core: Core,
  first?: ScalarType | CollectionOptions,
  second?: CollectionOptions,
): Promise<unknown> {
  const given = [first, second]
  const { types, combining } = typesAndOptions('globalHashSet()', given, COLLECTION_OPTIONS)
  const key = codeOf(types[0])
  const raw = await makeParts(core, makeMapPart, u8.code)
  return new GlobalHashSet(raw, { home: homeOf(core), combining, key, value: u8.code })
}

/** What maps and sets have in common: keys. */
abstract class KeyedCollection<K> extends Collection<MapClient, MapShape> {
  constructor(raw: number, shape: MapShape) {
    super(raw, shape, MapClient)
  }

  has(core: Core, key: K): Promise<boolean> {
    return this.client(core).ask(core, HAS, key) as Promise<boolean>
  }

  /** Takes `key` out. Resolves with whether it was there. */
  remove(core: Core, key: K): Promise<boolean> {
    return this.client(core).ask(core, REMOVE, key) as Promise<boolean>
  }

  /** Resolves when what this core's tasks have sent is under way. For producers told false. */
  drain(core: Core): Promise<void> {
    return this.client(core).drain()
  }

  /** How many keys there are. */
  size(core: Core): Promise<number> {
    return this.client(core).size(core)
  }

  /** Drops all keys. */
  clear(core: Core): Promise<void> {
    return this.client(core).clear(core)
  }
}

export class GlobalHashMap<K = unknown, V = unknown> extends KeyedCollection<K> {
  /** `key` holds `value` from now on. Resolves with whether it is a new key. */
  insert(core: Core, key: K, value: V): Promise<boolean> {
    return this.client(core).ask(core, INSERT, key, value) as Promise<boolean>
  }

  /** The value of `key`; undefined if there is none. */
  lookup(core: Core, key: K): Promise<V | undefined> {
    return this.client(core).ask(core, LOOKUP, key) as Promise<V | undefined>
  }

  /**
   * `key` holds what `combine` makes of what it held (undefined if nothing) and `given`, there and
   * in one piece. Resolves with the new value.
   */
  update(core: Core, key: K, combine: Combine<V>, given: V): Promise<V> {
    const id = core.endpoint.table.idOf(combine)
    return this.client(core).ask(core, UPDATE, key, given, id) as Promise<V>
  }

  /**
   * `insert`, one-way: done when the scope of `core` has ended.
   *
   * @returns false when more is under way than comes back: `await map.drain(core)` before more
   */
  sendInsert(core: Core, key: K, value: V): boolean {
    return this.client(core).tell(core, INSERT, key, value)
  }

  /** `update`, one-way, as `sendInsert`. A function that throws fails the scope. */
  sendUpdate(core: Core, key: K, combine: Combine<V>, given: V): boolean {
    const id = core.endpoint.table.idOf(combine)
    return this.client(core).tell(core, UPDATE, key, given, id)
  }

  /** Runs `definition` for every key and its value, where they live. */
  forall<A extends unknown[]>(
    core: Core,
    definition: MapBody<K, V, A, unknown>,
    ...captured: A
  ): Promise<void> {
    return this.client(core).visit(core, definition, false, captured)
  }

  /** Replaces every value by what `definition` makes of it, where it lives. */
  transform<A extends unknown[]>(
    core: Core,
    definition: MapBody<K, V, A, V>,
    ...captured: A
  ): Promise<void> {
    return this.client(core).visit(core, definition, true, captured)
  }
}

export class GlobalHashSet<K = unknown> extends KeyedCollection<K> {
  /** Puts `key` in. Resolves with whether it is new. */
  insert(core: Core, key: K): Promise<boolean> {
    return this.client(core).ask(core, INSERT, key, 1) as Promise<boolean>
  }

  /**
   * `insert`, one-way: done when the scope of `core` has ended.
   *
   * @returns false when more is under way than comes back: `await set.drain(core)` before more
   */
  sendInsert(core: Core, key: K): boolean {
    return this.client(core).tell(core, INSERT, key, 1)
  }

  /** Runs `definition` for every key, where it lives: `(core, key, 1, ...captured)`. */
  forall<A extends unknown[]>(
    core: Core,
    definition: MapBody<K, number, A, unknown>,
    ...captured: A
  ): Promise<void> {
    return this.client(core).visit(core, definition, false, captured)
  }
}
