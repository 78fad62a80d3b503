/**
 * postMessage: three numbers posted to a worker, one after another with an answer each, and
 * pipelined without answers. What everything built on message ports pays at least.
 */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import {
  microsecondsEach,
  millionsPerSecond,
  scaled,
  verify,
  type MicroCase,
  type Subject,
} from '../harness/case.ts'

const PING_PONG_COUNT = 5_000
const PIPELINED_COUNT = 100_000

export const postMessagePingPong: MicroCase = {
  name: 'postMessage.ping-pong',
  unit: 'us/call',
  better: 'less',
  baseline: 'ping-pong.hand-written',
  open: () =>
    openThread('answer-each', async (worker, scale) => {
      const count = scaled(PING_PONG_COUNT, scale)
      const start = performance.now()
      const sum = await pingPong(worker, count)
      const seconds = (performance.now() - start) / 1000
      verify('postMessage.ping-pong', sum, 3 * count * (count - 1))
      return microsecondsEach(count, seconds)
    }),
}

export const postMessagePipelined: MicroCase = {
  name: 'postMessage.pipelined',
  unit: 'M/s',
  better: 'more',
  baseline: 'ring.hand-written',
  open: () =>
    openThread('sum-up', async (worker, scale) => {
      const count = scaled(PIPELINED_COUNT, scale)
      const start = performance.now()
      for (let i = 0; i < count; i++) worker.postMessage([i, 2 * i, 3 * i])
      worker.postMessage([])
      const [sum] = (await once(worker, 'message')) as [number]
      const seconds = (performance.now() - start) / 1000
      verify('postMessage.pipelined', sum, 3 * count * (count - 1))
      return millionsPerSecond(count, seconds)
    }),
}

/** One listener for the whole trial: adding one for each answer would be measured too. */
function pingPong(worker: Worker, count: number): Promise<number> {
  return new Promise((resolve) => {
    let answered = 0
    let sum = 0
    const post = (): void => worker.postMessage([answered, 2 * answered, 3 * answered])
    const onAnswer = (value: number): void => {
      sum += value
      answered++
      if (answered < count) return post()
      worker.off('message', onAnswer)
      resolve(sum)
    }
    worker.on('message', onAnswer)
    post()
  })
}

/** How the worker answers: every message at once, or an empty message with the sum of all. */
export type PostMessageMode = 'answer-each' | 'sum-up'

async function openThread(
  mode: PostMessageMode,
  trial: (worker: Worker, scale: number) => Promise<number>,
): Promise<Subject> {
  const url = new URL('./post-message-thread.js', import.meta.url)
  const worker = new Worker(url, { workerData: mode })
  await once(worker, 'message')
  return {
    trial: (scale) => trial(worker, scale),
    async close() {
      await worker.terminate()
    },
  }
}
