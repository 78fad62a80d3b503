/**
 * Errors on the wire: class, name, code, message, cause, fields, both stacks and the place come
 * back, and whatever is thrown arrives as an error.
 */
import test from 'ava'
import { InvariantError, OrujoError } from '#core/errors.js'
import { Codec } from '#core/message/codec.js'
import { attachCallerStack, RemoteError, type WorkPlace } from '#core/message/wire-error.js'

type Extra = Record<string, unknown>

function thrownAt(place: WorkPlace, thrown: unknown): Error & Extra {
  const codec = new Codec<undefined>()
  const length = codec.encodeThrown(thrown, place)
  return codec.decodeThrown(codec.bytes.slice(0, length), undefined) as Error & Extra
}

function thrown(value: unknown): Error & Extra {
  return thrownAt({ core: 3, definition: 'graph.relax', kind: 'delegate' }, value)
}

class QuotaError extends Error {
  readonly code = 'E_QUOTA'
  readonly limits = { bytes: 5 }
  readonly retry = () => 1
  override name = 'Quota'
}

class Unnamed extends TypeError {}

test('standard errors come back as instances of their class', (t) => {
  const classes = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
  for (const type of classes) {
    const error = thrown(new type('no such vertex'))
    t.is(Object.getPrototypeOf(error), type.prototype)
    t.is(error.message, 'no such vertex')
    t.is(error.name, type.name)
    t.false('code' in error)
    t.false(Object.hasOwn(error, 'cause'))
  }
})

test('errors that Node throws keep class, code and fields', (t) => {
  const arrived = thrown(t.throws(() => Buffer.alloc(-1)))
  t.true(arrived instanceof RangeError)
  t.is(arrived.code, 'ERR_OUT_OF_RANGE')
  const missing = thrown(
    Object.assign(new Error('no file'), { code: 'ENOENT', errno: -2, syscall: 'open' }),
  )
  t.like(missing, { code: 'ENOENT', errno: -2, syscall: 'open' })
})

test('an error of a class unknown here keeps names, code and fields', (t) => {
  const error = thrown(new QuotaError('full'))
  t.true(error instanceof RemoteError)
  t.like(error, { name: 'Quota', className: 'QuotaError', code: 'E_QUOTA', message: 'full' })
  t.deepEqual(error.limits, { bytes: 5 })
  t.is(error.retry, '[function retry]')
  t.like(thrown(new Unnamed('x')), {
    name: 'TypeError',
    className: 'Unnamed',
    code: 'ORUJO_REMOTE',
  })
})

test('a numeric code stays a number, and a code of another kind is dropped', (t) => {
  t.is(thrown(Object.assign(new Error('x'), { code: 5 })).code, 5)
  t.is(thrown(Object.assign(new QuotaError('x'), { code: {} })).code, 'ORUJO_REMOTE')
})

test('our own errors come back as such, with the place they had or else were thrown at', (t) => {
  const lost = thrown(new OrujoError('ORUJO_CORE_LOST', 'core 5 exited', { core: 5 }))
  t.true(lost instanceof OrujoError)
  t.like(lost, { code: 'ORUJO_CORE_LOST', core: 5, definition: 'graph.relax', name: 'OrujoError' })
  const broken = thrown(new InvariantError('count >= 0'))
  t.true(broken instanceof InvariantError)
  t.like(broken, { code: 'ORUJO_INVARIANT', core: 3, name: 'InvariantError' })
})

test('an AbortError survives by name and class', (t) => {
  const { reason } = AbortSignal.abort() as { reason: unknown }
  const error = thrown(reason)
  t.true(error instanceof DOMException)
  t.like(error, { name: 'AbortError', message: 'This operation was aborted', code: 20 })
})

