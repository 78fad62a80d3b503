/**
 * One thread: what the same work costs with no runtime at all, a plain loop and a plain call of an
 * async function. mitata takes the samples here, because nothing crosses threads.
 */
import { measure } from 'mitata'
import { millionsPerSecond, verify, type MicroCase } from '../harness/case.ts'

/** Iterations of the loop for one sample of mitata. */
const LOOP_COUNT = 1_000_000
/** Async calls that run side by side for one sample. */
const CALL_COUNT = 1_000
/** For mitata: 50 ms a trial, and no batching, because one sample is long enough to time alone. */
const MEASURE = { min_cpu_time: 50e6, batch_threshold: 0, gc: false } as const

/** Adds up the index in a typed array, as the body of `forall.sync` does. */
export const plainLoop: MicroCase = {
  name: 'loop.plain',
  unit: 'M/s',
  better: 'more',
  open() {
    const sums = new Float64Array(1)
    return {
      trial: () => measureRate('loop.plain', LOOP_COUNT, () => addUp(sums, LOOP_COUNT)),
      close: () => Promise.resolve(),
    }
  },
}

function addUp(sums: Float64Array, count: number): number {
  sums[0] = 0
  for (let i = 0; i < count; i++) sums[0] += i
  return sums[0]
}

/** Calls an async function many times and awaits every answer: tasks without a scheduler. */
export const asyncCall: MicroCase = {
  name: 'async-call.plain',
  unit: 'M/s',
  better: 'more',
  open() {
    return {
      trial: () => measureRate('async-call.plain', CALL_COUNT, () => callAll(CALL_COUNT)),
      close: () => Promise.resolve(),
    }
  },
}

async function callAll(count: number): Promise<number> {
  const answers: Promise<number>[] = []
  for (let i = 0; i < count; i++) answers.push(answerWith(i))
  let sum = 0
  for (const answer of answers) sum += await answer
  return sum
}

// the cost of an async function is what is measured, so it has nothing to await
// eslint-disable-next-line @typescript-eslint/require-await
async function answerWith(value: number): Promise<number> {
  return value
}

/** Operations a second of `body`, which does `count` of them and answers 0 + 1 + .. + count - 1. */
async function measureRate(
  name: string,
  count: number,
  body: () => number | Promise<number>,
): Promise<number> {
  verify(name, await body(), (count * (count - 1)) / 2)
  const { p50 } = await measure(body, { ...MEASURE })
  return millionsPerSecond(count, p50 / 1e9)
}
