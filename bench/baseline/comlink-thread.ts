/** Entry of the worker behind the Comlink baseline: one function of three numbers. */
import { once } from 'node:events'
import { parentPort, type MessagePort } from 'node:worker_threads'
import { expose } from 'comlink'

export interface ComlinkApi {
  add(a: number, b: number, c: number): number
}

const api: ComlinkApi = {
  add: (a, b, c) => a + b + c,
}

const [port] = (await once(parentPort!, 'message')) as [MessagePort]
// a MessagePort of Node has what Comlink asks of an endpoint, though its types say otherwise
expose(api, port)
port.start()
parentPort!.postMessage('listening')
