/**
 * Making reducers: values that every core writes without a message, see delegate/reducer.ts.
 */
import type { Core } from '../delegate/core.ts'
import { type Operator, operatorCode } from '../delegate/operator.ts'
import { ARGMAX, ARGMIN, type Extreme, NEUTRAL, Reducer, makePart } from '../delegate/reducer.ts'
import type { Delegate } from '../message/definition.ts'
import { symmetricObject } from './allocate.ts'

/** Reduces numbers. Nothing put yet is 0 for a sum, Infinity for a minimum, and so on. */
export function reducer(core: Core, operator: Operator): Promise<Reducer>
/** Finds the number that is least or greatest, and the id it was put with. */
export function reducer(
  core: Core,
  operator: 'argmin' | 'argmax',
): Promise<Reducer<Extreme | undefined, [value: number, id: number]>>
/**
 * Reduces anything sendable by a delegate `(core, a, b)`, which must be associative and change
 * neither. `initial` is where every core starts, so combining with it must change nothing.
 */
export function reducer<T>(
  core: Core,
  operator: Delegate<[a: T, b: T], T>,
  initial: T,
): Promise<Reducer<T, [value: T]>>
export async function reducer(
  core: Core,
  operator: Operator | 'argmin' | 'argmax' | Delegate<[a: never, b: never], unknown>,
  given?: unknown,
): Promise<unknown> {
  const isArg = operator === 'argmin' || operator === 'argmax'
  const argCode = operator === 'argmin' ? ARGMIN : ARGMAX
  const code = isArg ? argCode : operatorCode(core, operator)
  const initial = typeof operator === 'string' && !isArg ? NEUTRAL[operator] : given
  const parts = await symmetricObject(core, makePart, initial)
  return new Reducer(parts, code)
}
