/** Ring, driven from one thread: against a queue, and at its edges. */
import test from 'ava'
import fc from 'fast-check'
import { frameHeader } from '#core/transport/frame.js'
import { RING_CONTROL_INTS, RingReader, RingWriter } from '#core/transport/ring.js'

function makeRing(capacity: number, position = 0) {
  const control = new Int32Array(RING_CONTROL_INTS).fill(position)
  const data = new Float64Array(capacity)
  return {
    control,
    data,
    writer: new RingWriter(data, control),
    reader: new RingReader(data, control),
  }
}

function write(writer: RingWriter, words: number): number {
  const at = writer.reserve(words)
  if (at !== -1) writer.i32[2 * at] = frameHeader(1, words)
  return at
}

test('a ring is a queue of whole messages that is bounded by its words', (t) => {
  const calls = fc.array(
    fc.oneof(
      fc.record({ call: fc.constant('write' as const), words: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ call: fc.constantFrom('publish' as const, 'read' as const) }),
    ),
    { maxLength: 60 },
  )
  const position = fc.constantFrom(0, 2 ** 31 - 6, -6)
  fc.assert(
    fc.property(position, calls, (start, all) => {
      const { writer, reader } = makeRing(8, start)
      const queue: { words: number; isPublished: boolean }[] = []
      for (const step of all) {
        if (step.call === 'write') {
          if (write(writer, step.words) !== -1) {
            queue.push({ words: step.words, isPublished: false })
          } else t.true(queue.reduce((sum, { words }) => sum + words, 0) + step.words > 8 - 3)
        } else if (step.call === 'publish') {
          t.is(
            writer.publish(),
            queue.some(({ isPublished }) => !isPublished),
          )
          for (const message of queue) message.isPublished = true
        } else {
          t.is(reader.refresh(), queue[0]?.isPublished === true)
          if (reader.head === reader.tail) continue
          const at = reader.position()
          const { words } = queue.shift()!
          t.is(reader.i32[2 * at], frameHeader(1, words))
          reader.head = (reader.head + words) | 0
          reader.release()
        }
        for (const at of [writer.tail, reader.head]) t.is(at, at | 0, 'positions are 32-bit')
      }
    }),
  )
})

test('a message that does not fit before the end begins at word 0, behind a filler', (t) => {
  const { writer, reader } = makeRing(8)
  t.is(write(writer, 3), 0)
  t.is(write(writer, 3), 3)
  t.is(write(writer, 3), -1)
  writer.publish()
  reader.refresh()
  reader.head = 6
  reader.release()
  t.is(write(writer, 3), 0)
  t.is(writer.tail, 11)
  writer.publish()
  t.true(reader.refresh())
  t.is(reader.position(), 0)
  t.is(reader.head, 8)
})

test('a refused reservation leaves the ring as it was', (t) => {
  const { writer, control } = makeRing(4)
  write(writer, 2)
  write(writer, 1)
  const before = [writer.tail, writer.published, ...writer.i32, ...control]
  t.is(writer.reserve(2), -1)
  t.deepEqual([writer.tail, writer.published, ...writer.i32, ...control], before)
})

test('ends made again on the same memory go on where the old ones were', (t) => {
  const { writer, reader, data, control } = makeRing(8)
  write(writer, 2)
  write(writer, 3)
  writer.publish()
  reader.refresh()
  reader.head += 2
  reader.release()
  const newReader = new RingReader(data, control)
  t.true(newReader.refresh())
  t.is(newReader.position(), 2)
  t.is(new RingWriter(data, control).used(), 3)
})

test('the ends of a ring refuse a capacity that is not a power of two', (t) => {
  for (const words of [0, 1, 3, 12]) t.throws(() => makeRing(words), { code: 'ORUJO_INVARIANT' })
})
