/**
 * Core main: the one long task that a Piscina worker runs. It builds the core, answers the host's
 * control calls, and turns the loop until the runtime ends.
 *
 * Ownership   the port is this thread's: closed when the loop ends. Memory belongs to the host.
 * Shutdown    the transport leaves RUNNING; the loop returns; the endpoint is ended; the task
 *             returns, and the pool may end the thread.
 */
import { writeSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'

import { type Endpoint as ComlinkEndpoint, expose } from 'comlink'

import { Core } from '../delegate/core.ts'
import { Endpoint } from '../delegate/endpoint.ts'
import { coreExtensions } from '../delegate/handles.ts'
import { OrujoError } from '../errors.ts'
import { CoreMemory } from '../memory/directory.ts'
import { CoreHeap } from '../memory/heap.ts'
import { metricsRow } from '../metrics.ts'
import { Topology } from '../place.ts'
import { type ThreadsMemory, ThreadsTransport } from '../transport/threads.ts'
import { threadClock } from './clock.ts'
import { type CoreControl, packError } from './control.ts'
import { loadProgram } from './program.ts'
import { writeLine } from '../delegate/log.ts'

/** Everything a core needs to begin; sent as the task of its worker. */
export interface CoreStart {
  readonly core: number
  readonly locales: number
  readonly coresPerLocale: number
  readonly threads: ThreadsMemory
  readonly heap: SharedArrayBuffer
  readonly sharedBytes: number
  readonly metrics: SharedArrayBuffer
  readonly spinMs: number
  readonly outboxBytes: number
  readonly log: 'stderr' | 'event'
  readonly port: MessagePort
}

/** Runs core `start.core` until the runtime ends. */
export async function coreMain(start: CoreStart): Promise<void> {
  const endpoint = buildEndpoint(start)
  let loop: Promise<number> | undefined
  const ended = new Promise<number>((resolve, reject) => {
    const control: CoreControl = {
      async load(programs) {
        try {
          const table = await loadProgram(programs)
          endpoint.useTable(table)
          loop ??= endpoint.scheduler.run()
          loop.then(resolve, reject)
          return { isLoaded: true, fingerprint: table.fingerprint, names: table.names() }
        } catch (error) {
          return { isLoaded: false, error: packError(error, start.core) }
        }
      },
    }
    expose(control, start.port as unknown as ComlinkEndpoint)
  })
  try {
    await ended
    endpoint.end(new OrujoError('ORUJO_CLOSED', 'The runtime was closed.'))
  } finally {
    start.port.close()
  }
}

function buildEndpoint(start: CoreStart): Endpoint {
  const topology = new Topology(start.locales, start.coresPerLocale)
  const transport = new ThreadsTransport(start.threads, start.core)
  const heap = new CoreHeap(start.heap, { sharedBytes: start.sharedBytes, core: start.core })
  const endpoint: Endpoint = new Endpoint({
    topology,
    transport,
    memory: new CoreMemory(start.core, heap),
    counters: metricsRow(start.metrics, transport.endpoints, start.core),
    clock: threadClock(),
    spinMs: start.spinMs,
    outboxBytes: start.outboxBytes,
    extensions: coreExtensions,
    makeCore: (owner, scope) => new Core(owner, scope),
    writeLine: (line) => {
      if (start.log === 'stderr') writeSync(2, `${line}\n`)
      else {
        const core = endpoint.scopes.root.context as Core
        core.send(writeLine, core.host, line)
        core.flush()
      }
    },
  })
  return endpoint
}
