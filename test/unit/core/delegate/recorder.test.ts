/** The recorder: what tasks, batches and queues become as records. */
import test from 'ava'
import { task } from '@orujo/core'
import { Recorder, unpackSubject } from '#core/delegate/recorder.js'
import { HandlerTable, SCOPE_REPORT, SEND_NUMBERS, operationOf } from '#core/message/handlers.js'
import { COUNTER, COUNTERS } from '#core/metrics.js'
import { TRACE, type TraceRecord, TraceRing, traceBytes } from '#core/trace.js'
import { PAD, frameHeader } from '#core/transport/frame.js'
import { RING_CONTROL_INTS, RingWriter } from '#core/transport/ring.js'

const one = { definition: task('one', () => undefined) }
const two = { definition: task('two', () => undefined) }

class Scene {
  nowMs = 0
  readonly ring: TraceRing
  readonly counters = new Float64Array(COUNTERS.length)
  readonly recorder: Recorder

  constructor(capacity = 16) {
    this.ring = new TraceRing(new ArrayBuffer(traceBytes(1, capacity)), capacity, 0)
    this.recorder = new Recorder(this.ring, () => this.nowMs++, this.counters)
    this.recorder.useTable(new HandlerTable([one.definition, two.definition]))
  }

  get records(): TraceRecord[] {
    return [...this.ring.records()]
  }

  /** Kind, start and duration of each record. */
  get times(): (readonly [number, number, number | undefined])[] {
    return this.records.map(({ kind, startMs, durationMs }) => [kind, startMs, durationMs])
  }
}

test('a task that never suspends is one slice', (t) => {
  const scene = new Scene()
  scene.recorder.taskStarted(one)
  scene.recorder.taskEnded(one)
  t.deepEqual(scene.times, [[TRACE.task, 0, 1]])
})

test('a task that suspends is a slice, and a lifetime from its start to its end', (t) => {
  const scene = new Scene()
  const { recorder } = scene
  recorder.taskStarted(one)
  recorder.taskSuspended(one)
  recorder.taskStarted(two)
  recorder.taskSuspended(two)
  recorder.taskEnded(one)
  t.deepEqual(scene.times, [
    [TRACE.task, 0, 1],
    [TRACE.lifetime, 0, 4],
    [TRACE.task, 2, 1],
    [TRACE.lifetime, 2, undefined],
  ])
  t.deepEqual(
    scene.records.map(({ subject }) => unpackSubject(subject).id),
    [0, 0, 1, 1],
  )
})

test('a long task whose record was overwritten is written anew when it ends', (t) => {
  const scene = new Scene(2)
  const { recorder } = scene
  recorder.taskStarted(one)
  recorder.taskSuspended(one)
  for (let i = 0; i < 3; i++) {
    recorder.taskStarted(two)
    recorder.taskEnded(two)
  }
  recorder.taskEnded(one)
  t.deepEqual(scene.times.at(-1), [TRACE.lifetime, 0, 8])
})

test('the depth of queues is recorded when it has changed', (t) => {
  const scene = new Scene()
  scene.counters[COUNTER.queuedTasks] = 3
  scene.counters[COUNTER.queuedWords] = 40
  for (const each of [one, two]) {
    scene.recorder.taskStarted(each)
    scene.recorder.taskEnded(each)
  }
  const queues = scene.records.filter(({ kind }) => kind === TRACE.queues)
  t.deepEqual(
    queues.map(({ count, words }) => [count, words]),
    [[3, 40]],
  )
})

test('a wait for outboxes begins with the first waiter and ends with all', (t) => {
  const scene = new Scene()
  scene.recorder.drainBegun()
  scene.recorder.drainBegun()
  scene.recorder.drainEnded(2)
  scene.recorder.drainEnded(0)
  t.deepEqual(scene.times, [[TRACE.drain, 0, 1]])
  t.is(scene.records[0]!.count, 2)
})

test('turns of microtasks in which nothing was done are not recorded', (t) => {
  const scene = new Scene()
  scene.nowMs = 10
  scene.recorder.resumed(9.999)
  scene.recorder.resumed(9.999)
  t.deepEqual(scene.times, [[TRACE.resumed, 9.999, 11 - 9.999]])
})

test('a publication is about the first definition in it, past fillers and books', (t) => {
  const scene = new Scene()
  const writer = new RingWriter(new Float64Array(16), new Int32Array(RING_CONTROL_INTS))
  const write = (operation: number, words: number): void => {
    writer.i32[2 * writer.reserve(words)] = frameHeader(operation, words)
  }
  const publish = () => {
    scene.recorder.publishing(2, writer, 5)
    writer.publish()
    scene.recorder.published()
    const { subject, peer, count, words, position } = scene.records.at(-1)!
    return { ...unpackSubject(subject), peer, count, words, position }
  }
  write(SCOPE_REPORT, 3)
  write(operationOf(1, SEND_NUMBERS), 4)
  t.deepEqual(publish(), { id: 1, isMixed: true, peer: 2, count: 5, words: 7, position: 7 })
  write(operationOf(0, SEND_NUMBERS), 4)
  write(operationOf(0, SEND_NUMBERS), 4)
  t.deepEqual(publish(), { id: 0, isMixed: false, peer: 2, count: 5, words: 8, position: 15 })
  writer.reserve(1)
  writer.retract(1)
  writer.i32[2 * 15] = frameHeader(PAD, 0)
  writer.tail = 16
  writer.i32[0] = frameHeader(operationOf(1, SEND_NUMBERS), 2)
  writer.tail = 18
  t.deepEqual(publish(), { id: 1, isMixed: false, peer: 2, count: 5, words: 3, position: 18 })
})
