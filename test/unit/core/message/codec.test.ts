/**
 * Codec: every sendable value comes back, shared references and handles with it, and a codec can be
 * used again whatever happened before.
 */
import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { Codec } from '#core/message/codec.js'
import { type CodecExtension, codecExtension } from '#core/message/codec-extension.js'
import { VIEW_CLASSES } from '#core/message/wire-format.js'

function roundTrip(...values: unknown[]): unknown[] {
  const codec = new Codec<undefined>()
  const length = codec.encode(values)
  return codec.decode(codec.bytes.slice(0, length), undefined)
}

function same(value: unknown): unknown {
  return roundTrip(value)[0]
}

class Point {
  readonly x: number
  readonly label: unknown
  constructor(x: number, label: unknown) {
    this.x = x
    this.label = label
  }
}

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView

interface Atlas {
  readonly name: string
}

const pointExtension: CodecExtension<Atlas, Point> = {
  tag: 7,
  prototype: Point.prototype,
  encode(point, sink) {
    sink.float(point.x)
    sink.integer(2 ** 40)
    sink.string('mark')
    sink.value(point.label)
  },
  decode(source, context) {
    const x = source.float() + source.integer() - 2 ** 40
    return new Point(x, [source.string(), source.value(), context.name])
  },
}

test('numbers keep their bits: zeros, signs, infinities, NaN, every size', (t) => {
  const numbers = [0, -0, 1, -1, 127, 128, -128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308]
  const odd = [0.1, -0.5, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.EPSILON]
  for (const number of [...numbers, ...odd]) t.is(same(number), number)
})

test('bigints of any size keep their value and sign', (t) => {
  const sizes = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 63n) - 1n]
  const huge = [2n ** 64n, 7n ** 5000n, -(7n ** 5000n)]
  for (const bigint of [...sizes, ...huge]) t.is(same(bigint), bigint)
})

test('strings keep every code unit, lone surrogates too, at every length', (t) => {
  for (const unit of ['a', '\0', 'ü', '\xff', '\u0100', '語', '\ud800', '\udc00', 'a😀']) {
    for (const count of [0, 1, 2, 23, 24, 25, 63, 64, 65, 99, 100, 101, 127, 128, 5000]) {
      const text = unit.repeat(count)
      t.true(same(text) === text, `${JSON.stringify(unit)} x ${count}`)
      t.true(same(`${text}z`) === `${text}z`)
    }
  }
})

test('a property name that was seen before is not mistaken for another', (t) => {
  const codec = new Codec<undefined>()
  for (let i = 0; i < 3000; i++) {
    const record = { [`n${i}`]: i, [`n${i % 7}`]: 0, ü: 1, ['long'.repeat(20)]: 2, '': 3 }
    const length = codec.encodeOne(record)
    const arrived = codec.decodeOne(codec.bytes.slice(0, length), undefined)
    t.true(isDeepStrictEqual(arrived, record))
  }
})

test('booleans, null and undefined come back as arguments and inside of values', (t) => {
  const values = [true, false, null, undefined, { a: undefined, b: null }, [undefined, null]]
  t.deepEqual(roundTrip(...values), values)
  t.deepEqual(roundTrip(), [])
})

test('dates and regular expressions come back, invalid dates too', (t) => {
  t.deepEqual(same(new Date(86_400_123)), new Date(86_400_123))
  t.true(Number.isNaN((same(new Date(NaN)) as Date).getTime()))
  t.deepEqual(same(/a(b)?\/c/giu), /a(b)?\/c/giu)
})

test('maps and sets keep their order and any kind of key', (t) => {
  const map = new Map<unknown, unknown>([
    [NaN, 1],
    ['b', new Set([3, 1, 2])],
    [{ a: 1 }, new Map()],
  ])
  t.deepEqual([...(same(map) as Map<unknown, unknown>)], [...map])
})

