/**
 * Movable: what there is one of, and belongs to whoever has it: owners of all kinds, the ends of
 * channels, shares of what many own. All of it is given away and given up in these ways. Every kind
 * says itself how.
 *
 * States      of a handle: live -> moved | dropped, for good.
 * Ownership   whoever has a handle moves it on or drops it.
 * Failure     what is borrowed, or needed by something under way, stays: OWN_BORROWED.
 */
import { inspect } from 'node:util'

import { InvariantError, type Core } from '@orujo/core'

/** How a handle gives what it has to a new one. */
export const TAKE: unique symbol = Symbol('orujo.take')
/** How a handle is given up. */
export const DROP: unique symbol = Symbol('orujo.drop')
/** How it says that it is of no use any more. */
export const REQUIRE_GONE: unique symbol = Symbol('orujo.require-gone')

/** A handle that can be given away and dropped; a new one for the same is a `Self`. */
export interface Movable<Self = unknown> {
  [TAKE](): Self
  [DROP](core: Core): void
  /** OWN_KEPT unless it was moved or dropped. */
  [REQUIRE_GONE](): void
}

/** What `move` and `take` make of a handle: the same, outside of any scope. */
export type Moved<M> = M extends Movable<infer Self> ? Self : never

/** Nothing more to say of a handle; what the compiler knows to be gone misses an argument. */
type Live<M> = [M] extends [never] ? [error: 'this was moved or dropped before'] : []

/**
 * Gives what a handle has to a new one, which `into` puts where it belongs, at once:
 * `move(list, (it) => shelf.push(it))`. From there on the compiler refuses the old name, and the
 * run time every other name of the old handle.
 */
export function move<M extends Movable>(
  handle: M,
  into: (it: Moved<M>) => void,
  ..._live: Live<M>
): asserts handle is never {
  into(taken(handle))
}

/**
 * Gives what a handle has to a new one and returns that: `move` for use inside an expression. Only
 * the run time knows then that the old handle is of no use any more, unless `gone` tells the
 * compiler.
 */
export function take<M extends Movable>(handle: M, ..._live: Live<M>): Moved<M> {
  return taken(handle)
}

/**
 * Says that a handle has been given away, by `take`, as an argument or as a result: from here on
 * the compiler refuses it. OWN_KEPT if that is not so.
 */
export function gone<M extends Movable>(handle: M): asserts handle is never {
  handleOf(handle)[REQUIRE_GONE]()
}

/**
 * Gives a handle up. What it owned is freed with everything that that owns; what many own is freed
 * with the last handle. At most one message.
 */
export function drop<M extends Movable>(
  core: Core,
  handle: M,
  ..._live: Live<M>
): asserts handle is never {
  handleOf(handle)[DROP](core)
}

export function isMovable(value: object): value is Movable {
  return TAKE in value
}

function taken<M extends Movable>(handle: M): Moved<M> {
  return handleOf(handle)[TAKE]() as Moved<M> // as its class says
}

/** InvariantError for whatever else a program in JavaScript hands over. */
function handleOf(handle: Movable | null | undefined): Movable {
  if (typeof handle === 'object' && handle !== null && isMovable(handle)) return handle
  throw new InvariantError(`a handle was expected, got ${inspect(handle)}`)
}
