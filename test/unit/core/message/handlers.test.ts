/**
 * Handler table: what it says about things that it has no number for, and the codec extensions that
 * a program brings along.
 */
import test from 'ava'
import { delegate, task } from '@orujo/core'
import { type AnyCodecExtension, codecExtension } from '#core/message/codec-extension.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { HandlerTable, definitionsIn, extensionsIn } from '#core/message/handlers.js'

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

class Leaf {}
class Stem {}

function extensionOf(tag: number, made: new () => object = Leaf): AnyCodecExtension {
  return codecExtension({
    tag,
    prototype: made.prototype as object,
    encode() {},
    decode: () => new made(),
  })
}

test('extensions are found where definitions are: by themselves, in arrays and objects', (t) => {
  const [a, b, c] = [0, 1, 2].map((tag) => extensionOf(tag))
  const unmarked = { tag: 3, prototype: Leaf.prototype, encode() {}, decode: () => new Leaf() }
  const exports = { a, known, list: [b, known], named: { c }, unmarked, deep: { er: [a] }, Leaf }
  t.deepEqual([...extensionsIn(exports)], [a!, b!, c!])
  t.deepEqual([...definitionsIn(exports)], [known, known])
})

test('an extension that is exported twice counts once, and all are kept by tag', (t) => {
  const [leaf, stem] = [extensionOf(15), extensionOf(0, Stem)]
  t.deepEqual(new HandlerTable([], [leaf, stem, leaf]).extensions, [stem, leaf])
  t.deepEqual(new HandlerTable([]).extensions, [])
})

test('two extensions of one tag or class, and tags of others, are refused', (t) => {
  const cases: readonly (readonly [AnyCodecExtension[], RegExp])[] = [
    [[extensionOf(4), extensionOf(4, Stem)], /have the tag 4: of Leaf and of Stem\. Give one/],
    [[extensionOf(4), extensionOf(5)], /tags 4 and 5, are of one class, Leaf: export one/],
    [[extensionOf(16)], /of Leaf has the tag 16\. Give it a whole number from 0 to 15/],
    [[extensionOf(-1)], /has the tag -1/],
    [[extensionOf(0.5)], /has the tag 0\.5/],
    [[extensionOf(NaN)], /has the tag NaN/],
  ]
  for (const [extensions, message] of cases) {
    t.throws(() => new HandlerTable([], extensions), { code: 'ORUJO_PROGRAM', message })
  }
})

test('tables tell by their fingerprint that their extensions differ', (t) => {
  const tables = [[], [extensionOf(1)], [extensionOf(2)], [extensionOf(1), extensionOf(2, Stem)]]
  const prints = tables.map((extensions) => new HandlerTable([known], extensions).fingerprint)
  t.is(new Set(prints).size, prints.length)
  t.is(new HandlerTable([known], [extensionOf(1)]).fingerprint, prints[1]!)
})