test('plain objects come back with or without a prototype and with any name', (t) => {
  const bare = Object.assign(Object.create(null) as object, { a: 1 })
  t.is(Object.getPrototypeOf(same(bare)), null)
  t.is(Object.getPrototypeOf(same({})), Object.prototype)
  const odd = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "1": 3}') as object
  const arrived = same(odd) as Record<string, unknown>
  t.deepEqual(Object.keys(arrived), Object.keys(odd))
  t.is(Object.getPrototypeOf(arrived), Object.prototype)
  t.false('polluted' in arrived)
})

test('names of symbols and names that cannot be listed stay behind', (t) => {
  const record = { a: 1, [Symbol('s')]: 2 }
  Object.defineProperty(record, 'hidden', { value: 3, enumerable: false })
  t.deepEqual(Reflect.ownKeys(same(record) as object), ['a'])
})

test('every kind of typed array and buffer comes back with its class and bytes', (t) => {
  const bytes = Uint8Array.from({ length: 48 }, (_, i) => i * 5)
  t.true(VIEW_CLASSES.length >= 12)
  for (const kind of VIEW_CLASSES as readonly ViewClass[]) {
    const view = new kind(bytes.buffer, 8, 2)
    const arrived = same(view) as ArrayBufferView
    t.is(Object.getPrototypeOf(arrived), kind.prototype)
    t.is(arrived.byteOffset, 0)
    t.is(arrived.buffer.byteLength, view.byteLength, 'only the range of the view')
    t.deepEqual(new Uint8Array(arrived.buffer), bytes.slice(8, 8 + view.byteLength))
  }
  t.deepEqual(same(bytes.buffer), bytes.buffer)
  t.deepEqual(same(Buffer.from('orujo')), Buffer.from('orujo'))
  t.deepEqual(same(new Float64Array(0)), new Float64Array(0))
})

test('shared memory is copied and stays of its class', (t) => {
  const shared = new SharedArrayBuffer(16)
  new Uint8Array(shared).fill(3)
  const [copy, view] = roundTrip(shared, new Int32Array(shared)) as [SharedArrayBuffer, Int32Array]
  new Uint8Array(shared).fill(4)
  t.true(copy instanceof SharedArrayBuffer)
  t.deepEqual([...new Uint8Array(copy)], new Array(16).fill(3))
  t.is(view[0], 0x03030303)
})

test('an object that occurs twice in a message is one object on arrival', (t) => {
  const shared = { bytes: new Uint8Array(4), map: new Map() }
  const [a, b] = roundTrip(shared, [shared, shared.bytes, shared.map]) as [typeof shared, unknown[]]
  t.is(b[0], a)
  t.is(b[1], a.bytes)
  t.is(b[2], a.map)
})

test('cycles through every kind of container come back as cycles', (t) => {
  const map = new Map<unknown, unknown>()
  const set = new Set<unknown>()
  const error = new Error('in a circle')
  const record: Record<string, unknown> = { map, set, error }
  const array: unknown[] = [record]
  record.array = array
  map.set(map, record)
  set.add(set)
  error.cause = record
  const arrived = same(array) as [typeof record]
  const [here] = arrived
  t.is(here.array, arrived)
  t.is((here.map as typeof map).get(here.map), here)
  t.true((here.set as typeof set).has(here.set))
  t.is((here.error as Error).cause, here)
})

test('many objects keep their identities', (t) => {
  const objects = Array.from({ length: 500 }, (_, i) => ({ i }))
  const arrived = same([objects, [...objects].reverse()]) as [object[], object[]]
  t.true(arrived[0].every((object, i) => object === arrived[1][499 - i]))
})

test('objects of another realm count as plain', (t) => {
  const foreign: unknown = runInNewContext('({ a: [1, { b: 2 }], e: new RangeError("far") })')
  const arrived = same(foreign) as { a: unknown; e: unknown }
  t.deepEqual(arrived.a, [1, { b: 2 }])
  t.true(arrived.e instanceof RangeError)
})