test('the chain of causes comes back, errors and others', (t) => {
  const root = new RangeError('root', { cause: { vertex: 7 } })
  const error = thrown(new Error('outer', { cause: new QuotaError('middle', { cause: root }) }))
  const middle = error.cause as Error
  const inner = middle.cause as Error
  t.is(middle.name, 'Quota')
  t.true(inner instanceof RangeError)
  t.deepEqual(inner.cause, { vertex: 7 })
  t.true(Object.hasOwn(thrown(new Error('x', { cause: undefined })), 'cause'))
})

test('a chain of causes without end is cut, and a cycle stays one', (t) => {
  let chain: unknown = 'root'
  for (let i = 0; i < 500; i++) chain = new Error(`level ${i}`, { cause: chain })
  let depth = 0
  let at: unknown = thrown(chain)
  for (; at instanceof Error; at = at.cause) depth++
  t.is(depth, 17)
  t.is(at, '[Error: level 482]')
  const circle = new Error('circle')
  circle.cause = new Error('half', { cause: circle })
  const arrived = thrown(circle)
  t.is((arrived.cause as Error).cause, arrived)
})

test('all errors of an aggregate come back', (t) => {
  const error = thrown(new AggregateError([new TypeError('a'), 5, () => 1], 'many'))
  t.true(error instanceof AggregateError)
  const [first, ...others] = error.errors as unknown[]
  t.true(first instanceof TypeError)
  t.deepEqual(others, [5, '[function]'])
})

test('what an error carries and cannot be sent becomes a few words, the rest comes along', (t) => {
  const parts = {
    socket: new WeakMap(),
    list: [1, Symbol('s')],
    ok: [1, { a: 2 }],
    mark: Symbol('m'),
  }
  const error = thrown(Object.assign(new Error('x'), parts))
  t.is(error.socket, '[instance of WeakMap]')
  t.is(error.list, '[instance of Array]')
  t.deepEqual(error.ok, [1, { a: 2 }])
  t.is(error.mark, '[Symbol(m)]')
})

test('a part that is given up halfway leaves no wrong reference behind', (t) => {
  const shared = { kept: true }
  const error = Object.assign(new Error('x'), {
    bad: [{ a: shared }, () => 1],
    good: [shared, shared],
  })
  const [first, second] = thrown(error).good as object[]
  t.deepEqual(first, { kept: true })
  t.is(first, second)
})

test('parts that are too deep do not make the parts after them too deep', (t) => {
  let deep: unknown = 0
  for (let i = 0; i < 1500; i++) deep = [deep]
  const parts = { a: [deep], b: [deep], c: [[[1]]], d: new Error('inner') }
  const error = thrown(Object.assign(new Error('x'), parts))
  t.is(error.a, '[instance of Array]')
  t.deepEqual(error.c, [[[1]]])
  t.is((error.d as Error).message, 'inner')
})

test('the remote stack ends with the place, and the caller’s frames follow it', (t) => {
  const origin = new TypeError('bad edge')
  const error = thrown(origin)
  t.is(error.stack, `${origin.stack}\n    at core 3, delegate graph.relax`)
  t.is(error.remoteStack, error.stack)
  attachCallerStack(
    error,
    'Error: two\nlines\n    at caller (app.ts:1:1)\n    at main (app.ts:9:1)',
  )
  const whole = `${String(error.remoteStack)}\n    at caller (app.ts:1:1)\n    at main (app.ts:9:1)`
  t.is(error.stack, whole)
  attachCallerStack(error, 'Error\n    at other (app.ts:2:2)')
  t.is(error.stack, whole, 'once only')
})

test('a caller’s stack is not attached where there is nothing to attach', (t) => {
  const local = new Error('here')
  const { stack } = local
  attachCallerStack(local, 'Error\n    at other (app.ts:2:2)')
  t.is(local.stack, stack)
  const remote = thrown(new Error('there'))
  attachCallerStack(remote, undefined)
  attachCallerStack(remote, 'Error: no frames')
  t.is(remote.remoteStack, remote.stack)
})

