/** The threads transport does what every transport must do, also on threads of their own. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { RING_CONTROL_INTS } from '#core/transport/ring.js'
import {
  ThreadsTransport,
  closeThreads,
  loseEndpoint,
  threadsMemory,
  type ThreadsMemory,
} from '#core/transport/threads.js'
import { CLOSED, LOST } from '#core/transport/transport.js'
import { exchange } from '../support/traffic.ts'
import type { TransportReport, TransportWork } from '../support/transport-worker.ts'
import { transportConformance } from './transport.ts'

/** Memory whose ring positions begin at `firstPosition`; control words of rings come last in it. */
function memoryAt(endpoints: number, ringWords: number, firstPosition: number): ThreadsMemory {
  const memory = threadsMemory(endpoints, ringWords)
  const rings = endpoints * endpoints
  new Int32Array(memory.control).fill(firstPosition, -rings * RING_CONTROL_INTS)
  return memory
}

transportConformance((endpoints, ringWords, firstPosition) => {
  const memory = memoryAt(endpoints, ringWords, firstPosition)
  const numbers = Array.from({ length: endpoints }, (_, endpoint) => endpoint)
  return {
    transports: numbers.map((endpoint) => new ThreadsTransport(memory, endpoint)),
    advance: () => undefined,
    settle: () => undefined,
    lose: (endpoint) => loseEndpoint(memory, endpoint),
    close: () => closeThreads(memory),
  }
})

function startWorker(work: TransportWork): Worker {
  return new Worker(new URL('../support/transport-worker.js', import.meta.url), {
    workerData: work,
  })
}

async function nextReport(worker: Worker): Promise<TransportReport> {
  const [report] = (await once(worker, 'message')) as [TransportReport] // the worker's only posts
  return report
}

for (const cores of [1, 2, 4]) {
  const threads = cores === 1 ? '1 thread' : `${cores} threads`
  test(`${threads} and the host exchange 100,000 messages whole and in order`, async (t) => {
    const endpoints = cores + 1
    const memory = memoryAt(endpoints, 64, 2 ** 31 - 1000)
    const messages = Math.ceil(100_000 / endpoints ** 2)
    const workers = Array.from({ length: cores }, (_, endpoint) =>
      startWorker({ memory, endpoint, messages }),
    )
    const exits = workers.map((worker) => once(worker, 'exit'))
    const reports = workers.map(nextReport)
    await exchange(new ThreadsTransport(memory, cores), messages)
    for (const report of await Promise.all(reports)) t.is(report.kind, 'exchanged')
    await Promise.all(exits)
  })
}

for (const [end, state, lostEndpoint] of [
  [closeThreads, CLOSED, -1],
  [(memory: ThreadsMemory) => loseEndpoint(memory, 1), LOST, 1],
] as const) {
  test(`threads that sleep wake up and see state ${state}`, async (t) => {
    const memory = threadsMemory(3, 64)
    const workers = [0, 1].map((endpoint) => startWorker({ memory, endpoint, messages: undefined }))
    const exits = workers.map((worker) => once(worker, 'exit'))
    for (const report of await Promise.all(workers.map(nextReport))) t.is(report.kind, 'parking')
    const ends = workers.map(nextReport)
    end(memory)
    for (const report of await Promise.all(ends)) {
      t.deepEqual(report, { kind: 'ended', state, lostEndpoint })
    }
    await Promise.all(exits)
  })
}
