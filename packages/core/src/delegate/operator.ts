/**
 * Operators: how values of several cores become one. The built-in ones combine numbers, bigints and
 * typed arrays, these element by element; a delegate of two arguments combines anything.
 *
 * Ordering    values are combined in the order of their cores, so that a result does not depend on
 *             who came first. An operator need not be commutative, but must be associative.
 * Ownership   values are not changed: what a typed array is combined into is a copy.
 * Failure     values of different kinds or lengths: InvariantError. What a delegate throws.
 */
import { invariant } from '../errors.ts'
import type { ScalarView } from '../memory/view.ts'
import type { AnyDefinition, Delegate } from '../message/definition.ts'
import { suspendedError } from './arguments.ts'
import type { Core } from './core.ts'
import { isThenable } from './task-run.ts'

/** How numbers are combined. `and`, `or` and `xor` are bitwise: on 32 bits, of bigints on all. */
export type Operator = 'sum' | 'product' | 'min' | 'max' | 'and' | 'or' | 'xor'

/** What the built-in operators combine. */
export type Combinable = number | bigint | ScalarView

/** A built-in operator, or a delegate `(core, a, b)`, which must be associative. */
export type OperatorOn<T> = Delegate<[a: T, b: T], T> | (T extends Combinable ? Operator : never)

const OPERATORS: readonly Operator[] = Object.freeze([
  ...(['sum', 'product', 'min', 'max'] as const),
  ...(['and', 'or', 'xor'] as const),
])

const ON_NUMBERS: Readonly<Record<Operator, (a: number, b: number) => number>> = Object.freeze({
  sum: (a: number, b: number) => a + b,
  product: (a: number, b: number) => a * b,
  min: (a: number, b: number) => Math.min(a, b),
  max: (a: number, b: number) => Math.max(a, b),
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
})

const ON_BIGINTS: Readonly<Record<Operator, (a: bigint, b: bigint) => bigint>> = Object.freeze({
  sum: (a: bigint, b: bigint) => a + b,
  product: (a: bigint, b: bigint) => a * b,
  min: (a: bigint, b: bigint) => (a < b ? a : b),
  max: (a: bigint, b: bigint) => (a > b ? a : b),
  and: (a: bigint, b: bigint) => a & b,
  or: (a: bigint, b: bigint) => a | b,
  xor: (a: bigint, b: bigint) => a ^ b,
})

/** A number that stands for `operator` on every core. */
export function operatorCode(core: Core, operator: Operator | AnyDefinition): number {
  if (typeof operator !== 'string') return OPERATORS.length + core.endpoint.table.idOf(operator)
  const index = OPERATORS.indexOf(operator)
  invariant(index >= 0, `There is no operator '${operator}'. There are ${OPERATORS.join(', ')}.`)
  return index
}

/** The operator's name, for messages to people. */
export function operatorName(core: Core, code: number): string {
  const definition = core.endpoint.table.definitions[code - OPERATORS.length]
  return OPERATORS[code] ?? definition?.name ?? String(code)
}

/** Combines two values. Neither is changed. */
export function combine(core: Core, code: number, a: unknown, b: unknown): unknown {
  const operator = OPERATORS[code]
  if (operator === undefined) return combineBy(core, code, a, b)
  if (typeof a === 'number' && typeof b === 'number') return ON_NUMBERS[operator](a, b)
  if (typeof a === 'bigint' && typeof b === 'bigint') return ON_BIGINTS[operator](a, b)
  invariant(
    isTypedArray(a) && isTypedArray(b) && a.constructor === b.constructor && a.length === b.length,
    `'${operator}' cannot combine ${kindOf(a)} with ${kindOf(b)}. Give numbers, bigints, or typed ` +
      'arrays of one type and length, or make the operator a delegate.',
  )
  return combineArrays(operator, a, b)
}

/** All values combined, in their order; there must be one. */
export function combineAll(core: Core, code: number, values: readonly unknown[]): unknown {
  return values.reduce((a, b) => combine(core, code, a, b))
}

export function isTypedArray(value: unknown): value is ScalarView {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function combineBy(core: Core, code: number, a: unknown, b: unknown): unknown {
  const definition = core.endpoint.table.definitions[code - OPERATORS.length]!
  const result = definition.body(core, a, b)
  if (isThenable(result)) throw suspendedError(definition, result)
  return result
}

function combineArrays(operator: Operator, a: ScalarView, b: ScalarView): ScalarView {
  const into = a.slice()
  if (into instanceof BigInt64Array || into instanceof BigUint64Array) {
    const from = b as typeof into // of the same constructor
    const each = ON_BIGINTS[operator]
    for (let i = 0; i < into.length; i++) into[i] = each(into[i]!, from[i]!)
  } else {
    const from = b as typeof into // of the same constructor
    const each = ON_NUMBERS[operator]
    for (let i = 0; i < into.length; i++) into[i] = each(into[i]!, from[i]!)
  }
  return into
}

function kindOf(value: unknown): string {
  if (isTypedArray(value)) return `${value.constructor.name} of ${value.length}`
  return value === null ? 'null' : typeof value
}
