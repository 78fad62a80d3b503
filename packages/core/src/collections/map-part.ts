/**
 * Map part: the keys of a global map or set that live on one core, and what their home does with a
 * batch of operations: all of it in one piece, in the order in which they were asked for.
 *
 * Failure     an update whose function throws answers with that error; the others go on.
 */
import { suspendedError } from '../delegate/arguments.ts'
import type { Core } from '../delegate/core.ts'
import { objectDelegate } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { isThenable } from '../delegate/task-run.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { type ElementCode, type Elements, makeElements } from './elements.ts'
import { type Identity, Keys } from './key.ts'

/** What is asked of a key. */
export const INSERT = 0
export const LOOKUP = 1
export const HAS = 2
export const REMOVE = 3
export const UPDATE = 4

interface Entry {
  readonly key: unknown
  value: unknown
}

/** Operations of one core on keys of one other: by index, as long as each other. */
export interface MapOperations {
  readonly verbs: Uint8Array
  readonly keys: Elements
  readonly values: Elements
  /** Numbers of the updates' definitions; absent if nothing is updated. */
  readonly definitions: Int32Array | undefined
}

/** By operation: whether the key was there, and its value; what went wrong, if anything did. */
export interface MapAnswer {
  readonly found: Uint8Array
  /** Absent if no operation asks for a value. */
  readonly values: Elements | undefined
  readonly errors: readonly (readonly [index: number, error: unknown])[] | undefined
}

/** Tells keys apart by how they travel between endpoints. */
export function keysOf(endpoint: Endpoint): Keys {
  return new Keys((key) => endpoint.sender.encoded(key, 'the key of a collection'))
}

export class MapPart {
  readonly entries = new Map<Identity, Entry>()
  readonly #valueCode: ElementCode
  readonly #keys: Keys

  constructor(endpoint: Endpoint, valueCode: ElementCode) {
    this.#valueCode = valueCode
    this.#keys = keysOf(endpoint)
  }

  perform(core: Core, { verbs, keys, values, definitions }: MapOperations): MapAnswer {
    const count = verbs.length
    const found = new Uint8Array(count)
    const isAsking = verbs.some((verb) => verb === LOOKUP || verb === UPDATE)
    const answers = isAsking ? makeElements(this.#valueCode, count) : undefined
    const errors: [number, unknown][] = []
    for (let i = 0; i < count; i++) {
      const verb = verbs[i]!
      const identity = this.#keys.identityOf(keys[i])
      const entry = this.entries.get(identity)
      if (entry !== undefined) found[i] = 1
      if (verb === INSERT) this.#put(identity, keys[i], entry, values[i])
      else if (verb === REMOVE) this.entries.delete(identity)
      else if (verb === LOOKUP) {
        if (entry !== undefined) answers![i] = entry.value
      } else if (verb === UPDATE) {
        try {
          const value = combined(core, definitions![i]!, entry?.value, values[i])
          // As it would be stored in an array of the values' type.
          answers![i] = value
          this.#put(identity, keys[i], entry, answers![i])
        } catch (error) {
          errors.push([i, error])
        }
      }
    }
    return { found, values: answers, errors: errors.length > 0 ? errors : undefined }
  }

  #put(identity: Identity, key: unknown, entry: Entry | undefined, value: unknown): void {
    if (entry !== undefined) entry.value = value
    else this.entries.set(identity, { key, value })
  }
}

function combined(core: Core, id: number, held: unknown, given: unknown): unknown {
  const definition: AnyDefinition = core.endpoint.table.definitions[id]!
  const value = definition.body(core, held, given)
  if (isThenable(value)) throw suspendedError(definition, value)
  return value
}

export const performHere = objectDelegate(
  'orujo.map.perform',
  (
    core: Core,
    part: MapPart,
    verbs: Uint8Array,
    keys: unknown,
    values: unknown,
    definitions: Int32Array | undefined,
  ): unknown => {
    // What `MapClient` gathered.
    const given = { verbs, keys: keys as Elements, values: values as Elements, definitions }
    return part.perform(core, given)
  },
)

export const sizeHere = objectDelegate('orujo.map.size', (_core: Core, part: MapPart): number => {
  return part.entries.size
})

export const clearHere = objectDelegate('orujo.map.clear', (_core: Core, part: MapPart): void => {
  part.entries.clear()
})
