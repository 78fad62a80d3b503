/**
 * Comlink: a remote function with three numeric arguments on one worker, called one after another
 * and pipelined. A native MessageChannel, no adapter, as its documentation advises for Node.
 */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { MessageChannel, Worker } from 'node:worker_threads'
import { releaseProxy, wrap, type Remote } from 'comlink'
import {
  microsecondsEach,
  millionsPerSecond,
  scaled,
  verify,
  type MicroCase,
  type Subject,
} from '../harness/case.ts'
import type { ComlinkApi } from './comlink-thread.ts'

const CALL_COUNT = 2_000
const PIPELINED_COUNT = 5_000

export const comlinkCall: MicroCase = {
  name: 'comlink.call',
  unit: 'us/call',
  better: 'less',
  baseline: 'postMessage.ping-pong',
  open: () =>
    openComlink(async (remote, scale) => {
      const count = scaled(CALL_COUNT, scale)
      let sum = 0
      const start = performance.now()
      for (let i = 0; i < count; i++) sum += await remote(i, 2 * i, 3 * i)
      const seconds = (performance.now() - start) / 1000
      verify('comlink.call', sum, 3 * count * (count - 1))
      return microsecondsEach(count, seconds)
    }),
}

export const comlinkPipelined: MicroCase = {
  name: 'comlink.pipelined',
  unit: 'M/s',
  better: 'more',
  baseline: 'postMessage.pipelined',
  open: () =>
    openComlink(async (remote, scale) => {
      const count = scaled(PIPELINED_COUNT, scale)
      const calls: Promise<number>[] = []
      const start = performance.now()
      for (let i = 0; i < count; i++) calls.push(remote(i, 2 * i, 3 * i))
      const sum = (await Promise.all(calls)).reduce((left, right) => left + right, 0)
      const seconds = (performance.now() - start) / 1000
      verify('comlink.pipelined', sum, 3 * count * (count - 1))
      return millionsPerSecond(count, seconds)
    }),
}

type RemoteAdd = Remote<ComlinkApi>['add']

async function openComlink(
  trial: (remote: RemoteAdd, scale: number) => Promise<number>,
): Promise<Subject> {
  const worker = new Worker(new URL('./comlink-thread.js', import.meta.url))
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(port2, [port2])
  await once(worker, 'message')
  // a MessagePort of Node has what Comlink asks of an endpoint, though its types say otherwise
  const api = wrap<ComlinkApi>(port1)
  // property access makes a proxy each time: taken once, as a careful user would
  const remote = api.add
  return {
    trial: (scale) => trial(remote, scale),
    async close() {
      api[releaseProxy]()
      port1.close()
      await worker.terminate()
    },
  }
}
