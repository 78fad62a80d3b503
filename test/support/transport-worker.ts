/**
 * Thread entry: one endpoint of a threads transport, for the conformance suite. Exchanges messages
 * with all others, or waits for the end of the transport, and posts what it saw.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { ThreadsTransport, type ThreadsMemory } from '#core/transport/threads.js'
import { exchange } from './traffic.ts'

export interface TransportWork {
  readonly memory: ThreadsMemory
  readonly endpoint: number
  /** Messages to every endpoint; undefined to wait until the transport ends. */
  readonly messages: number | undefined
}

export type TransportReport =
  | { readonly kind: 'parking' }
  | { readonly kind: 'exchanged'; readonly parks: number }
  | { readonly kind: 'ended'; readonly state: number; readonly lostEndpoint: number }

async function run(port: MessagePort, work: TransportWork): Promise<void> {
  // A wait on shared memory does not keep a thread alive; a listening port does.
  port.on('message', () => undefined)
  port.postMessage(await report(port, work))
  port.close()
}

async function report(port: MessagePort, work: TransportWork): Promise<TransportReport> {
  const transport = new ThreadsTransport(work.memory, work.endpoint)
  if (work.messages !== undefined) {
    return { kind: 'exchanged', parks: await exchange(transport, work.messages) }
  }
  transport.armPark()
  const parked = transport.park()
  port.postMessage({ kind: 'parking' } satisfies TransportReport)
  await parked
  return { kind: 'ended', state: transport.state(), lostEndpoint: transport.lostEndpoint() }
}

await run(parentPort!, workerData as TransportWork) // what the test passed
