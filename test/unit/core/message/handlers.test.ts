/** Handler table: what it says about things that it has no number for. */
import test from 'ava'
import { delegate, task } from '@orujo/core'
import type { AnyDefinition } from '#core/message/definition.js'
import { HandlerTable } from '#core/message/handlers.js'

const known = delegate('test.handlers.known', () => 1)

test('a function in place of a definition is called what it is', (t) => {
  const table = new HandlerTable([known])
  const given = (() => 1) as unknown as AnyDefinition
  t.throws(() => table.idOf(given), {
    code: 'ORUJO_UNKNOWN_DEFINITION',
    message: /^This is no definition but a function\. .* export a delegate\(\) or a task\(\)/,
  })
})

test('a definition has a name and a body, or is refused where it is made', (t) => {
  const define = task as unknown as (...given: unknown[]) => void
  const body = (): number => 1
  const cases = [
    [[body], /task is defined by a name and a function, in that order; got function and undefined/],
    [[body, 'swapped'], /got function and string/],
    [['no body'], /got 'no body' and undefined/],
    [['', body], /got '' and function/],
  ] as const
  for (const [given, message] of cases) {
    t.throws(() => define(...given), { code: 'ORUJO_INVARIANT', message })
  }
})

test('a definition that is missing, and a twin of one that is there, are told apart', (t) => {
  const table = new HandlerTable([known])
  const code = 'ORUJO_UNKNOWN_DEFINITION'
  const missing = delegate('test.handlers.missing', () => 1)
  t.throws(() => table.idOf(missing), { code, message: /does not export the delegate 'test\.h/ })
  const twin = delegate('test.handlers.known', () => 1)
  t.throws(() => table.idOf(twin), { code, message: /'test\.handlers\.known' is another object/ })
})
