/**
 * Peers: the same work by Comlink, Piscina and postMessage, from the main thread to one worker.
 * Each as its documentation advises and no slower than need be: native ports without adapters, a
 * proxy looked up once, a pool whose thread never waits for its next task, one listener a round.
 *
 * Ownership   `openPeers` starts two threads; disposing of what it returns ends them.
 */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import { releaseProxy, wrap } from 'comlink'
import { Piscina } from 'piscina'
import { callAll, IN_FLIGHT, type Contender, type Round } from './contender.ts'
import type { Numbers, PeerApi, PeerPorts } from './peer-thread.ts'

type Add = (a: number, b: number, c: number) => Promise<number>

export interface Peers extends AsyncDisposable {
  readonly contenders: readonly Contender[]
}

export async function openPeers(): Promise<Peers> {
  const [comlink, pingPong, oneWay] = [0, 1, 2].map(() => new MessageChannel()) as Channels
  const ports: PeerPorts = {
    comlink: comlink.port2,
    pingPong: pingPong.port2,
    oneWay: oneWay.port2,
  }
  const worker = new Worker(new URL('./peer-thread.js', import.meta.url), {
    workerData: ports,
    transferList: Object.values(ports) as MessagePort[],
  })
  await once(worker, 'message')
  const api = wrap<PeerApi>(comlink.port1)
  const pool = openPool()
  // Each access to a property makes a proxy: taken once, as a careful user would.
  const remoteAdd: Add = api.add
  const poolAdd: Add = (a, b, c) => pool.run([a, b, c])
  return {
    contenders: [
      contender('postMessage', 'one-way', (count) => postAll(oneWay.port1, count)),
      contender('Comlink call', 'in-flight', (count) => callAll(count, IN_FLIGHT, remoteAdd)),
      contender('Piscina run', 'in-flight', (count) => callAll(count, IN_FLIGHT, poolAdd)),
      contender('postMessage', 'one-by-one', (count) => pingPongAll(pingPong.port1, count)),
      contender('Comlink call', 'one-by-one', (count) => callAll(count, 1, remoteAdd)),
      contender('Piscina run', 'one-by-one', (count) => callAll(count, 1, poolAdd)),
    ],
    async [Symbol.asyncDispose]() {
      api[releaseProxy]()
      for (const { port1 } of [comlink, pingPong, oneWay]) port1.close()
      await Promise.all([worker.terminate(), pool.close()])
    },
  }
}

type Channels = [MessageChannel, MessageChannel, MessageChannel]

function openPool(): Piscina<Numbers, number> {
  return new Piscina({
    filename: fileURLToPath(new URL('./peer-task.js', import.meta.url)),
    name: 'add',
    minThreads: 1,
    maxThreads: 1,
    // By default a thread gets its next task when it has ended the one before: several times
    // slower.
    concurrentTasksPerWorker: IN_FLIGHT,
    idleTimeout: Infinity,
  })
}

function contender(
  name: string,
  discipline: Contender['discipline'],
  work: (count: number) => Promise<number>,
): Contender {
  return {
    name,
    discipline,
    async run(count): Promise<Round> {
      const start = performance.now()
      const sum = await work(count)
      return { seconds: (performance.now() - start) / 1000, sum }
    },
  }
}

async function postAll(port: MessagePort, count: number): Promise<number> {
  for (let i = 0; i < count; i++) port.postMessage([i, 2 * i, 3 * i])
  port.postMessage([])
  const [sum] = (await once(port, 'message')) as [number]
  return sum
}

function pingPongAll(port: MessagePort, count: number): Promise<number> {
  return new Promise((resolve) => {
    let answered = 0
    let sum = 0
    const post = (): void => port.postMessage([answered, 2 * answered, 3 * answered])
    const onAnswer = (answer: number): void => {
      sum += answer
      answered++
      if (answered < count) return post()
      port.off('message', onAnswer)
      resolve(sum)
    }
    port.on('message', onAnswer)
    post()
  })
}