test('a handle travels by its extension, anywhere in a message, and gets the context', (t) => {
  const codec = new Codec<Atlas>([pointExtension].map(codecExtension))
  const point = new Point(1.5, { deep: true })
  const length = codec.encode([[point], point])
  const bytes = codec.bytes.slice(0, length)
  const [array, again] = codec.decode(bytes, { name: 'north' }) as [Point[], Point]
  t.is(array[0], again)
  t.deepEqual(again, new Point(1.5, ['mark', { deep: true }, 'north']))
})

test('two extensions may not share a tag', (t) => {
  const twice = [pointExtension, pointExtension].map(codecExtension)
  t.throws(() => new Codec<Atlas>(twice), { code: 'ORUJO_INVARIANT' })
})

test('extensions that come later are checked against those that are there', (t) => {
  const codec = new Codec<Atlas>()
  codec.extend([codecExtension(pointExtension)])
  const length = codec.encode([new Point(2, 'late')])
  const [point] = codec.decode(codec.bytes.slice(0, length), { name: 'south' })
  t.deepEqual(point, new Point(2, ['mark', 'late', 'south']))
  const [sameTag, sameClass] = [{ prototype: Map.prototype }, { tag: 8 }].map((other) => {
    return codecExtension({ ...pointExtension, ...other })
  })
  t.throws(() => codec.extend([sameTag!]), { message: /extension tag 7 is taken/ })
  t.throws(() => codec.extend([sameClass!]), { message: /Point has an extension already/ })
  t.is(codec.encode([new Point(2, 'late')]), length)
})

test('one value takes no frame of arguments', (t) => {
  const codec = new Codec<undefined>()
  const length = codec.encodeOne([1, 2])
  t.deepEqual(codec.decodeOne(codec.bytes.slice(0, length), undefined), [1, 2])
  t.is(codec.encodeOne(5), 1)
})

test('the message starts at a word, is padded with zeros, and decodes with its padding', (t) => {
  const codec = new Codec<undefined>()
  for (let size = 0; size < 20; size++) {
    codec.encode(['\xff'.repeat(63)])
    const text = '\xff'.repeat(size)
    const length = codec.encode([text])
    const words = Math.ceil(length / 8)
    const copy = new Float64Array(new SharedArrayBuffer(8 * (words + 2)))
    copy.set(codec.words.subarray(0, words), 1)
    const bytes = new Uint8Array(copy.buffer, 8, 8 * words)
    t.true(bytes.subarray(length).every((byte) => byte === 0))
    t.deepEqual(codec.decode(bytes, undefined), [text])
  }
  t.is(codec.bytes.byteOffset, 0)
  t.is(codec.bytes.length % 8, 0)
})

test('what was decoded does not change with the memory it came from', (t) => {
  const codec = new Codec<undefined>()
  const values = ['x'.repeat(200), '語'.repeat(200), new Uint8Array(50).fill(1), 2n ** 99n]
  const ring = new Uint8Array(new SharedArrayBuffer(4096))
  const length = codec.encode(values)
  ring.set(codec.bytes.subarray(0, length), 5)
  const arrived = codec.decode(ring.subarray(5, 5 + length), undefined)
  ring.fill(0xff)
  t.deepEqual(arrived, values)
})

test('a long message grows the buffer, and short ones after it give the memory back', (t) => {
  const codec = new Codec<undefined>()
  const long = new Uint8Array(5_000_000).fill(9)
  const length = codec.encode([long])
  t.deepEqual(codec.decode(codec.bytes.subarray(0, length), undefined), [long])
  codec.encode([1])
  codec.encode([1])
  t.true(codec.bytes.length <= 2 ** 20)
})

test('a codec decodes what it has just encoded in place', (t) => {
  const codec = new Codec<undefined>()
  const length = codec.encode([{ a: 1 }])
  t.deepEqual(codec.decode(codec.bytes.subarray(0, length), undefined), [{ a: 1 }])
})
