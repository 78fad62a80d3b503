/**
 * Runtime: what `launch` returns. The host's own endpoint, the cores' threads, and the admission of
 * runs.
 *
 * States      running -> closing (no new runs; those in progress may finish) -> closed.
 *             running -> lost (a core died) -> closed.
 * Ordering    runs start in the order of their calls, by priority, at most `maxRuns` at a time.
 * Shutdown    refuse runs; wait for those in progress up to `closeTimeoutMs`; reject what waits;
 *             close the transport, which ends the loops; end the threads; emit 'closed'.
 * Failure     a lost core rejects everything that waits with ORUJO_CORE_LOST at once.
 */
import { EventEmitter } from 'eventemitter3'
import PQueue from 'p-queue'

import { Core } from '../delegate/core.ts'
import { Endpoint } from '../delegate/endpoint.ts'
import { coreExtensions } from '../delegate/handles.ts'
import { OrujoError } from '../errors.ts'
import { CoreMemory } from '../memory/directory.ts'
import type { Task } from '../message/definition.ts'
import { type RuntimeMetrics, metricsRow, readMetrics, snapshot } from '../metrics.ts'
import { type CoreId, Topology } from '../place.ts'
import { ThreadsTransport, closeThreads, loseEndpoint } from '../transport/threads.ts'
import { threadClock } from './clock.ts'
import { unpackError } from './control.ts'
import type { Settings } from './options.ts'
import { CorePools, type SharedParts, coreLostError } from './pools.ts'
import { describeDifference, loadProgram } from './program.ts'

/** Events of a runtime and what their listeners get. */
export interface RuntimeEvents {
  /** The cores are up and agree on the program. */
  ready: []
  /** A line of `core.log`, if launched with `log: 'event'`. */
  log: [line: string]
  /** Figures, every `metricsIntervalMs`. */
  metrics: [metrics: RuntimeMetrics]
  /** A core died. Everything that waits has been rejected with this error. */
  coreLost: [error: OrujoError]
  /** All threads are gone. */
  closed: []
}

export interface RunOptions {
  /** Aborts the run: `core.signal` first, and the whole runtime if that does not end it in time. */
  readonly signal?: AbortSignal
  /** Among waiting runs, higher ones start first. Default 0. */
  readonly priority?: number
  /** Core on which the task runs. Default 0. */
  readonly core?: CoreId
}

export class Runtime extends EventEmitter<RuntimeEvents> {
  /** The host as an endpoint: it can call, send, spawn and finish like a core. */
  readonly host: Core
  readonly topology: Topology
  readonly #settings: Settings
  readonly #parts: SharedParts
  readonly #endpoint: Endpoint
  readonly #pools: CorePools
  readonly #runs: PQueue
  #metricsTimer: NodeJS.Timeout | undefined
  #metricsBase: Float64Array | undefined
  #state: 'running' | 'closing' | 'closed' = 'running'
  #closed: Promise<void> | undefined

  /** Use `launch`. */
  constructor(settings: Settings, parts: SharedParts) {
    super()
    this.#settings = settings
    this.#parts = parts
    this.topology = new Topology(settings.locales, settings.coresPerLocale)
    this.#runs = new PQueue({ concurrency: settings.maxRuns })
    this.#endpoint = this.#makeEndpoint()
    this.host = this.#endpoint.scopes.root.context as Core
    this.#pools = new CorePools(settings, parts, (core, why) => this.#lose(core, why))
  }

  /** Cores of all locales together. */
  get cores(): number {
    return this.topology.cores
  }

