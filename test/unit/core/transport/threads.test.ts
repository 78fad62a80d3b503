/** Threads transport: its memory. What the transport promises is in the conformance suite. */
import test from 'ava'
import { ThreadsTransport, threadsMemory } from '#core/transport/threads.js'

test('every link has words of its own', (t) => {
  const memory = threadsMemory(3, 4)
  const ends = [0, 1, 2].map((endpoint) => new ThreadsTransport(memory, endpoint))
  for (const [src, { writers }] of ends.entries()) {
    for (const [dst, writer] of writers.entries()) {
      writer.f64.fill(10 * src + dst)
      writer.reserve(1 + ((src + dst) % 4))
      writer.publish()
    }
  }
  for (const [dst, { readers }] of ends.entries()) {
    for (const [src, reader] of readers.entries()) {
      reader.refresh()
      t.deepEqual(
        [...reader.f64],
        Array.from({ length: 4 }, () => 10 * src + dst),
      )
      t.is(reader.tail, 1 + ((src + dst) % 4))
    }
  }
})

test('memory grows with the square of the endpoints', (t) => {
  t.is(threadsMemory(2, 1024).data.byteLength, 4 * 1024 * 8)
  t.is(threadsMemory(5, 1024).data.byteLength, 25 * 1024 * 8)
})

test('a ring size that is not a power of two is refused', (t) => {
  t.throws(() => new ThreadsTransport(threadsMemory(2, 1000), 0), {
    code: 'ORUJO_INVARIANT',
    message: /power of two; 1000/,
  })
})
