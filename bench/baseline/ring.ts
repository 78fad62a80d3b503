/**
 * Hand-written ring: one thread fills messages of four words into a Float64Array, the other reads
 * and sums them. No operations, no dispatch, no flow control but "full": what a good programmer
 * writes for exactly this job, and therefore the limit for anything general in JavaScript.
 *
 * Shared words TAIL written by the producer publishes the messages before it; HEAD written by the
 *             consumer gives their space back. Positions count words modulo 2^32.
 * Ordering    FIFO; published in batches of BATCH messages.
 * Bounds      CAPACITY words.
 */
import { performance } from 'node:perf_hooks'
import { millionsPerSecond, scaled, verify, type MicroCase, type Subject } from '../harness/case.ts'
import { Pair, type Outcome } from './pair.ts'

const NAME = 'ring.hand-written'
const COUNT = 10_000_000
/** 128 KiB of messages: two thirds of a level-2 cache hold it with room to spare. */
const CAPACITY = 1 << 14
const MESSAGE_WORDS = 4
/** Messages for one atomic store: enough to make it vanish, few enough to keep the reader near. */
const BATCH = 256
/** Control words lie a cache line pair apart. */
const TAIL = 0
const HEAD = 32
const CONTROL_BYTES = 256

export const handWrittenRing: MicroCase = {
  name: NAME,
  unit: 'M/s',
  better: 'more',
  baseline: 'postMessage.pipelined',
  async open(): Promise<Subject> {
    const memory = new SharedArrayBuffer(CONTROL_BYTES + CAPACITY * 8)
    const pair = await Pair.open('produce', 'consume', memory)
    return {
      async trial(scale) {
        const count = scaled(COUNT, scale)
        const [{ seconds }, { sum }] = await pair.run(count)
        verify(NAME, sum, expectedSum(count))
        return millionsPerSecond(count, seconds)
      },
      close: () => pair.close(),
    }
  },
}

/** Message i is (1, i, 2 i, 3 i). */
function expectedSum(count: number): number {
  return count + 3 * count * (count - 1)
}

/** Producer: the clock stops when the consumer has given everything back. */
export function produce(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  const data = new Float64Array(memory, CONTROL_BYTES)
  const mask = data.length - 1
  let tail = Atomics.load(control, TAIL)
  let head = Atomics.load(control, HEAD)
  const start = performance.now()
  for (let i = 0; i < count;) {
    while (((tail - head) | 0) > CAPACITY - BATCH * MESSAGE_WORDS) {
      head = Atomics.load(control, HEAD)
    }
    const end = Math.min(i + BATCH, count)
    for (; i < end; i++) {
      const at = tail & mask
      data[at] = 1
      data[at + 1] = i
      data[at + 2] = 2 * i
      data[at + 3] = 3 * i
      tail = (tail + MESSAGE_WORDS) | 0
    }
    Atomics.store(control, TAIL, tail)
  }
  while (Atomics.load(control, HEAD) !== tail) continue
  return { seconds: (performance.now() - start) / 1000, sum: 0 }
}

export function consume(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  const data = new Float64Array(memory, CONTROL_BYTES)
  const mask = data.length - 1
  let head = Atomics.load(control, HEAD)
  let sum = 0
  const start = performance.now()
  for (let received = 0; received < count;) {
    const tail = Atomics.load(control, TAIL)
    if (tail === head) continue
    received += ((tail - head) | 0) / MESSAGE_WORDS
    while (head !== tail) {
      const at = head & mask
      sum += data[at]! + data[at + 1]! + data[at + 2]! + data[at + 3]!
      head = (head + MESSAGE_WORDS) | 0
    }
    Atomics.store(control, HEAD, head)
  }
  return { seconds: (performance.now() - start) / 1000, sum }
}
