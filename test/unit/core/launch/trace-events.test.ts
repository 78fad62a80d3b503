/** From records to a file that a viewer shows whole: tracks, nesting, arrows, what was lost. */
import test from 'ava'
import fc from 'fast-check'
import { delegate } from '@orujo/core'
import { type TraceEvent, microseconds, traceEvents } from '#core/launch/trace-events.js'
import { TRACE, TraceRing, traceBytes } from '#core/trace.js'
import { complaintsAbout, nanoseconds, trackNames } from '../../../support/trace-format.ts'

const hit = delegate('hit', () => undefined)

class Scene {
  readonly rings: readonly TraceRing[]

  constructor(capacity = 64) {
    const memory = new ArrayBuffer(traceBytes(3, capacity))
    this.rings = [0, 1, 2].map((id) => new TraceRing(memory, capacity, id))
  }

  get events(): TraceEvent[] {
    const recording = { rings: this.rings, coresPerLocale: 1, definitions: [hit], endMs: 100 }
    return [...traceEvents(recording)]
  }

  /** A publication or a batch of one link: its interval, and where it ends in the ring. */
  pass(kind: number, at: number, peer: number, times: [number, number], span: [number, number]) {
    const ring = this.rings[at]!
    const words = (span[1] - span[0]) | 0
    const record = ring.begin(kind, times[0], 0, peer, 1, words, span[1] | 0)
    ring.end(record, times[1], 1)
  }

  /** From and to of each arrow. */
  get arrows(): [number, number][] {
    const { events } = this
    return events
      .filter(({ ph }) => ph === 's')
      .map(({ id, ts }) => [ts!, events.find((one) => one.ph === 'f' && one.id === id)!.ts!])
  }
}

test('every endpoint has one named track, cores first and the host last', (t) => {
  const { events } = new Scene()
  t.deepEqual(trackNames(events), ['core 0', 'core 1', 'host'])
  t.deepEqual(complaintsAbout(events), [])
})

test('a publication leads to the batch that received it, several to one', (t) => {
  const scene = new Scene()
  scene.pass(TRACE.flush, 0, 1, [1, 2], [0, 10])
  scene.pass(TRACE.flush, 0, 1, [3, 4], [10, 30])
  scene.pass(TRACE.flush, 0, 1, [7, 8], [30, 40])
  scene.pass(TRACE.flush, 0, 2, [9, 10], [0, 40])
  scene.pass(TRACE.batch, 1, 0, [5, 6], [0, 30])
  scene.pass(TRACE.batch, 1, 0, [9, 10], [30, 40])
  t.deepEqual(scene.arrows, [
    [1000, 5000],
    [3000, 5000],
    [7000, 9000],
  ])
  t.deepEqual(complaintsAbout(scene.events), [])
})

test('positions that have gone around are told apart by time', (t) => {
  const scene = new Scene()
  const top = 2 ** 31
  scene.pass(TRACE.batch, 1, 0, [1, 2], [top - 20, top - 10])
  scene.pass(TRACE.flush, 0, 1, [3, 4], [top - 10, top + 10])
  scene.pass(TRACE.batch, 1, 0, [5, 6], [top - 10, top + 10])
  t.deepEqual(scene.arrows, [[3000, 5000]])
})

test('what was overwritten on one side has no arrow', (t) => {
  const scene = new Scene()
  scene.pass(TRACE.flush, 0, 1, [1, 2], [0, 10])
  scene.pass(TRACE.flush, 0, 1, [5, 6], [10, 20])
  scene.pass(TRACE.batch, 1, 0, [7, 8], [10, 20])
  scene.pass(TRACE.batch, 2, 0, [7, 8], [10, 20])
  t.deepEqual(scene.arrows, [[5000, 7000]])
})

test('arrows match every publication with its batch, whatever the batches are', (t) => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { maxLength: 60 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: -20, max: 20 }), (publications, offset) => {
      const scene = new Scene(64)
      const expected: [number, number][] = []
      let [time, position, received] = [0, 2 ** 31 + offset, 2 ** 31 + offset]
      let waiting: number[] = []
      for (const [words, isReceived] of publications) {
        scene.pass(TRACE.flush, 0, 1, [time, time + 1], [position, position + words])
        waiting.push(time * 1000)
        position += words
        time += 2
        if (!isReceived) continue
        scene.pass(TRACE.batch, 1, 0, [time, time + 1], [received, position])
        for (const from of waiting) expected.push([from, time * 1000])
        received = position
        waiting = []
        time += 2
      }
      t.deepEqual(scene.arrows, expected)
      t.deepEqual(complaintsAbout(scene.events), [])
    }),
    { numRuns: 200 },
  )
})

test('what has not ended lasts until the end, and says so', (t) => {
  const scene = new Scene()
  scene.rings[1]!.begin(TRACE.task, 40, 0, 0, 0, 0, 0)
  scene.rings[1]!.begin(TRACE.lifetime, 40, 0, 0, 0, 0, 0)
  const { events } = scene
  const slice = events.find(({ ph }) => ph === 'X')!
  t.is(slice.name, 'hit')
  t.is(slice.dur, 60_000)
  t.deepEqual(slice.args, { unfinished: true })
  t.is(events.find(({ ph }) => ph === 'e')!.ts, 100_000)
  t.deepEqual(complaintsAbout(events), [])
})

test('queues are counters, and steals are slices that name the other core', (t) => {
  const scene = new Scene()
  const ring = scene.rings[0]!
  ring.end(ring.begin(TRACE.queues, 1, 0, 0, 3, 50, 0), 1, 3)
  ring.end(ring.begin(TRACE.steal, 2, 0, 1, 4, 0, 0), 3, 4)
  const { events } = scene
  t.deepEqual(
    events.filter(({ ph }) => ph === 'C').map(({ name, args }) => [name, args]),
    [
      ['queued tasks', { tasks: 3 }],
      ['queued words', { words: 50 }],
    ],
  )
  const steal = events.find(({ cat }) => cat === 'steal')!
  t.is(steal.name, 'steal from core 1')
  t.deepEqual(steal.args, { tasks: 4 })
  t.deepEqual(complaintsAbout(events), [])
})

test('how many records were lost stands beside the name of the core', (t) => {
  const scene = new Scene(2)
  for (let i = 0; i < 5; i++) scene.pass(TRACE.flush, 1, 0, [i, i + 1], [i, i + 1])
  const label = scene.events.filter(({ name }) => name === 'process_labels')
  t.deepEqual(
    label.map(({ pid, args }) => [pid, args]),
    [[2, { labels: '3 older records lost' }]],
  )
})

test('times survive being multiplied and cut off, to the nanosecond', (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 48 }), (wanted) => {
      t.is(nanoseconds(microseconds(wanted / 1e6)), wanted)
    }),
    { numRuns: 10_000 },
  )
})
