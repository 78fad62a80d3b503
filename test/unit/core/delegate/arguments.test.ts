/** Arguments: the unrolled counts do what a spread would. */
import test from 'ava'
import { delegate } from '@orujo/core'
import {
  areNumbers,
  callBody,
  callBodyWithWords,
  callObjectBodyWithWords,
  firstValues,
  noSuchCore,
  suspendedError,
  writeNumbers,
} from '#core/delegate/arguments.js'

const spread = (...all: unknown[]): unknown[] => all

/** 0, 1, 2 ... */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

for (let count = 0; count <= 6; count++) {
  test(`a body gets its core and ${count} arguments, values or words`, (t) => {
    const words = Float64Array.from([-1, ...upTo(count), -1])
    t.deepEqual(callBody(spread, 'core', upTo(count)), ['core', ...upTo(count)])
    t.deepEqual(callBodyWithWords(spread, 'core', words, 1, count), ['core', ...upTo(count)])
    t.deepEqual(callObjectBodyWithWords(spread, 'core', 'object', words, 1, count), [
      'core',
      'object',
      ...upTo(count),
    ])
  })
}

test('only up to four numbers take the numeric path', (t) => {
  for (let count = 0; count <= 4; count++) {
    t.true(areNumbers(count, NaN, -0, Infinity, 1))
    for (let odd = 0; odd < 4; odd++) {
      const [a, b, c, d] = upTo(4).map((i) => (i === odd ? '1' : i))
      t.is(areNumbers(count, a, b, c, d), odd >= count)
    }
  }
  t.false(areNumbers(5, 1, 2, 3, 4))
})

test('as many numbers are written as were given, and not one more', (t) => {
  for (let count = 0; count <= 4; count++) {
    const words = new Float64Array(6).fill(-1)
    writeNumbers(words, 1, count, 10, 11, 12, 13)
    const written = upTo(count).map((i) => 10 + i)
    t.deepEqual([...words], [-1, ...written, ...Array<number>(5 - count).fill(-1)])
  }
})

test('values are as many as were given, undefined among them', (t) => {
  t.deepEqual(firstValues(0, undefined, undefined, undefined, undefined), [])
  t.deepEqual(firstValues(2, undefined, undefined, undefined, undefined), [undefined, undefined])
  t.deepEqual(firstValues(4, 1, 2, 3, 4), [1, 2, 3, 4])
  t.deepEqual(firstValues(9, 1, 2, 3, 4), [1, 2, 3, 4])
})

test('errors name the delegate that returned a promise, and the cores there are', async (t) => {
  const definition = delegate('test.arguments.body', () => undefined)
  const error = suspendedError(definition, Promise.reject(new Error('unheard')))
  t.is(error.code, 'ORUJO_INVARIANT')
  t.is(error.definition, 'test.arguments.body')
  t.regex(error.message, /test\.arguments\.body/)
  t.throws(() => noSuchCore({ cores: 4, host: 4 }, 7), {
    code: 'ORUJO_BAD_ADDRESS',
    message: /no core 7\..* 0 to 3.*4/,
  })
  for (let i = 0; i < 5; i++) await undefined
})
