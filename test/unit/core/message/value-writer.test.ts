/**
 * Refusals: what cannot be sent is named by its path, nothing of it stays, and the codec goes on.
 */
import test from 'ava'
import { codecExtension } from '#core/message/codec-extension.js'
import { Codec } from '#core/message/codec.js'
import { OrujoError } from '#core/errors.js'
import { unsendable } from '#core/memory/handle.js'

function refusal(values: readonly unknown[], codec = new Codec<undefined>()): OrujoError {
  try {
    codec.encode(values)
  } catch (error) {
    if (error instanceof OrujoError && error.code === 'ORUJO_NOT_SENDABLE') return error
    throw error
  }
  throw new Error('nothing was refused')
}

class Account {
  readonly owner = 'me'
}

class Guard {
  get [unsendable](): string {
    return 'a guard, which cannot be sent'
  }
}

class Table extends Map<string, number> {}
class Row extends Array<number> {}

const revoked = Proxy.revocable({}, {})
revoked.revoke()

/** A value, and how its refusal begins. */
const cases: readonly (readonly [value: unknown, message: string])[] = [
  [() => 1, 'argument 1 is a function, which cannot be sent; name a delegate'],
  [Account, 'argument 1 is a function'],
  [Symbol('s'), 'argument 1 is a symbol, which cannot be sent; use a string'],
  [Promise.resolve(), 'argument 1 is a promise, which cannot be sent; await it first'],
  [new Account(), 'argument 1 is an instance of Account, which cannot be sent; send plain data'],
  [new Guard(), 'argument 1 is a guard, which cannot be sent'],
  [new WeakMap(), 'argument 1 is an instance of WeakMap'],
  [new WeakRef({}), 'argument 1 is an instance of WeakRef'],
  [new Table(), 'argument 1 is an instance of Table'],
  [new Row(), 'argument 1 is an instance of Row'],
  [new URL('file:///'), 'argument 1 is an instance of URL'],
  [Object(5), 'argument 1 is an instance of Number'],
  [Object.create({}), 'argument 1 is an instance of Object'],
  [Object.create(Object.create(null) as object), 'argument 1 is an instance of an unnamed class'],
  [new Proxy(() => 1, {}), 'argument 1 is a function'],
  [new Proxy(Promise.resolve(), {}), 'argument 1 is a promise'],
  [new Proxy(new Map(), {}), 'argument 1 could not be sent: '],
  [Object.create(Date.prototype), 'argument 1 could not be sent: '],
  [revoked.proxy, 'argument 1 could not be sent: '],
  [[1, , 3], 'argument 1[1] is a hole, which cannot be sent; fill it'],
  [new Array(1e9), 'argument 1[0] is a hole'],
  [{ options: { onDone: () => 1 } }, 'argument 1.options.onDone is a function'],
  [{ 'a-b': [0, { $: Symbol('s') }] }, 'argument 1["a-b"][1].$ is a symbol'],
  [new Map([['k', { f: Symbol('s') }]]), 'argument 1.get("k").f is a symbol'],
  [new Map([[5, [Symbol('s')]]]), 'argument 1.get(5)[0] is a symbol'],
  [new Map([[{ id: Symbol('s') }, 1]]), 'argument 1 (key 0 of the map).id is a symbol'],
  [new Set([1, Symbol('s')]), 'argument 1 (element 1 of the set) is a symbol'],
]

for (const [i, [value, message]] of cases.entries()) {
  test(`refused ${i}: ${message}`, (t) => {
    t.is(refusal([value]).message.slice(0, message.length), message)
  })
}

test('the argument is counted from 1 and a path ends where the value is', (t) => {
  const path = 'argument 3[1].a is a symbol'
  t.true(refusal([{ a: 1 }, [], [{ b: [] }, { a: Symbol('s') }]]).message.startsWith(path))
})

test('a result is called a result, and the definition is named', (t) => {
  const codec = new Codec<undefined>()
  t.throws(() => codec.encodeOne({ f: () => 1 }, 'graph.relax'), {
    message: /^graph\.relax: the result\.f is a function/,
  })
  const error = t.throws(() => codec.encode([Symbol('s')], 'graph.relax'))
  t.is((error as OrujoError).definition, 'graph.relax')
})

