/**
 * Entry of the thread that Comlink and postMessage talk to, each through a port of its own.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { expose } from 'comlink'

/** The thread's ends of the channels. */
export interface PeerPorts {
  readonly comlink: MessagePort
  /** Each message is answered with its sum. */
  readonly pingPong: MessagePort
  /** An empty message is answered with the sum of all before it. */
  readonly oneWay: MessagePort
}

export interface PeerApi {
  add(a: number, b: number, c: number): number
}

/** Three numbers, or nothing. */
export type Numbers = [number, number, number] | []

function listen({ comlink, pingPong, oneWay }: PeerPorts): void {
  const api: PeerApi = { add: (a, b, c) => a + b + c }
  expose(api, comlink)
  comlink.start()
  pingPong.on('message', ([a = 0, b = 0, c = 0]: Numbers) => pingPong.postMessage(a + b + c))
  let sum = 0
  oneWay.on('message', (numbers: Numbers) => {
    if (numbers.length > 0) {
      const [a = 0, b = 0, c = 0] = numbers
      sum += a + b + c
      return
    }
    oneWay.postMessage(sum)
    sum = 0
  })
}

// tidy inert-modules: a thread begins with its entry
listen(workerData as PeerPorts)
// tidy inert-modules: a thread begins with its entry
parentPort!.postMessage('listening')
