/**
 * Codec: values that give themselves away do so when their message is accepted, once, and not at
 * all when it is refused.
 */
import test from 'ava'
import { Codec } from '#core/message/codec.js'
import { codecExtension } from '#core/message/codec-extension.js'

/** Tells the notes it was made with that it was given away. */
class Note {
  readonly notes: string[]
  readonly text: string
  readonly inner: unknown

  constructor(notes: string[], text: string, inner?: unknown) {
    this.notes = notes
    this.text = text
    this.inner = inner
  }
}

const noteExtension = codecExtension<undefined, Note>({
  tag: 3,
  prototype: Note.prototype,
  encode: ({ notes, text, inner }, out) => {
    if (text === 'gone') throw Object.assign(new Error('it is gone'), { code: 'NOTE_GONE' })
    if (text === 'broken') throw new Error('it is broken')
    out.value(inner)
    out.onSent(() => {
      if (text === 'bad') throw new Error('on purpose')
      notes.push(text)
    })
  },
  decode: (source) => new Note([], '', source.value()),
})

function makeCodec(): Codec<undefined> {
  return new Codec([noteExtension])
}

test('values of an accepted message give themselves away once, in the order of encoding', (t) => {
  const codec = makeCodec()
  const notes: string[] = []
  const twice = new Note(notes, 'twice')
  const outer = new Note(notes, 'outer', new Note(notes, 'inner'))
  codec.encode([new Note(notes, 'first'), [twice, { twice }], new Map([[1, outer]])])
  t.deepEqual(notes, [])
  codec.sent()
  t.deepEqual(notes, ['first', 'twice', 'inner', 'outer'])
  codec.sent()
  t.is(notes.length, 4)
  codec.encodeOne(new Note(notes, 'result'))
  codec.sent()
  t.is(notes.at(-1), 'result')
})

test('values of a message that is refused, or only looked at, stay', (t) => {
  const codec = makeCodec()
  const notes: string[] = []
  const code = 'ORUJO_NOT_SENDABLE'
  t.throws(() => codec.encode([new Note(notes, 'early'), () => 1]), { code })
  codec.sent()
  t.throws(() => codec.encodeOne([new Note(notes, 'early'), Symbol('s')]), { code })
  codec.sent()
  codec.encodeOne(new Note(notes, 'looked at'))
  codec.encode([1])
  codec.sent()
  t.deepEqual(notes, [])
})

test('what a value says with a code against being sent is what the sender hears', (t) => {
  const codec = makeCodec()
  const code = 'NOTE_GONE'
  t.throws(() => codec.encode([1, [new Note([], 'gone')]]), { code, message: 'it is gone' })
  t.throws(() => codec.encodeOne(new Note([], 'broken')), { code: 'ORUJO_NOT_SENDABLE' })
})

test('an error has text in place of a value that gives itself away, and nothing happens', (t) => {
  const codec = makeCodec()
  const notes: string[] = []
  const note = new Note(notes, 'in an error')
  const error = Object.assign(new Error('with a note', { cause: [note] }), { note, plain: 1 })
  codec.encodeThrown(error, {})
  codec.sent()
  t.deepEqual(notes, [])
  const length = codec.encode([error, note])
  const [arrived, its] = codec.decode(codec.bytes.slice(0, length), undefined)
  codec.sent()
  t.deepEqual(notes, ['in an error'])
  const { note: text, plain, cause } = arrived as typeof error
  t.is(typeof text, 'string')
  t.is(typeof cause, 'string')
  t.is(plain, 1)
  t.true(its instanceof Note)
})

test('what an extension throws when its value is gone is a defect; others are told', (t) => {
  const codec = makeCodec()
  const notes: string[] = []
  codec.encode(['one', 'bad', 'two'].map((text) => new Note(notes, text)))
  t.throws(() => codec.sent(), { code: 'ORUJO_INVARIANT', message: /failed to note that/ })
  t.deepEqual(notes, ['one', 'two'])
  codec.sent()
  t.deepEqual(notes, ['one', 'two'])
})
