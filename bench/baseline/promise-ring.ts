/**
 * Hand-written ring with a promise per call: async loops on one thread, 256 or a single one, call
 * the other thread and await each answer. What a good programmer writes for exactly this job: four
 * words there, one back, and no call number, because answers come in the order of the calls.
 *
 * Shared words as in ring.ts, for one ring of calls and one of answers.
 * Ordering    both rings FIFO, so the oldest unanswered call owns the next answer.
 * Bounds      IN_FLIGHT calls, fewer than either ring holds: neither can be full.
 */
import { performance } from 'node:perf_hooks'
import {
  microsecondsEach,
  millionsPerSecond,
  scaled,
  verify,
  type MicroCase,
  type Subject,
} from '../harness/case.ts'
import { Pair, type Outcome } from './pair.ts'

const COUNT = 500_000
const ONE_COUNT = 200_000
const IN_FLIGHT = 256
/** Calls written before they are published, so that the other thread can begin on them. */
const BATCH = 32
const CALL_WORDS = 4
/** Words of a ring; a power of two of at least IN_FLIGHT messages. */
const CALL_CAPACITY = IN_FLIGHT * CALL_WORDS * 2
const ANSWER_CAPACITY = IN_FLIGHT * 2
/** Ints, a cache line pair apart. Neither ring can be full, so only the tails are shared. */
const CALL_TAIL = 0
const ANSWER_TAIL = 32
const CONTROL_BYTES = 256
const MEMORY_BYTES = CONTROL_BYTES + (CALL_CAPACITY + ANSWER_CAPACITY) * 8

export const handWrittenPromiseRing: MicroCase = {
  name: 'promise-ring.hand-written',
  unit: 'M/s',
  better: 'more',
  baseline: 'ring.hand-written',
  open: () =>
    openAsking('ask', async (pair, scale) => {
      const count = scaled(COUNT / IN_FLIGHT, scale) * IN_FLIGHT
      const [{ seconds, sum }] = await pair.run(count)
      verify('promise-ring.hand-written', sum, expectedSum(count))
      return millionsPerSecond(count, seconds)
    }),
}

/** One call in flight: a ping-pong that can be awaited, the least that a blocking call costs. */
export const handWrittenPromiseRingOne: MicroCase = {
  name: 'promise-ring.hand-written.1',
  unit: 'us/call',
  better: 'less',
  baseline: 'ping-pong.hand-written',
  open: () =>
    openAsking('ask-one', async (pair, scale) => {
      const count = scaled(ONE_COUNT, scale)
      const [{ seconds, sum }] = await pair.run(count)
      verify('promise-ring.hand-written.1', sum, expectedSum(count))
      return microsecondsEach(count, seconds)
    }),
}

async function openAsking(
  role: 'ask' | 'ask-one',
  trial: (pair: Pair, scale: number) => Promise<number>,
): Promise<Subject> {
  const pair = await Pair.open(role, 'answer', new SharedArrayBuffer(MEMORY_BYTES))
  return { trial: (scale) => trial(pair, scale), close: () => pair.close() }
}

/** Call i has the arguments (i, 2 i, 3 i), and every loop makes its share of the calls. */
function expectedSum(count: number): number {
  return 3 * count * (count - 1)
}

/** The calling side: a ring of calls, a ring of answers, and the resolvers of calls in flight. */
class Asker {
  readonly #control: Int32Array
  readonly #calls: Float64Array
  readonly #answers: Float64Array
  readonly #resolvers: ((value: number) => void)[]
  readonly #addResolver: (resolve: (value: number) => void) => void
  /** Resolved: awaiting it lets the callers that have their answers run first. */
  readonly #turn = Promise.resolve()
  #callTail: number
  #answerHead: number
  #asked = 0
  #answered = 0

