/** Outbox: frames and runs through a ring of any size, in order, whole and counted. */
import test from 'ava'
import fc from 'fast-check'
import { COUNTER, metricsBytes, metricsRow } from '#core/metrics.js'
import { ChunkPool } from '#core/message/chunk-pool.js'
import { FLUSH_EXPLICIT, Outbox, RUN_HEAD_WORDS, type RunOwner } from '#core/message/outbox.js'
import { frameHeader, frameOperation, frameWords } from '#core/transport/frame.js'
import { MemoryNetwork } from '#core/transport/memory.js'

const DST = 1
const FRAME = 20
const RUN = 21
/** Words of one chunk of overflow. */
const CHUNK_WORDS = 2 ** 16

/** What was sent, and what has arrived: a message each. */
interface Message {
  readonly sequence: number
  readonly words: number
  /** Scope of the run it came in; -1 for a frame of its own. */
  readonly scope: number
  readonly shape: number
}

/** An outbox, its ring and the reader behind it. */
class Line {
  readonly outbox: Outbox
  readonly row = metricsRow(new ArrayBuffer(metricsBytes(2)), 2, 0)
  readonly owners: RunOwner[] = [0, 1].map((id) => ({ id, counts: new Int32Array(2) }))
  readonly sent: Message[] = []
  readonly arrived: Message[] = []
  /** Words of each publication that was read. */
  readonly batches: number[] = []
  filled = 0
  readonly #network: MemoryNetwork
  readonly #definitions = [{}, {}]

  constructor(ringWords: number, limitWords = 2 ** 20) {
    this.#network = new MemoryNetwork(2, ringWords)
    const listener = { outboxFilled: () => void this.filled++ }
    const transport = this.#network.transport(0)
    this.outbox = new Outbox(transport, DST, limitWords, listener, this.row, new ChunkPool())
  }

  /** A frame of its own; `words` are its payload. */
  frame(words: number): void {
    const { outbox } = this
    const at = outbox.reserve(1 + words)
    const sequence = this.#note(words, -1, 0)
    outbox.i32[2 * at] = frameHeader(FRAME, 1 + words)
    outbox.i32[2 * at + 1] = sequence
    outbox.f64.fill(sequence, at + 1, at + 1 + words)
  }

  /** A message as `Core.send` writes it: in the open run of its like, or in a new one. */
  message(definition: number, scope: number, words: number, shape: number): void {
    const { outbox } = this
    const owner = this.owners[scope]!
    const object = this.#definitions[definition]!
    const arity = words + 8 * shape
    const isAlike =
      outbox.runDefinition === object && outbox.runOwner === owner && outbox.runArity === arity
    let at = isAlike ? outbox.extendRun(words) : -1
    if (at < 0) at = outbox.beginRun(RUN, owner, object, words, arity, shape)
    const sequence = this.#note(words, scope, shape)
    outbox.f64.fill(sequence, at, at + words)
  }

  /** Reads what was published. */
  read(): void {
    this.#network.deliverAll()
    const reader = this.#network.transport(DST).readers[0]!
    if (!reader.refresh()) return
    this.batches.push((reader.tail - reader.head) | 0)
    while (reader.head !== reader.tail) {
      const at = reader.position()
      this.#unpack(reader.f64, reader.i32, at)
      reader.head = (reader.head + frameWords(reader.i32[2 * at]!)) | 0
    }
    reader.release()
    this.#network.deliverAll()
  }

  /** Until everything has arrived. */
  finish(): void {
    do {
      this.outbox.flush(FLUSH_EXPLICIT)
      this.read()
    } while (!this.outbox.isOpen || this.outbox.flush(FLUSH_EXPLICIT))
    this.read()
  }

  #note(words: number, scope: number, shape: number): number {
    this.sent.push({ sequence: this.sent.length, words, scope, shape })
    return this.sent.length - 1
  }

  #unpack(f64: Float64Array, i32: Int32Array, at: number): void {
    const length = frameWords(i32[2 * at]!)
    const scope = i32[2 * at + 1]!
    if (frameOperation(i32[2 * at]!) === FRAME) {
      this.#arrive(f64.subarray(at + 1, at + length), scope, -1, 0)
      return
    }
    const layout = i32[2 * at + 2]!
    const messages = i32[2 * at + 3]!
    const words = layout & 0xffff
    if (length !== RUN_HEAD_WORDS + words * messages) throw new Error(`a run of ${length} words`)
    for (let i = 0; i < messages; i++) {
      const first = at + RUN_HEAD_WORDS + i * words
      const sequence = words === 0 ? this.arrived.length : f64[first]!
      this.#arrive(f64.subarray(first, first + words), sequence, scope, layout >>> 16)
    }
  }

  #arrive(payload: Float64Array, sequence: number, scope: number, shape: number): void {
    if (payload.some((word) => word !== sequence)) throw new Error(`message ${sequence} is torn`)
    this.arrived.push({ sequence, words: payload.length, scope, shape })
  }
}

type Step =
  | { readonly do: 'frame'; readonly words: number }
  | {
      readonly do: 'message'
      readonly definition: number
      readonly scope: number
      readonly words: number
      readonly shape: number
      readonly times: number
    }
  | { readonly do: 'flush' | 'read' }