test('what a getter throws is the cause', (t) => {
  const cause = new Error('no entry')
  const guarded = Object.defineProperty({}, 'door', {
    enumerable: true,
    get: () => {
      throw cause
    },
  })
  const error = refusal([[guarded]])
  t.is(error.message, 'argument 1[0].door could not be sent: no entry')
  t.is(error.cause, cause)
})

test('what an extension throws stays as it is', (t) => {
  const cause = Object.assign(new Error('a closed account'), { code: 'ACCOUNT_CLOSED' })
  const extension = codecExtension<undefined, Account>({
    tag: 100,
    prototype: Account.prototype,
    encode: () => {
      throw cause
    },
    decode: () => new Account(),
  })
  const codec = new Codec<undefined>([extension])
  t.is(
    t.throws(() => codec.encode([[new Account()]])),
    cause,
  )
  t.is(codec.encode([1]), 2)
})

test('a getter that sends is told so, and both messages end', (t) => {
  const codec = new Codec<undefined>()
  const sly = Object.defineProperty({}, 'now', {
    enumerable: true,
    get: () => codec.encode([1]),
  })
  t.throws(() => codec.encode([sly]), { code: 'ORUJO_INVARIANT', message: /may not send/ })
  t.is(codec.encode([1]), 2)
})

test('a collection that a getter changes on the way is refused', (t) => {
  const map = new Map<number, unknown>()
  const set = new Set<unknown>()
  const getter = (get: () => unknown) =>
    Object.defineProperty({}, 'size', { enumerable: true, get })
  const growing = getter(() => map.set(map.size, growing).size)
  const shrinking = getter(() => set.delete('last'))
  map.set(0, growing)
  set.add(shrinking).add('last')
  t.regex(refusal([map]).message, /^argument 1 changed while it was read/)
  t.regex(refusal([[set]]).message, /^argument 1\[0\] changed while it was read/)
})

test('1,000 levels are sent and one more is refused, for every container', (t) => {
  const wrappers: readonly ((inner: unknown) => unknown)[] = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => new Map([[1, inner]]),
    (inner) => new Set([inner]),
  ]
  for (const wrap of wrappers) {
    const codec = new Codec<undefined>()
    let value: unknown = 0
    for (let i = 0; i < 999; i++) value = wrap(value)
    const length = codec.encode([value])
    t.notThrows(() => codec.decode(codec.bytes.slice(0, length), undefined))
    const { message } = refusal([wrap(value)], codec)
    t.regex(message, /^argument 1.* \.\.\. .*lies over 1000 levels deep/)
    t.true(message.length < 500)
  }
})

test('a message over the bound is refused with the bound', (t) => {
  const codec = new Codec<undefined>([], { maxBytes: 2 ** 16 })
  t.regex(refusal([1, { data: new Uint8Array(70_000) }], codec).message, /argument 2\.data .*65536/)
  t.regex(refusal(['x'.repeat(70_000)], codec).message, /^argument 1 .*65536 bytes/)
  t.is(codec.encode([new Uint8Array(65_000)]), 65_006)
  t.throws(() => new Codec([], { maxBytes: 100 }), { code: 'ORUJO_INVARIANT' })
})

test('after a refusal the codec encodes as if nothing had been', (t) => {
  const codec = new Codec<undefined>()
  const shared = { a: 1 }
  const value = [shared, shared, 'text']
  const length = codec.encode(value)
  const expected = codec.bytes.slice(0, length)
  for (const [bad] of cases) {
    refusal([shared, bad], codec)
    t.is(codec.encode(value), length)
    t.deepEqual(codec.bytes.slice(0, length), expected)
  }
})

test('an overflow of the caller’s stack is a refusal, and the codec goes on', (t) => {
  const codec = new Codec<undefined>()
  let value: unknown = 0
  for (let i = 0; i < 900; i++) value = new Map([[1, value]])
  let refusals = 0
  const dive = (): void => {
    try {
      dive()
    } catch {
      // The stack is full, or was a few frames further down.
    }
    if (refusals > 0) return
    try {
      codec.encode([value])
    } catch (error) {
      if (error instanceof OrujoError && error.code === 'ORUJO_NOT_SENDABLE') refusals++
    }
  }
  dive()
  t.is(refusals, 1)
  t.is(codec.encode([1]), 2)
})
