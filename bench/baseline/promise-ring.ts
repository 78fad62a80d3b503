/**
 * Hand-written ring with a promise per call: 256 async loops on one thread call the other and await
 * each answer. What a good programmer writes for exactly this job: four words there, one back, and
 * no call number, because answers come in the order of the calls.
 *
 * Shared words as in ring.ts, for one ring of calls and one of answers.
 * Ordering    both rings FIFO, so the oldest unanswered call owns the next answer.
 * Bounds      IN_FLIGHT calls, fewer than either ring holds: neither can be full.
 */
import { performance } from 'node:perf_hooks'
import { millionsPerSecond, scaled, verify, type MicroCase, type Subject } from '../harness/case.ts'
import { Pair, type Outcome } from './pair.ts'

const NAME = 'promise-ring.hand-written'
const COUNT = 500_000
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
  name: NAME,
  unit: 'M/s',
  better: 'more',
  baseline: 'ring.hand-written',
  async open(): Promise<Subject> {
    const pair = await Pair.open('ask', 'answer', new SharedArrayBuffer(MEMORY_BYTES))
    return {
      async trial(scale) {
        const count = scaled(COUNT / IN_FLIGHT, scale) * IN_FLIGHT
        const [{ seconds, sum }] = await pair.run(count)
        verify(NAME, sum, 3 * count * (count - 1))
        return millionsPerSecond(count, seconds)
      },
      close: () => pair.close(),
    }
  },
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

/** Call i has the arguments (i, 2 i, 3 i); every loop makes its share of the calls. */
export async function ask(memory: SharedArrayBuffer, count: number): Promise<Outcome> {
  const asker = new Asker(memory)
  const loops: Promise<number>[] = []
  const start = performance.now()
  for (let loop = 0; loop < IN_FLIGHT; loop++) loops.push(askInLoop(asker, loop, count))
  await asker.pump(count)
  const sums = await Promise.all(loops)
  const seconds = (performance.now() - start) / 1000
  return { seconds, sum: sums.reduce((left, right) => left + right, 0) }
}

async function askInLoop(asker: Asker, first: number, count: number): Promise<number> {
  let sum = 0
  for (let i = first; i < count; i += IN_FLIGHT) sum += await asker.call(i, 2 * i, 3 * i)
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
