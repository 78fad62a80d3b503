/** Entry of the worker behind the Comlink baseline that passes a large value. */
import { once } from 'node:events'
import { parentPort, type MessagePort } from 'node:worker_threads'
import { expose } from 'comlink'
import { lookAt, type CatalogueApi } from './catalogue-value.ts'

const api: CatalogueApi = { lookAt }

const [port] = (await once(parentPort!, 'message')) as [MessagePort]
// a MessagePort of Node has what Comlink asks of an endpoint, though its types say otherwise
expose(api, port)
port.start()
parentPort!.postMessage('listening')
