/** Runners: every message of a run reaches its body, whatever happens to the one before. */
import test from 'ava'
import { type Core, type Delegate, delegate } from '@orujo/core'
import { makeRunner } from '#core/delegate/runner.js'
import type { Failure } from '../../../support/machine.ts'

/** Rows of `words` numbers: 100, 101, .. ; 110, 111, .. */
function rows(words: number, messages: number): number[][] {
  return Array.from({ length: messages }, (_, row) =>
    Array.from({ length: words }, (_, i) => 100 + 10 * row + i),
  )
}

/** Runs `messages` messages of `words` words that begin at word 3: the failures. */
function run(definition: Delegate<number[], unknown>, words: number, messages: number): unknown[] {
  const failures: unknown[] = []
  const f64 = Float64Array.from([-1, -1, -1, ...rows(words, messages).flat(), -1])
  makeRunner(definition, words)('context', f64, 3, messages, (error) => failures.push(error))
  return failures
}

/** Collects what its bodies get. `body` is run after that. */
function collector(name: string, body: (numbers: number[]) => unknown = () => undefined) {
  const got: unknown[][] = []
  const definition = delegate(name, (core: Core, ...numbers: number[]): void => {
    got.push([core, ...numbers])
    return body(numbers) as undefined // runners must bear what a body gives
  })
  return { got, definition: definition as Delegate<number[], unknown> }
}

for (let words = 0; words <= 6; words++) {
  const kind = words <= 4 ? 'compiled' : 'common'
  test(`the ${kind} loop gives ${words} words to each body, in order`, (t) => {
    for (const messages of [0, 1, 2, 7]) {
      const { got, definition } = collector('test.runner.collect')
      t.deepEqual(run(definition, words, messages), [])
      t.deepEqual(
        got,
        rows(words, messages).map((row) => ['context', ...row]),
      )
    }
  })

  test(`the ${kind} loop for ${words} words goes on behind bodies that fail`, (t) => {
    let count = 0
    const { got, definition } = collector('test.runner.fail', () => {
      if (++count % 2 === 1) throw new Error(`on purpose ${count}`)
    })
    const failures = run(definition, words, 5) as Error[]
    t.is(got.length, 5)
    t.deepEqual(
      failures.map(({ message }) => message),
      ['on purpose 1', 'on purpose 3', 'on purpose 5'],
    )
  })

  test(`the ${kind} loop for ${words} words refuses promises, and no other result`, async (t) => {
    const results = [1, 'text', null, {}, [], Promise.reject(new Error('unheard')), undefined]
    const { got, definition } = collector('test.runner.promise', () => results[got.length - 1])
    const failures = run(definition, words, results.length) as Failure[]
    t.is(got.length, results.length)
    t.deepEqual(
      failures.map(({ code }) => code),
      ['ORUJO_INVARIANT'],
    )
    t.regex(failures[0]!.message, /test\.runner\.promise.*promise/)
    // An unhandled rejection would fail this file.
    for (let i = 0; i < 5; i++) await undefined
  })
}

test('the name of a definition is never taken for code', (t) => {
  for (const separator of ['\n', '\r', '\u2028', '\u2029', '"', '`', '${', '*/', '\\']) {
    const { got, definition } = collector(`x${separator}failed(1);return//`)
    t.deepEqual(run(definition, 1, 3), [])
    t.is(got.length, 3)
  }
  const { got, definition } = collector('use strict')
  t.deepEqual(run(definition, 2, 3), [])
  t.is(got.length, 3)
})
