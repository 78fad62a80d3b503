/**
 * Runners: the loop over a run of messages, compiled anew for each definition.
 *
 * One loop for all definitions would call its body at a place where the engine has seen many, so
 * that nothing is inlined and every fractional number is boxed: measured at 12 ns a message and one
 * heap number per fraction. A loop of its own, made from text because that alone gives a function
 * its own type feedback, lets the body be inlined: 4 ns and no allocation. Where Node forbids code
 * from strings the common loop takes over.
 */
import { type AnyDefinition, type Body } from '../message/definition.ts'
import { callBodyWithWords, suspendedError } from './arguments.ts'
import { isThenable } from './task-run.ts'

/** Runs `messages` messages that lie one behind the other from `first` on. */
export type Runner = (
  context: unknown,
  f64: Float64Array,
  first: number,
  messages: number,
  failed: (error: unknown) => void,
) => void

/** Longest message that gets a loop of its own: what the sending fast path carries. */
const MAX_COMPILED_WORDS = 4

/** The loop for messages of `words` numbers to `definition`. */
export function makeRunner(definition: AnyDefinition, words: number): Runner {
  const check = (result: unknown): void => {
    if (isThenable(result)) throw suspendedError(definition, result)
  }
  if (words <= MAX_COMPILED_WORDS) {
    try {
      return compile(definition.body, definition.name, words, check)
    } catch {
      // Code from strings is forbidden: the common loop is slower, and just as right.
    }
  }
  return (context, f64, first, messages, failed) => {
    for (let i = 0; i < messages; i++) {
      try {
        check(callBodyWithWords(definition.body, context, f64, first + i * words, words))
      } catch (error) {
        failed(error)
      }
    }
  }
}

function compile(
  body: Body,
  name: string,
  words: number,
  check: (result: unknown) => void,
): Runner {
  const numbers = Array.from({ length: words }, (_, i) => `, f64[at - ${words - i}]`).join('')
  // The position moves on before the body runs, so that the loop continues behind one that throws.
  // The name makes the text, and with it the compiled function, this definition's own. As a string,
  // because a comment would end at a line separator in it.
  const text = `
    return (context, f64, first, messages, failed) => {
      ${JSON.stringify(name)}
      let at = first
      let left = messages
      while (left > 0) {
        try {
          while (left > 0) {
            left--
            at += ${words}
            const result = body(context${numbers})
            if (typeof result === 'object' && result !== null) check(result)
          }
        } catch (error) {
          failed(error)
        }
      }
    }`

  const make = new Function('body', 'check', text) as (
    body: Body,
    check: (result: unknown) => void,
  ) => Runner
  return make(body, check)
}