  constructor(memory: SharedArrayBuffer) {
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
    this.#calls = new Float64Array(memory, CONTROL_BYTES, CALL_CAPACITY)
    this.#answers = new Float64Array(memory, CONTROL_BYTES + CALL_CAPACITY * 8, ANSWER_CAPACITY)
    this.#callTail = Atomics.load(this.#control, CALL_TAIL)
    this.#answerHead = Atomics.load(this.#control, ANSWER_TAIL)
    this.#resolvers = new Array<(value: number) => void>(IN_FLIGHT * 2)
    // one executor for all calls, so that a call makes a promise and nothing else
    this.#addResolver = (resolve) => {
      this.#resolvers[this.#asked++ & (IN_FLIGHT * 2 - 1)] = resolve
    }
  }

  call(a: number, b: number, c: number): Promise<number> {
    const at = this.#callTail & (CALL_CAPACITY - 1)
    const calls = this.#calls
    calls[at] = 1
    calls[at + 1] = a
    calls[at + 2] = b
    calls[at + 3] = c
    this.#callTail = (this.#callTail + CALL_WORDS) | 0
    if ((this.#callTail & (BATCH * CALL_WORDS - 1)) === 0) this.#publish()
    return new Promise(this.#addResolver)
  }

  /** Hands answers out until `count` have come. Suspends: callers run on with their answers. */
  async pump(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      this.#publish()
      const before = this.#answered
      this.#takeAnswers()
      left -= this.#answered - before
      await this.#turn
    }
  }

  #publish(): void {
    Atomics.store(this.#control, CALL_TAIL, this.#callTail)
  }

  #takeAnswers(): void {
    let tail = Atomics.load(this.#control, ANSWER_TAIL)
    while (tail === this.#answerHead) tail = Atomics.load(this.#control, ANSWER_TAIL)
    for (; this.#answerHead !== tail; this.#answerHead = (this.#answerHead + 1) | 0) {
      const value = this.#answers[this.#answerHead & (ANSWER_CAPACITY - 1)]!
      this.#resolvers[this.#answered++ & (IN_FLIGHT * 2 - 1)]!(value)
    }
  }
}

export function ask(memory: SharedArrayBuffer, count: number): Promise<Outcome> {
  return askInLoops(memory, count, IN_FLIGHT)
}

export function askOne(memory: SharedArrayBuffer, count: number): Promise<Outcome> {
  return askInLoops(memory, count, 1)
}

async function askInLoops(
  memory: SharedArrayBuffer,
  count: number,
  inFlight: number,
): Promise<Outcome> {
  const asker = new Asker(memory)
  const loops: Promise<number>[] = []
  const start = performance.now()
  for (let first = 0; first < inFlight; first++) {
    loops.push(askInLoop(asker, first, inFlight, count))
  }
  await asker.pump(count)
  const sums = await Promise.all(loops)
  const seconds = (performance.now() - start) / 1000
  return { seconds, sum: sums.reduce((left, right) => left + right, 0) }
}

async function askInLoop(
  asker: Asker,
  first: number,
  step: number,
  count: number,
): Promise<number> {
  let sum = 0
  for (let i = first; i < count; i += step) sum += await asker.call(i, 2 * i, 3 * i)
  return sum
}

export function answer(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  const calls = new Float64Array(memory, CONTROL_BYTES, CALL_CAPACITY)
  const answers = new Float64Array(memory, CONTROL_BYTES + CALL_CAPACITY * 8, ANSWER_CAPACITY)
  let answerTail = Atomics.load(control, ANSWER_TAIL)
  let callHead = (answerTail * CALL_WORDS) | 0
  const start = performance.now()
  for (let left = count; left > 0;) {
    const callTail = Atomics.load(control, CALL_TAIL)
    if (callHead === callTail) continue
    for (; callHead !== callTail; callHead = (callHead + CALL_WORDS) | 0) {
      const at = callHead & (CALL_CAPACITY - 1)
      answers[answerTail & (ANSWER_CAPACITY - 1)] = calls[at + 1]! + calls[at + 2]! + calls[at + 3]!
      answerTail = (answerTail + 1) | 0
      left--
    }
    Atomics.store(control, ANSWER_TAIL, answerTail)
  }
  return { seconds: (performance.now() - start) / 1000, sum: 0 }
}
