/**
 * Hand-written theft: one thread lays out records of 64 bytes, the other takes them by one
 * compare-and-swap each and sums them. No tasks, no owner that pops, no completion: what moving one
 * record to another core by compare-and-swap costs at least.
 *
 * Shared words BOTTOM written by the owner publishes the records before it; TOP moved by the thief.
 *             Positions count records modulo 2^32.
 * Bounds      CAPACITY records.
 */
import { performance } from 'node:perf_hooks'
import { microsecondsEach, scaled, verify, type MicroCase, type Subject } from '../harness/case.ts'
import { Pair, type Outcome } from './pair.ts'

const NAME = 'steal.hand-written'
const COUNT = 1_000_000
const CAPACITY = 1 << 12
const RECORD_WORDS = 8
/** Records for one atomic store. */
const BATCH = 64
/** Control words lie a cache line pair apart. */
const BOTTOM = 0
const TOP = 32
const CONTROL_BYTES = 256

export const handWrittenSteal: MicroCase = {
  name: NAME,
  unit: 'us',
  better: 'less',
  async open(): Promise<Subject> {
    const memory = new SharedArrayBuffer(CONTROL_BYTES + CAPACITY * RECORD_WORDS * 8)
    const pair = await Pair.open('lay-out', 'steal', memory)
    return {
      async trial(scale) {
        const count = scaled(COUNT / BATCH, scale) * BATCH
        const [, { seconds, sum }] = await pair.run(count)
        verify(NAME, sum, (count * (count - 1)) / 2)
        return microsecondsEach(count, seconds)
      },
      close: () => pair.close(),
    }
  },
}

/** Owner: keeps the deque full. */
export function layOut(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  const data = new Float64Array(memory, CONTROL_BYTES)
  let bottom = Atomics.load(control, BOTTOM)
  const start = performance.now()
  for (let i = 0; i < count;) {
    if (((bottom - Atomics.load(control, TOP)) | 0) > CAPACITY - BATCH) continue
    for (const end = i + BATCH; i < end; i++) {
      const at = (bottom & (CAPACITY - 1)) * RECORD_WORDS
      for (let word = 0; word < RECORD_WORDS; word++) data[at + word] = i
      bottom = (bottom + 1) | 0
    }
    Atomics.store(control, BOTTOM, bottom)
  }
  while (Atomics.load(control, TOP) !== bottom) continue
  return { seconds: (performance.now() - start) / 1000, sum: 0 }
}

/** Thief: the clock runs from its first record on. */
export function steal(memory: SharedArrayBuffer, count: number): Outcome {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  const data = new Float64Array(memory, CONTROL_BYTES)
  const copy = new Float64Array(RECORD_WORDS)
  let sum = 0
  let start = 0
  for (let taken = 0; taken < count;) {
    const top = Atomics.load(control, TOP)
    if (((Atomics.load(control, BOTTOM) - top) | 0) <= 0) continue
    if (taken === 0) start = performance.now()
    const at = (top & (CAPACITY - 1)) * RECORD_WORDS
    for (let word = 0; word < RECORD_WORDS; word++) copy[word] = data[at + word]!
    if (Atomics.compareExchange(control, TOP, top, (top + 1) | 0) !== top) continue
    sum += copy[taken & (RECORD_WORDS - 1)]!
    taken++
  }
  return { seconds: (performance.now() - start) / 1000, sum }
}
