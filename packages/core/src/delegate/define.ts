/**
 * Defining delegates and tasks. Definitions are values without effect until a program module that
 * exports them is launched.
 */
import {
  type Body,
  Definition,
  type Delegate,
  type ObjectDelegate,
  type Task,
} from '../message/definition.ts'
import type { CheckedBody, CheckedTask } from '../message/sendable.ts'
import type { Core } from './core.ts'

/**
 * An operation that runs at the core it is sent to, in one piece: nothing else happens on that core
 * meanwhile, and it may not suspend.
 *
 * @param name the same on every core, unique in the program; by custom 'module.verb'
 * @param body gets the core it runs on and the arguments; its result is the answer
 */
export function delegate<A extends unknown[], R>(
  name: string,
  body: ((core: Core, ...args: A) => R) & CheckedBody<A, R>,
): Delegate<A, R> {
  return new Definition('delegate', name, body as unknown as Body)
}

/**
 * A delegate on an object: it is sent to an `ObjectAddress` (or one core's part of a
 * `SymmetricObject`) and gets the object itself, which never travels.
 */
export function objectDelegate<T, A extends unknown[], R>(
  name: string,
  body: ((core: Core, object: T, ...args: A) => R) & CheckedBody<A, R>,
): ObjectDelegate<T, A, R> {
  return new Definition('object', name, body as unknown as Body)
}

/**
 * Makes an object that stays on the core it is made on, for `symmetricObject`. It is a delegate
 * whose result need not be sendable, because it does not travel.
 */
export function factory<A extends unknown[], T>(
  name: string,
  body: ((core: Core, ...args: A) => T) & CheckedBody<A, void>,
): Delegate<A, T> {
  return new Definition('delegate', name, body as unknown as Body)
}

/**
 * A piece of work that may suspend. Between two of its awaits nothing else happens on its core.
 *
 * @param name as for `delegate`
 * @param body async as a rule; a plain function is a task that never suspends
 */
export function task<A extends unknown[], R>(
  name: string,
  body: ((core: Core, ...args: A) => R | PromiseLike<R>) & CheckedTask<A, R>,
): Task<A, R> {
  return new Definition('task', name, body as unknown as Body)
}
