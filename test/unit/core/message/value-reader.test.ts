/**
 * Hostile bytes: whatever arrives, decoding ends soon, takes no more memory than the message is
 * worth, and says ORUJO_BAD_MESSAGE.
 */
import test from 'ava'
import fc from 'fast-check'
import { OrujoError } from '#core/errors.js'
import { Codec } from '#core/message/codec.js'
import { codecExtension } from '#core/message/codec-extension.js'
import * as wire from '#core/message/wire-format.js'

function decodes(bytes: readonly number[] | Uint8Array, codec = new Codec<undefined>()): boolean {
  try {
    codec.decode(Uint8Array.from(bytes), undefined)
    return true
  } catch (error) {
    if (error instanceof OrujoError && error.code === 'ORUJO_BAD_MESSAGE') return false
    throw error
  }
}

/** A varint of 2^49 - 1. */
const HUGE = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]

const error = [wire.ERROR, 4, 0x40, 0x40, 0x40, 1, 0x40, 1, 1]

const refused: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['no byte at all', []],
  ['more arguments than bytes', [5, 0x80]],
  ['a count without end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['a number over 53 bits', [1, wire.INTEGER, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['tag 0', [1, 0]],
  ['an unknown tag', [1, wire.REFERENCE + 1]],
  ['half a float', [1, wire.FLOAT, 0, 0, 0]],
  ['half a bigint', [1, wire.BIGINT64, 0, 0, 0]],
  ['a string that ends early', [1, 0x45, 65]],
  ['a huge string', [1, wire.LATIN1, ...HUGE]],
  ['a huge wide string', [1, wire.UTF16, ...HUGE]],
  ['a huge array', [1, wire.ARRAY, ...HUGE]],
  ['a huge object', [1, wire.OBJECT, ...HUGE]],
  ['a huge map', [1, wire.MAP, ...HUGE]],
  ['a huge set', [1, wire.SET, ...HUGE]],
  ['huge bytes', [1, wire.BYTES, wire.ARRAY_BUFFER, ...HUGE]],
  ['huge errors of an error', [1, ...error, wire.HAS_ERRORS, ...HUGE]],
  ['huge fields of an error', [1, ...error, 0, ...HUGE]],
  ['bytes of an unknown class', [1, wire.BYTES, 99, 1, 0]],
  ['half an element', [1, wire.BYTES, wire.FIRST_VIEW + 9, 1, 0]],
  ['a name that is a number', [1, wire.OBJECT, 1, 0x81, 0x81]],
  ['a bigint that is none', [1, wire.BIGINT, 0, 0x42, 0x7a, 0x7a]],
  ['a bigint without digits', [1, wire.BIGINT, 0, 0x40]],
  ['a regular expression that is none', [1, wire.REGEXP, 0x41, 0x28, 0x40]],
  ['a handle of an unknown class', [1, wire.EXTENSION, 3]],
  ['a reference to nothing', [1, wire.REFERENCE, 0]],
  ['a reference to what comes later', [2, wire.REFERENCE, 0, wire.ARRAY, 0]],
  ['a word after the end', [1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['5,000 levels', [1, ...new Array<number[]>(5000).fill([wire.ARRAY, 1]).flat(), 0x80]],
]

for (const [what, bytes] of refused) {
  test(`refused on arrival: ${what}`, (t) => {
    t.false(decodes(bytes))
  })
}

test('a handle that contains itself is refused', (t) => {
  class Loop {}
  const loop = { tag: 1, prototype: Loop.prototype }
  const codec = new Codec<undefined>([
    codecExtension<undefined, Loop>({
      ...loop,
      encode: (value, sink) => sink.value(value),
      decode: (source) => source.value() as Loop,
    }),
  ])
  const length = codec.encode([new Loop()])
  t.false(decodes(codec.bytes.slice(0, length), codec))
})

test('what an extension finds wrong is thrown as it is', (t) => {
  class Far {}
  const codec = new Codec<undefined>([
    codecExtension<undefined, Far>({
      tag: 0,
      prototype: Far.prototype,
      encode: () => undefined,
      decode: () => {
        throw new OrujoError('ORUJO_BAD_ADDRESS', 'too far')
      },
    }),
  ])
  const length = codec.encode([new Far()])
  const bytes = codec.bytes.slice(0, length)
  t.throws(() => codec.decode(bytes, undefined), { code: 'ORUJO_BAD_ADDRESS' })
})

test('an extension that decodes with its own codec is told so', (t) => {
  class Twice {}
  const codec: Codec<undefined> = new Codec<undefined>([
    codecExtension<undefined, Twice>({
      tag: 0,
      prototype: Twice.prototype,
      encode: () => undefined,
      decode: () => codec.decode(new Uint8Array(1), undefined),
    }),
  ])
  const length = codec.encode([new Twice()])
  const bytes = codec.bytes.slice(0, length)
  t.throws(() => codec.decode(bytes, undefined), { code: 'ORUJO_INVARIANT' })
  t.deepEqual(codec.decode(new Uint8Array(1), undefined), [])
})

test('after bad bytes the codec decodes as if nothing had been', (t) => {
  const codec = new Codec<undefined>()
  const length = codec.encode([{ a: [1.5, 'b'.repeat(50)] }])
  const good = codec.bytes.slice(0, length)
  for (const [, bytes] of refused) {
    t.false(decodes(bytes, codec))
    t.deepEqual(codec.decode(good, undefined), [{ a: [1.5, 'b'.repeat(50)] }])
  }
})

test('any bytes are decoded or refused', (t) => {
  const codec = new Codec<undefined>()
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    decodes(bytes, codec)
  })
  fc.assert(property, { numRuns: 2000 })
  t.pass()
})

test('a message that lost its end or has wrong bytes is decoded or refused', (t) => {
  const codec = new Codec<undefined>()
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
  const values = fc.array(fc.anything({ withMap: true, withSet: true, withBigInt: true }))
  const changes = fc.array(change, { maxLength: 4 })
  fc.assert(
    fc.property(values, changes, fc.nat(), (message, edits, cut) => {
      fc.pre(isSendable(codec, message))
      const length = codec.encode(message)
      const bytes = codec.bytes.slice(0, length)
      for (const { at, byte } of edits) bytes[at % length] = byte
      decodes(bytes, codec)
      t.false(cut % length < length - 7 && decodes(bytesBefore(codec, message, cut), codec))
    }),
    { numRuns: 1000 },
  )
})

function isSendable(codec: Codec<undefined>, values: unknown[]): boolean {
  try {
    codec.encode(values)
    return true
  } catch {
    return false
  }
}

function bytesBefore(codec: Codec<undefined>, values: unknown[], cut: number): Uint8Array {
  const length = codec.encode(values)
  return codec.bytes.slice(0, cut % length)
}
