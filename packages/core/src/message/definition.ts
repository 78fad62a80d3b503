/**
 * Definition: a function under a stable name, the same on every core. Functions cannot be shipped
 * between threads, so a program exports definitions and messages carry their number.
 *
 * A definition is inert: making one registers nothing. The number it has in a handler table is
 * cached on it, so that the hot path compares one field instead of looking a name up; two runtimes
 * that number a definition differently just refill the cache.
 */

import { invariant } from '../errors.ts'

/**
 * What a definition's body may do: answer at once, answer at once on a local object, or suspend.
 */
export type DefinitionKind = 'delegate' | 'object' | 'task'

/**
 * A named function. `A`: arguments after the core (and, for `object`, after the local object);
 * `R`: result; `T`: type of the local object. Made by `delegate`, `objectDelegate` and `task`.
 */
export class Definition<K extends DefinitionKind, A extends unknown[], R, T = unknown> {
  readonly kind: K
  readonly name: string
  readonly body: Body
  /** Handler table that `id` belongs to: a cache, owned by `HandlerTable.idOf`. */
  table: object | undefined = undefined
  /** Number of this definition in `table`. */
  id = -1
  /** Never present: carries the types of arguments, result and object. */
  declare readonly signature?: (object: T, ...args: A) => R

  constructor(kind: K, name: string, body: Body) {
    // Callers may be JavaScript, and a definition that is none would only be noticed on the cores.
    invariant(
      typeof name === 'string' && name !== '' && typeof body === 'function',
      `A ${kind === 'task' ? 'task' : 'delegate'} is defined by a name and a function, in that ` +
        `order; got ${typeof name === 'string' ? `'${name}'` : typeof name} and ${typeof body}.`,
    )
    this.kind = kind
    this.name = name
    this.body = body
  }
}

/** A body as the message layer sees it. The types were checked where it was defined. */
export type Body = (context: unknown, ...args: unknown[]) => unknown

/** Any definition, whatever its types. */
export type AnyDefinition = Definition<DefinitionKind, never, unknown, never>

/** A delegate: arguments `A`, answer `R`. */
export type Delegate<A extends unknown[], R> = Definition<'delegate', A, R>

/** A delegate on a local object of type `T`. */
export type ObjectDelegate<T, A extends unknown[], R> = Definition<'object', A, R, T>

/** A task: arguments `A`, result `R`. */
export type Task<A extends unknown[], R> = Definition<'task', A, R>