/** Steps whose frames fit half a ring of `ringWords` words. */
function steps(ringWords: number): fc.Arbitrary<Step[]> {
  const most = Math.min(6000, ringWords / 2)
  const binary = fc.constantFrom(0, 1)
  return fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('frame' as const), words: fc.nat(most - 1) }),
      fc.record({
        do: fc.constant('message' as const),
        definition: binary,
        scope: binary,
        words: fc.nat(Math.min(4, most - RUN_HEAD_WORDS)),
        shape: fc.constantFrom(0, 5),
        times: fc.integer({ min: 1, max: 50 }),
      }),
      fc.record({ do: fc.constantFrom('flush' as const, 'read' as const) }),
    ),
    { maxLength: 80 },
  )
}

function take(line: Line, step: Step): void {
  switch (step.do) {
    case 'frame':
      line.frame(step.words)
      return
    case 'message':
      for (let i = 0; i < step.times; i++) {
        line.message(step.definition, step.scope, step.words, step.shape)
      }
      return
    case 'flush':
      line.outbox.flush(FLUSH_EXPLICIT)
      return
    case 'read':
      line.read()
      return
  }
}

for (const ringWords of [8, 16, 64, 1024, 2 ** 14]) {
  const title = `what is sent arrives once, whole and in order through a ring of ${ringWords} words`
  test(title, (t) => {
    fc.assert(
      fc.property(steps(ringWords), (all) => {
        const line = new Line(ringWords)
        for (const step of all) take(line, step)
        line.finish()
        t.deepEqual(line.arrived, line.sent)
        for (const { id, counts } of line.owners) {
          t.is(counts[DST], line.sent.filter(({ scope }) => scope === id).length)
        }
        t.is(line.outbox.messages, line.sent.length)
        t.is(line.outbox.queuedWords, 0)
        t.is(line.filled > 0, line.sent.length > 0)
      }),
      { numRuns: 60 },
    )
  })
}

test('messages of one kind share a header; any other message begins anew', (t) => {
  const line = new Line(1024)
  for (let i = 0; i < 10; i++) line.message(0, 0, 3, 0)
  line.message(0, 0, 3, 5)
  line.message(0, 1, 3, 5)
  line.message(1, 1, 3, 5)
  line.message(1, 1, 2, 5)
  line.finish()
  t.deepEqual(line.batches, [RUN_HEAD_WORDS * 5 + 10 * 3 + 3 * 3 + 2])
})

test('the messages of a run are counted when it ends, and before any of it is published', (t) => {
  const line = new Line(1024)
  const { counts } = line.owners[0]!
  for (let i = 0; i < 10; i++) line.message(0, 0, 1, 0)
  t.is(counts[DST], 0)
  line.frame(0)
  t.is(counts[DST], 10)
  line.message(0, 0, 1, 0)
  line.outbox.flush(FLUSH_EXPLICIT)
  t.is(counts[DST], 11)
})

test('batches grow while a stream lasts, and the first after a flush is small again', (t) => {
  const line = new Line(2 ** 14)
  const stream = (messages: number): void => {
    for (let i = 0; i < messages; i++) {
      line.frame(0)
      line.read()
    }
  }
  stream(256 + 512 + 1024 + 2048 + 2048 + 1)
  t.deepEqual(line.batches, [256, 512, 1024, 2048, 2048])
  t.is(line.row[COUNTER.flushesBySize], 5)
  line.outbox.flush(FLUSH_EXPLICIT)
  stream(256 + 1)
  t.deepEqual(line.batches.slice(5), [1, 256])
  t.is(line.row[COUNTER.flushesExplicit], 1)
})

test('above the high-water mark everything queues behind what queues already', (t) => {
  const line = new Line(64)
  while (line.outbox.isOpen) line.message(0, 0, 4, 0)
  line.outbox.flush(FLUSH_EXPLICIT)
  line.read()
  // There is room again, but what waits comes first.
  line.frame(3)
  t.false(line.outbox.isOpen)
  t.true(line.outbox.queuedWords > 0)
  line.finish()
  t.true(line.outbox.isDrained())
  t.deepEqual(line.arrived, line.sent)
})

test('beyond its bound an outbox refuses, and forgets nothing that it took', (t) => {
  const line = new Line(64, CHUNK_WORDS)
  const error = t.throws(
    () => {
      for (;;) line.message(0, 0, 4, 0)
    },
    { code: 'ORUJO_OVERFLOW' },
  )
  t.regex(error.message, /drain/)
  const { length } = line.sent
  t.true(length * 4 <= CHUNK_WORDS + 64 && length * 4 > CHUNK_WORDS / 2)
  t.throws(() => line.frame(10), { code: 'ORUJO_OVERFLOW' })
  line.outbox.isBounded = false
  line.frame(10)
  line.outbox.isBounded = true
  line.finish()
  t.deepEqual(line.arrived, line.sent)
  t.is(line.owners[0]!.counts[DST], length)
  t.is(line.outbox.messages, length + 1)
})

test('a frame that would never fit is a defect', (t) => {
  const line = new Line(64)
  line.frame(line.outbox.maxFrameWords - 1)
  t.throws(() => line.frame(line.outbox.maxFrameWords), { code: 'ORUJO_INVARIANT' })
  line.finish()
  t.deepEqual(line.arrived, line.sent)
})

test('after the end nothing is taken, queued or published', (t) => {
  const line = new Line(64)
  while (line.outbox.isOpen) line.message(0, 0, 1, 0)
  const end = new Error('the end')
  line.outbox.end(end)
  t.is(line.outbox.runDefinition, undefined)
  t.is(line.outbox.queuedWords, 0)
  t.is(
    t.throws(() => line.message(0, 0, 1, 0)),
    end,
  )
  t.is(
    t.throws(() => line.frame(1)),
    end,
  )
  t.false(line.outbox.flush(FLUSH_EXPLICIT))
})
