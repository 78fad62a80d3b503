/** Handler table: what it says about things that it has no number for. */
import test from 'ava'
import { delegate } from '@orujo/core'
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

test('a definition that is missing, and a twin of one that is there, are told apart', (t) => {
  const table = new HandlerTable([known])
  const code = 'ORUJO_UNKNOWN_DEFINITION'
  const missing = delegate('test.handlers.missing', () => 1)
  t.throws(() => table.idOf(missing), { code, message: /does not export the delegate 'test\.h/ })
  const twin = delegate('test.handlers.known', () => 1)
  t.throws(() => table.idOf(twin), { code, message: /'test\.handlers\.known' is another object/ })
})
