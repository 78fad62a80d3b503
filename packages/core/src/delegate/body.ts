/**
 * Calling bodies with arguments from different places, without a spread (which allocates an
 * iterator) for the usual small counts.
 */
import type { Body } from '../message/definition.ts'

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
