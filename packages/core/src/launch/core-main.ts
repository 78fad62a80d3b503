/**
 * Core main: the one long task that a Piscina worker runs. It builds the core, answers the host's
 * control calls, and turns the loop until the runtime ends.
 *
 * Ownership   the port is this thread's: closed when the loop has ended. Memory is the host's.
 * Shutdown    the host sends the error with which the runtime ends, then sets the transport's
 *             state; the loop returns; whatever waits here is rejected with that error, and gets a
 *             turn to hear of it; the task returns, and the host may end the thread.
 */
import { type MessagePort, setEnvironmentData } from 'node:worker_threads'

import { expose } from 'comlink'

import { Core } from '../delegate/core.ts'
import { Endpoint } from '../delegate/endpoint.ts'
import { writeLine } from '../delegate/log.ts'
import type { StealingOptions } from '../delegate/stealing.ts'
import { waitingOn } from '../delegate/waiting.ts'
import { OrujoError } from '../errors.ts'
import { CoreMemory } from '../memory/directory.ts'
import { CoreHeap } from '../memory/heap.ts'
import type { HandlerTable } from '../message/handlers.ts'
import { metricsRow } from '../metrics.ts'
import { Topology } from '../place.ts'
import { type ThreadsMemory, ThreadsTransport } from '../transport/threads.ts'
import { threadClock } from './clock.ts'
import {
  type CoreControl,
  type LoadAnswer,
  packError,
  packWaiting,
  unpackError,
} from './control.ts'
import { within } from './deadline.ts'
import { ExternalSources } from './external.ts'
import { builtinExtensions } from './extensions.ts'
import { LineWriter } from './line-writer.ts'
import { LOADING_KEY } from './options.ts'
import { loadProgram, printsOf } from './program.ts'
import { type TraceMemory, recorderIn } from './trace-file.ts'

/** How long the host's word on why the runtime ended may come after the end itself. */
const LAST_WORD_MS = 200

/** Everything a core needs to begin; sent as the task of its worker. */
export interface CoreStart {
  readonly core: number
  readonly locales: number
  readonly coresPerLocale: number
  readonly threads: ThreadsMemory
  /** Of all cores of the locale. */
  readonly heaps: readonly SharedArrayBuffer[]
  readonly sharedBytes: number
  readonly metrics: SharedArrayBuffer
  readonly trace: TraceMemory | undefined
  readonly stealing: StealingOptions
  /** Start of the host's time; all threads count from it. */
  readonly timeOrigin: number
  readonly spinMs: number
  readonly outboxBytes: number
  readonly log: 'stderr' | 'event'
  readonly port: MessagePort
}

/** Runs core `start.core` until the runtime ends. Resolves with why its loop failed, if it did. */
export async function coreMain(start: CoreStart): Promise<Uint8Array | undefined> {
  const endpoint = buildEndpoint(start)
  const control = new Control(endpoint)
  expose(control.calls, start.port)
  control.learn()
  try {
    await control.loopEnded
    const error = await within(control.lastWord, LAST_WORD_MS, closedError)
    endpoint.end(error)
    // suspends: tasks that waited hear of it
    await endpoint.clock.macrotask()
    return undefined
  } catch (error) {
    return packError(error, { core: start.core })
  } finally {
    start.port.close()
  }
}

/** Answers the host. */
class Control {
  readonly calls: CoreControl
  /** Resolves when the loop has returned; rejects with what it failed on. */
  readonly loopEnded: Promise<unknown>
  /** The error with which the host ends the runtime. */
  readonly lastWord: Promise<Error>
  readonly #endpoint: Endpoint
  readonly #external = new ExternalSources()
  #table: HandlerTable | undefined

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
    let begin: (loop: Promise<number>) => void
    this.loopEnded = new Promise((resolve) => (begin = resolve))
    let tell: (error: Error) => void
    this.lastWord = new Promise((resolve) => (tell = resolve))
    this.calls = {
      load: async (programs) => {
        this.#external.learn()
        const answer = await this.#load(programs)
        if (answer.isLoaded) begin(endpoint.scheduler.run())
        return answer
      },
      definitions: () => (this.#table === undefined ? [] : printsOf(this.#table)),
      isExternal: () => this.#external.isActive(),
      waiting: () => packWaiting(waitingOn(endpoint), this.#external.isAny()),
      lastWords: () => endpoint.lastWords(),
      end: (error) => tell(unpackError(error)),
    }
  }

  /** What this thread has before it hears from its host is the runtime's own. */
  learn(): void {
    this.#external.learn()
  }

  async #load(programs: readonly string[]): Promise<LoadAnswer> {
    setEnvironmentData(LOADING_KEY, true)
    try {
      const table = await loadProgram(programs)
      this.#endpoint.useTable(table)
      this.#table = table
      return { isLoaded: true, fingerprint: table.fingerprint }
    } catch (error) {
      return { isLoaded: false, error: packError(error, { core: this.#endpoint.id }) }
    } finally {
      setEnvironmentData(LOADING_KEY, undefined)
    }
  }
}

function buildEndpoint(start: CoreStart): Endpoint {
  const topology = new Topology(start.locales, start.coresPerLocale)
  const transport = new ThreadsTransport(start.threads, start.core)
  const { core, heaps, sharedBytes } = start
  const inLocale = core % start.coresPerLocale
  const heap = new CoreHeap(heaps[inLocale]!, { sharedBytes, core })
  const memory = new CoreMemory(core, heap, { firstCore: core - inLocale, buffers: heaps })
  const lines = new LineWriter()
  const counters = metricsRow(start.metrics, transport.endpoints, start.core)
  const clock = threadClock(start.timeOrigin)
  const endpoint: Endpoint = new Endpoint({
    topology,
    transport,
    memory,
    counters,
    clock,
    recorder: recorderIn(start.trace, start.core, clock, counters),
    spinMs: start.spinMs,
    outboxBytes: start.outboxBytes,
    stealing: start.stealing,
    extensions: builtinExtensions,
    makeCore: (owner, scope) => new Core(owner, scope),
    writeLine: (line) => {
      if (start.log === 'stderr' || endpoint.ended !== undefined) lines.write(line)
      else {
        const core = endpoint.scopes.root.context as Core // what makeCore made
        core.send(writeLine, core.host, line)
        core.flush()
      }
    },
  })
  return endpoint
}

function closedError(): OrujoError {
  return new OrujoError('ORUJO_CLOSED', 'The runtime was closed.')
}
