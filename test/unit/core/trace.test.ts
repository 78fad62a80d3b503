/** The ring of trace records: what is kept, what is lost, and that it is told. */
import test from 'ava'
import fc from 'fast-check'
import { TRACE, TraceRing, traceBytes } from '#core/trace.js'

const facts = { subject: 5, peer: 1, count: 7, words: -3, position: 2 ** 31 - 1 }

function begin(ring: TraceRing, startMs: number): number {
  const { subject, peer, count, words, position } = facts
  return ring.begin(TRACE.batch, startMs, subject, peer, count, words, position)
}

test('a record comes back as it was written', (t) => {
  const ring = new TraceRing(new ArrayBuffer(traceBytes(1, 4)), 4, 0)
  const number = begin(ring, 1.5)
  t.deepEqual(
    [...ring.records()],
    [{ kind: TRACE.batch, startMs: 1.5, durationMs: undefined, ...facts }],
  )
  t.true(ring.end(number, 4, 9))
  const [record] = ring.records()
  t.deepEqual(record, { kind: TRACE.batch, startMs: 1.5, durationMs: 2.5, ...facts, count: 9 })
})

test('the latest records are kept, and those overwritten are counted', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 40 }), (capacity, written) => {
      const ring = new TraceRing(new ArrayBuffer(traceBytes(1, capacity)), capacity, 0)
      const all = Array.from({ length: written }, (_, time) => time)
      for (const time of all) begin(ring, time)
      const kept = [...ring.records()].map(({ startMs }) => startMs)
      t.deepEqual(kept, all.slice(-capacity))
      t.is(ring.written, written)
      t.is(ring.lost, written - kept.length)
    }),
  )
})

test('a record that was overwritten cannot be ended, and the one in its place is not', (t) => {
  const ring = new TraceRing(new ArrayBuffer(traceBytes(1, 2)), 2, 0)
  const first = begin(ring, 0)
  const second = begin(ring, 1)
  begin(ring, 2)
  t.false(ring.end(first, 5, 0))
  t.true(ring.end(second, 5, 0))
  t.deepEqual(
    [...ring.records()].map(({ durationMs }) => durationMs),
    [4, undefined],
  )
})

test('rings of one memory do not touch, and are found again by another view', (t) => {
  const memory = new SharedArrayBuffer(traceBytes(3, 4))
  const rings = [0, 1, 2].map((id) => new TraceRing(memory, 4, id))
  for (const [id, ring] of rings.entries()) {
    for (let i = 0; i < 5 + id; i++) begin(ring, 10 * id + i)
  }
  const views = [0, 1, 2].map((id) => new TraceRing(memory, 4, id))
  begin(views[0]!, 99)
  t.deepEqual(
    views.map((ring) => [...ring.records()].map(({ startMs }) => startMs)),
    [
      [2, 3, 4, 99],
      [12, 13, 14, 15],
      [23, 24, 25, 26],
    ],
  )
  t.deepEqual(
    views.map(({ lost }) => lost),
    [2, 2, 3],
  )
})
