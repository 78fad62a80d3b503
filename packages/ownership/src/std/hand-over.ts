/**
 * Handing over: values with owners and other handles in them, given from a piece of work to another
 * on the same core, as a message would: the giver's handles are moved away. Core itself hands local
 * arguments over as they are, so whoever promises a move asks for it here.
 *
 * Failure     something inside that cannot be moved, or sent: as a message would be refused, and
 *             the giver keeps everything.
 * Bounds      only what has handles inside is copied; anything else is the same value.
 */
import type { Core } from '@orujo/core'
import { Codec, builtinExtensions, type Endpoint } from '@orujo/core/internal'
import { forEachLeaf } from '../freeze.ts'
import { drop, isMovable } from '../movable.ts'

class HandOver {
  /** Of all classes whose instances are handles that a message moves, or may. */
  readonly prototypes: ReadonlySet<object>
  readonly codec: Codec<Endpoint>

  constructor(endpoint: Endpoint) {
    const { table } = endpoint
    this.prototypes = new Set(table.extensions.map(({ prototype }) => prototype))
    this.codec = new Codec<Endpoint>([...builtinExtensions, ...table.extensions], {
      place: endpoint,
    })
  }

  readonly isHandle = (value: object): boolean => {
    return this.prototypes.has(Object.getPrototypeOf(value) as object)
  }

  holds(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    let found = false
    forEachLeaf(value, this.isHandle, () => {
      found = true
    })
    return found
  }
}

/** `value` as its receiver on this core has it. */
export function handOver<T>(core: Core, value: T): T {
  const { endpoint } = core
  const state = endpoint.state(HandOver, () => new HandOver(endpoint))
  if (!state.holds(value)) return value
  const { codec } = state
  const length = codec.encodeOne(value, 'a value handed over')
  const bytes = codec.bytes.slice(0, length)
  codec.sent()
  return codec.decodeOne(bytes, endpoint) as T // as it was encoded
}

/** Drops every handle in a value that nobody will get. */
export function dropInside(core: Core, value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { endpoint } = core
  const { isHandle } = endpoint.state(HandOver, () => new HandOver(endpoint))
  forEachLeaf(value, isHandle, (leaf) => {
    if (isMovable(leaf)) drop(core, leaf)
  })
}
