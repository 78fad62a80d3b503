/**
 * Arguments: from calls to words, and from words and values to bodies, without an allocation for
 * the usual small counts (a spread or a rest parameter would make an array in every call).
 */
import { inspect } from 'node:util'

import { OrujoError } from '../errors.ts'
import type { AnyDefinition, Body } from '../message/definition.ts'
import { type CoreId, anywhere } from '../place.ts'

/** Calls `body` with the context and `values`. */
export function callBody(body: Body, context: unknown, values: readonly unknown[]): unknown {
  switch (values.length) {
    case 0:
      return body(context)
    case 1:
      return body(context, values[0])
    case 2:
      return body(context, values[0], values[1])
    case 3:
      return body(context, values[0], values[1], values[2])
    default:
      return body(context, ...values)
  }
}

/** Calls `body` with the context and the first `count` of four arguments. */
export function callBodyWithFew(
  body: Body,
  context: unknown,
  count: number,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
): unknown {
  switch (count) {
    case 0:
      return body(context)
    case 1:
      return body(context, a)
    case 2:
      return body(context, a, b)
    case 3:
      return body(context, a, b, c)
    default:
      return body(context, a, b, c, d)
  }
}

/** Calls `body` with the context and `count` words from `at` on. */
export function callBodyWithWords(
  body: Body,
  context: unknown,
  words: Float64Array,
  at: number,
  count: number,
): unknown {
  switch (count) {
    case 0:
      return body(context)
    case 1:
      return body(context, words[at])
    case 2:
      return body(context, words[at], words[at + 1])
    case 3:
      return body(context, words[at], words[at + 1], words[at + 2])
    case 4:
      return body(context, words[at], words[at + 1], words[at + 2], words[at + 3])
    default:
      return body(context, ...words.subarray(at, at + count))
  }
}

/** Calls an object body with the context, the local object and `count` words from `at` on. */
export function callObjectBodyWithWords(
  body: Body,
  context: unknown,
  object: unknown,
  words: Float64Array,
  at: number,
  count: number,
): unknown {
  switch (count) {
    case 0:
      return body(context, object)
    case 1:
      return body(context, object, words[at])
    case 2:
      return body(context, object, words[at], words[at + 1])
    case 3:
      return body(context, object, words[at], words[at + 1], words[at + 2])
    default:
      return body(context, object, ...words.subarray(at, at + count))
  }
}

/** Whether the first `count` arguments are numbers; false for more than four. */
export function areNumbers(count: number, a: unknown, b: unknown, c: unknown, d: unknown): boolean {
  switch (count) {
    case 0:
      return true
    case 1:
      return typeof a === 'number'
    case 2:
      return typeof a === 'number' && typeof b === 'number'
    case 3:
      return typeof a === 'number' && typeof b === 'number' && typeof c === 'number'
    case 4:
      return (
        typeof a === 'number' &&
        typeof b === 'number' &&
        typeof c === 'number' &&
        typeof d === 'number'
      )
    default:
      return false
  }
}

/** Writes arguments that `areNumbers` has checked, from word `at` on. */
export function writeNumbers(
  f64: Float64Array,
  at: number,
  count: number,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
): void {
  if (count > 0) f64[at] = a as number
  if (count > 1) f64[at + 1] = b as number
  if (count > 2) f64[at + 2] = c as number
  if (count > 3) f64[at + 3] = d as number
}

/** Up to four arguments, of the `count` that were given. */
export function firstValues(
  count: number,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
): unknown[] {
  const values = [a, b, c, d]
  if (count < 4) values.length = count
  return values
}

/** What is wrong when a delegate's body returns `promise`, whose own error nobody will hear. */
export function suspendedError(
  definition: AnyDefinition,
  promise: PromiseLike<unknown>,
): OrujoError {
  Promise.resolve(promise).catch(() => undefined)
  return new OrujoError(
    'ORUJO_INVARIANT',
    `The delegate '${definition.name}' returned a promise. Delegates run without suspending; ` +
      'make it a task, or take the await out.',
    { definition: definition.name },
  )
}

/** The core of a target that is no number. */
export function homeOf(target: { readonly core?: unknown } | null | undefined): CoreId {
  const core = target?.core
  if (typeof core === 'number') return core
  throw new OrujoError(
    'ORUJO_BAD_ADDRESS',
    `A target is the number of a core or an address, got ${inspect(target, { depth: 0 })}.`,
  )
}

/** A delegate was sent anywhere. */
export function unboundDelegateError(definition: AnyDefinition): OrujoError {
  return new OrujoError(
    'ORUJO_BAD_ADDRESS',
    `The delegate '${definition.name}' cannot run anywhere: delegates run where their data is. ` +
      'Name a core or an address, or make it a task.',
    { definition: definition.name },
  )
}

/** A target is not among the cores and the host of `runtime`. */
export function noSuchCore(runtime: { cores: number; host: number }, dst: number): never {
  if (dst === anywhere) {
    throw new OrujoError(
      'ORUJO_BAD_ADDRESS',
      'A call needs a core: only spawn() and send() of tasks take `anywhere`.',
    )
  }
  throw new OrujoError(
    'ORUJO_BAD_ADDRESS',
    `There is no core ${dst}. Cores are 0 to ${runtime.cores - 1}; the host is core.host, ` +
      `${runtime.host}.`,
  )
}
