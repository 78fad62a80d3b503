/**
 * Hand-written ping-pong: three arguments there, their sum back, one call in flight, both threads
 * spinning. The least that a blocking call between two threads can cost in JavaScript: no promise,
 * no event loop, no look at any other work.
 *
 * Shared words PING written by the asker publishes the arguments, PONG written by the answerer
 *             publishes the sum; each lies on one cache line with the words that it publishes.
 */
import { performance } from 'node:perf_hooks'
import { microsecondsEach, scaled, verify, type MicroCase, type Subject } from '../harness/case.ts'
import { Pair, type Outcome } from './pair.ts'

const NAME = 'ping-pong.hand-written'
const COUNT = 200_000
/** Ints; the words that they publish begin 8 bytes later. */
const PING = 0
const PONG = 32
const ARGUMENTS = PING / 2 + 1
const RESULT = PONG / 2 + 1
const MEMORY_BYTES = 256

export const handWrittenPingPong: MicroCase = {
  name: NAME,
  unit: 'us/call',
  better: 'less',
  baseline: 'postMessage.ping-pong',
  async open(): Promise<Subject> {
    const pair = await Pair.open('ping', 'pong', new SharedArrayBuffer(MEMORY_BYTES))
    return {
      async trial(scale) {
        const count = scaled(COUNT, scale)
        const [{ seconds, sum }] = await pair.run(count)
        verify(NAME, sum, 3 * count * (count - 1))
        return microsecondsEach(count, seconds)
      },
      close: () => pair.close(),
    }
  },
}

/** Call i has the arguments (i, 2 i, 3 i). */
export function ping(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory)
  const words = new Float64Array(memory)
  const first = Atomics.load(control, PING)
  let sum = 0
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    words[ARGUMENTS] = i
    words[ARGUMENTS + 1] = 2 * i
    words[ARGUMENTS + 2] = 3 * i
    const turn = (first + i + 1) | 0
    Atomics.store(control, PING, turn)
    while (Atomics.load(control, PONG) !== turn);
    sum += words[RESULT]!
  }
  return { seconds: (performance.now() - start) / 1000, sum }
}

export function pong(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory)
  const words = new Float64Array(memory)
  const first = Atomics.load(control, PONG)
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const turn = (first + i + 1) | 0
    while (Atomics.load(control, PING) !== turn);
    words[RESULT] = words[ARGUMENTS]! + words[ARGUMENTS + 1]! + words[ARGUMENTS + 2]!
    Atomics.store(control, PONG, turn)
  }
  return { seconds: (performance.now() - start) / 1000, sum: 0 }
}