  /** Loads the program everywhere and starts the host's loop. Called by `launch`, once. */
  async start(): Promise<void> {
    const { programs, launchTimeoutMs, metricsIntervalMs } = this.#settings
    const table = await loadProgram(programs)
    await withinTime(
      Promise.all(
        this.#pools.threads.map(async ({ core, control, ended }) => {
          const answer = await Promise.race([control.load(programs), ended.then(neverLoaded)])
          if (!answer.isLoaded) throw unpackError(answer.error)
          if (answer.fingerprint !== table.fingerprint) {
            throw describeDifference(core, table.names(), answer.names)
          }
        }),
      ),
      launchTimeoutMs,
      `The cores did not load ${programs.join(', ')} within ${launchTimeoutMs} ms. Does a module wait at top level?`,
    )
    this.#endpoint.useTable(table)
    void this.#endpoint.scheduler.run()
    if (metricsIntervalMs > 0) {
      this.#metricsTimer = setInterval(
        () => this.emit('metrics', this.metrics()),
        metricsIntervalMs,
      )
      this.#metricsTimer.unref()
    }
    this.emit('ready')
  }

  /**
   * Runs a task on core 0 and resolves with its result, when everything it sent and spawned, and all
   * that came of it, has ended. Rejects with the task's own error, else with WorkFailedError.
   */
  run<A extends unknown[], R>(main: Task<A, R>, ...args: A): Promise<R> {
    return this.runWith({}, main, ...args)
  }

  /** The same, with options. */
  async runWith<A extends unknown[], R>(
    options: RunOptions,
    main: Task<A, R>,
    ...args: A
  ): Promise<R> {
    this.#refuseUnlessRunning()
    const { signal, priority = 0, core = 0 } = options
    if (!(Number.isInteger(core) && core >= 0 && core < this.cores)) {
      throw new OrujoError(
        'ORUJO_OPTION',
        `A run needs a core from 0 to ${this.cores - 1}, got ${core}.`,
      )
    }
    if (isAborted(signal)) throw aborted(signal)
    try {
      const result = await this.#runs.add(() => this.#admitted(main, core, args, signal), {
        priority,
        ...(signal === undefined ? {} : { signal }),
      })
      return result as R
    } catch (error) {
      throw isAborted(signal) && error === signal?.reason ? aborted(signal) : error
    }
  }

  /** Figures of every core since the start or the last reset. Costs the cores nothing. */
  metrics(): RuntimeMetrics {
    return readMetrics(this.#parts.metrics, this.cores + 1, this.#metricsBase)
  }

  /** Starts the figures from zero. */
  resetMetrics(): void {
    this.#metricsBase = snapshot(this.#parts.metrics)
  }

  /**
   * Closes the runtime: waits for runs in progress, ends every thread, leaves nothing behind. Safe to
   * repeat; every call resolves when all is done. `force` does not wait.
   */
  close(options: { readonly force?: boolean } = {}): Promise<void> {
    if (options.force === true) this.#end(closedError())
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** `await using runtime = await launch(...)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    if (this.#state === 'running') this.#state = 'closing'
    clearInterval(this.#metricsTimer)
    const { closeTimeoutMs } = this.#settings
    await withinTime(this.#runs.onIdle(), closeTimeoutMs, '').catch(() => undefined)
    this.#end(closedError())
    await withinTime(this.#pools.tasksEnded(), closeTimeoutMs, '').catch(() => undefined)
    await this.#pools.end()
    this.#state = 'closed'
    this.emit('closed')
    this.removeAllListeners()
  }

  /** Rejects everything that waits, and stops the loops. Safe to repeat. */
  #end(error: OrujoError): void {
    if (this.#state === 'running') this.#state = 'closing'
    this.#pools.expectEnd()
    this.#endpoint.end(error)
    closeThreads(this.#parts.threads)
  }

  #lose(core: number, why: unknown): void {
    const error = coreLostError(core, why)
    this.#state = 'closing'
    loseEndpoint(this.#parts.threads, core)
    this.#endpoint.end(error)
    this.emit('coreLost', error)
    void this.close()
  }

  async #admitted(
    main: Task<never, unknown>,
    core: CoreId,
    args: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (isAborted(signal)) throw aborted(signal)
    if (this.#endpoint.ended !== undefined) throw this.#endpoint.ended
    const endpoint = this.#endpoint
    const result = endpoint.callScoped(main, core, args)
    if (signal === undefined) return result
    const call = endpoint.calls.last
    let grace: NodeJS.Timeout | undefined
    const abort = (): void => {
      if (endpoint.ended !== undefined) return
      endpoint.abortRun(core, call)
      grace = setTimeout(() => this.#end(aborted(signal)), this.#settings.abortGraceMs)
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      const value = await result
      if (isAborted(signal)) throw aborted(signal)
      return value
    } catch (error) {
      throw isAborted(signal) ? aborted(signal) : error
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', abort)
    }
  }

  #refuseUnlessRunning(): void {
    if (this.#endpoint.ended !== undefined) throw this.#endpoint.ended
    if (this.#state !== 'running') throw closedError()
  }

  #makeEndpoint(): Endpoint {
    const transport = new ThreadsTransport(this.#parts.threads, this.topology.host)
    return new Endpoint({
      topology: this.topology,
      transport,
      memory: new CoreMemory(this.topology.host),
      counters: metricsRow(this.#parts.metrics, transport.endpoints, transport.endpoint),
      clock: threadClock(),
      spinMs: 0,
      outboxBytes: this.#settings.outboxBytes,
      extensions: coreExtensions,
      makeCore: (owner, scope) => new Core(owner, scope),
      writeLine: (line) => {
        if (this.#settings.log === 'event') this.emit('log', line)
        else process.stderr.write(`${line}\n`)
      },
    })
  }
}

function neverLoaded(): never {
  throw new Error('The core ended before it had loaded the program.')
}

function closedError(): OrujoError {
  return new OrujoError('ORUJO_CLOSED', 'The runtime is closed.')
}

/** A question, so that the compiler does not take the answer for granted later on. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function aborted(signal: AbortSignal | undefined): OrujoError {
  return new OrujoError('ORUJO_ABORTED', 'The run was aborted.', { cause: signal?.reason })
}

/** `work`, or an error after `ms` milliseconds. */
async function withinTime<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OrujoError('ORUJO_PROGRAM', message)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