test('an error that passes through a second core keeps its first place and names both', (t) => {
  const first = thrown(new QuotaError('full'))
  const second = thrownAt({ core: 1, definition: 'bag.push', kind: 'object' }, first)
  t.like(second, { core: 3, definition: 'graph.relax', className: 'QuotaError', code: 'E_QUOTA' })
  t.regex(
    second.stack ?? '',
    /\n {4}at core 3, delegate graph\.relax\n {4}at core 1, delegate bag\.push$/,
  )
})

test('the place says task, host, or no more than is known', (t) => {
  const last = (place: WorkPlace) => thrownAt(place, new Error('x')).stack?.split('\n').at(-1)
  t.is(
    last({ core: 4, definition: 'main', kind: 'task', isHost: true }),
    '    at the host, task main',
  )
  t.is(last({ core: 4, definition: 'main' }), '    at core 4, main')
  t.is(last({ core: 4 }), '    at core 4')
  t.regex(last({}) ?? '', /node:internal|file:/)
})

test('a thrown value that is no error is the cause of one', (t) => {
  for (const value of [5, 'text', null, undefined, 7n, { vertex: 7 }]) {
    const error = thrown(value)
    t.true(error instanceof RemoteError)
    t.is(error.code, 'ORUJO_REMOTE')
    t.regex(error.message, /^a value that is not an error was thrown: /)
    t.deepEqual(error.cause, value)
    t.regex(error.stack ?? '', /^RemoteError: a value .*\n {4}at core 3, delegate graph\.relax$/)
  }
  t.is(thrown(() => 1).cause, '[function]')
  t.is(thrown(Symbol('s')).cause, '[Symbol(s)]')
})

test('an error with hostile getters, and one too big, arrive all the same', (t) => {
  const fail = (): never => {
    throw new Error('trap')
  }
  const hostile = new Error('x')
  for (const name of ['stack', 'name', 'message', 'code', 'cause', 'errors', 'field']) {
    Object.defineProperty(hostile, name, { get: fail, enumerable: true })
  }
  t.is(thrown(hostile).name, 'Error')
  t.true(
    thrown(new Proxy(new Error('x'), { getPrototypeOf: fail, ownKeys: fail })) instanceof Error,
  )
  const small = new Codec<undefined>([], { maxBytes: 2 ** 16 })
  const length = small.encodeThrown(new Error('x'.repeat(100_000)), { core: 1 })
  const arrived = small.decodeThrown(small.bytes.slice(0, length), undefined)
  t.regex(arrived.message, /^\[Error: x+ was thrown and could not be sent: /)
})

test('an error is an argument and a result like any value, without a place', (t) => {
  const codec = new Codec<undefined>()
  const origin = new RangeError('far')
  const length = codec.encode([[origin], origin])
  const [list, again] = codec.decode(codec.bytes.slice(0, length), undefined) as [Error[], Error]
  t.is(list[0], again)
  t.true(again instanceof RangeError)
  t.is(again.stack, origin.stack)
})

test('a field of any name is defined, not assigned', (t) => {
  const fields = JSON.parse('{"__proto__": {"polluted": 1}, "toString": "t"}') as object
  const error = new Error('x')
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(error, name, { value, enumerable: true })
  }
  const arrived = thrown(error)
  t.is(Object.getPrototypeOf(arrived), Error.prototype)
  t.false('polluted' in arrived)
  t.is(Object.getOwnPropertyDescriptor(arrived, 'toString')?.value, 't')
})

test('bytes that are no error decode to the error that says so', (t) => {
  const codec = new Codec<undefined>()
  const bad = codec.decodeThrown(new Uint8Array([0]), undefined) as OrujoError
  t.is(bad.code, 'ORUJO_BAD_MESSAGE')
  const number = codec.decodeThrown(new Uint8Array([0x85]), undefined) as OrujoError
  t.is(number.code, 'ORUJO_BAD_MESSAGE')
})
