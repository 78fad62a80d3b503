/**
 * Runtime: what `launch` returns. The host's own endpoint, the cores' threads, and the admission of
 * runs.
 *
 * States      starting -> running -> closing (no new runs; those accepted may finish) -> closed.
 *             Any but closed -> ended (a core died, a run ignored its abort, or `force`) -> closed.
 * Ordering    runs start in the order of their calls, by priority, at most `maxRuns` at a time.
 *             Events: 'ready', then 'log', 'metrics' and at most one 'coreLost', then 'trace',
 *             then 'closed'.
 * Shutdown    refuse runs; wait for those accepted up to `closeTimeoutMs`; write what the cores
 *             have to say (`EndpointState.closing`); tell them how it ends; reject what waits; set
 *             the transport's state, which ends the loops; wait for them up to STOP_MS; end the
 *             threads; write the trace, which nobody adds to any more; emit 'closed'. Every step
 *             is safe to repeat.
 * Failure     a lost core rejects everything that waits with ORUJO_CORE_LOST at once, on every core
 *             that can hear of it.
 */
import { EventEmitter } from 'eventemitter3'

import { Core } from '../delegate/core.ts'
import { Endpoint } from '../delegate/endpoint.ts'
import { OrujoError } from '../errors.ts'
import { CoreMemory } from '../memory/directory.ts'
import type { HandlerTable } from '../message/handlers.ts'
import type { Task } from '../message/definition.ts'
import { type RuntimeMetrics, metricsRow, readMetrics, snapshot } from '../metrics.ts'
import { Topology } from '../place.ts'
import { ThreadsTransport, closeThreads, loseEndpoint } from '../transport/threads.ts'
import { threadClock, threadOrigin } from './clock.ts'
import { packError, unpackError } from './control.ts'
import { DeadlockWatch } from './deadlock-watch.ts'
import { within } from './deadline.ts'
import { builtinExtensions } from './extensions.ts'
import { LineWriter } from './line-writer.ts'
import { type RunOptions, type Settings, settleRun } from './options.ts'
import { CorePools, type CoreThread, type SharedParts, coreLostError } from './pools.ts'
import { describeDifference, loadProgram, printsOf } from './program.ts'
import { Runs } from './runs.ts'
import { type TraceFile, type TraceSummary, recorderIn, traceRing } from './trace-file.ts'

export type { RunOptions } from './options.ts'

/** How long loops that have been told to stop may take; then their threads are ended. */
const STOP_MS = 500

/** Events of a runtime and what their listeners get. */
export interface RuntimeEvents {
  /** `launch` has resolved: the cores are up and agree on the program. */
  ready: []
  /** A line of `core.log`, if launched with `log: 'event'`. */
  log: [line: string]
  /** Figures, every `metricsIntervalMs`. */
  metrics: [metrics: RuntimeMetrics]
  /** A core died. Everything that waits is rejected with this error. */
  coreLost: [error: OrujoError]
  /** The trace that was asked for has been written. */
  trace: [summary: TraceSummary]
  /** All threads are gone. */
  closed: []
}

export class Runtime extends EventEmitter<RuntimeEvents> {
  /** The host as an endpoint: it can call, send, spawn and finish like a core. */
  readonly host: Core
  readonly topology: Topology
  readonly #settings: Settings
  readonly #parts: SharedParts
  readonly #traceFile: TraceFile | undefined
  readonly #endpoint: Endpoint
  readonly #runs: Runs
  readonly #watch: DeadlockWatch
  #pools: CorePools | undefined
  #metricsTimer: NodeJS.Timeout | undefined
  #metricsBase: Float64Array | undefined
  #state: 'starting' | 'running' | 'closing' | 'closed' = 'starting'
  #closed: Promise<void> | undefined

  /** Use `launch`. */
  constructor(settings: Settings, parts: SharedParts, traceFile: TraceFile | undefined) {
    super()
    this.#settings = settings
    this.#parts = parts
    this.#traceFile = traceFile
    this.topology = new Topology(settings.locales, settings.coresPerLocale)
    this.#endpoint = this.#makeEndpoint()
    this.host = this.#endpoint.scopes.root.context as Core // what makeCore made
    this.#watch = new DeadlockWatch({
      endpoint: this.#endpoint,
      threads: parts.threads,
      metrics: parts.metrics,
      cores: () => this.#pools!.threads.map(({ control }) => control),
    })
    this.#runs = new Runs(this.#endpoint, {
      watch: this.#watch,
      maxRuns: settings.maxRuns,
      abortGraceMs: settings.abortGraceMs,
      giveUp: (error) => this.#giveUp(error),
    })
  }

  /** Cores of all locales together. */
  get cores(): number {
    return this.topology.cores
  }

  /** Starts the threads, loads the program everywhere, starts the host's loop. For `launch`. */
  async start(): Promise<void> {
    const { programs, launchTimeoutMs, metricsIntervalMs } = this.#settings
    this.#pools = new CorePools(this.#settings, this.#parts, (core, why) => this.#lose(core, why))
    const loading = new Loading(this.#pools.threads, programs)
    const table = await within(loading.done, launchTimeoutMs, () => {
      throw loading.lateError(launchTimeoutMs)
    })
    if (this.#endpoint.ended !== undefined) throw this.#endpoint.ended
    this.#endpoint.useTable(table)
    this.#endpoint.scheduler.run().catch((error: unknown) => this.#failLoop(error))
    this.#state = 'running'
    if (metricsIntervalMs > 0) {
      this.#metricsTimer = setInterval(
        () => this.emit('metrics', this.metrics()),
        metricsIntervalMs,
      )
      this.#metricsTimer.unref()
    }
    // Once those who wait for `launch` have had the chance to listen.
    setImmediate(() => {
      if (this.#state !== 'closed') this.emit('ready')
    })
  }

  /**
   * Runs a task on core 0 and resolves with its result, when everything it sent and spawned, and
   * all that came of it, has ended. Rejects with the task's own error, else with WorkFailedError.
   */
  run<A extends unknown[], R>(main: Task<A, R>, ...args: A): Promise<R> {
    return this.runWith({}, main, ...args)
  }

  /** The same, with options. Aborted: ORUJO_ABORTED, when nothing of the run is left. */
  async runWith<A extends unknown[], R>(
    options: RunOptions,
    main: Task<A, R>,
    ...args: A
  ): Promise<R> {
    if (this.#endpoint.ended !== undefined) throw this.#endpoint.ended
    if (this.#state !== 'running') throw closedError()
    const request = { main, args, ...settleRun(options, this.cores, this.#settings.deadlockMs) }
    return this.#runs.add(request) as Promise<R> // the task's own result
  }

  /** Figures of every core since the start or the last reset. Costs the cores nothing. */
  metrics(): RuntimeMetrics {
    const { metrics } = this.#parts
    return readMetrics(metrics, this.cores + 1, this.#metricsBase, this.#endpoint.clock.now())
  }

  /** Starts the figures from zero. */
  resetMetrics(): void {
    const now = this.#endpoint.clock.now()
    this.#metricsBase = snapshot(this.#parts.metrics, this.cores + 1, now)
  }

  /**
   * Closes the runtime: waits for runs in progress, ends every thread, leaves nothing behind. Safe
   * to repeat; every call resolves when all is done. `force` does not wait.
   */
  close(options: { readonly force?: boolean } = {}): Promise<void> {
    if (options.force === true) this.#end(closedError())
    this.#closed ??= this.#close().finally(() => this.#traceFile?.close())
    return this.#closed
  }

  /** `await using runtime = await launch(...)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const hasLoops = this.#state === 'running'
    this.#state = 'closing'
    clearInterval(this.#metricsTimer)
    if (this.#endpoint.ended === undefined) {
      await within(this.#runs.idle(), this.#settings.closeTimeoutMs, () => undefined)
      if (hasLoops) await this.#sayLastWords()
    }
    this.#end(closedError())
    if (hasLoops) await within(this.#pools!.tasksEnded(), STOP_MS, () => undefined)
    await this.#pools?.end()
    try {
      await this.#writeTrace()
    } finally {
      this.#state = 'closed'
      this.emit('closed')
      this.removeAllListeners()
    }
  }

  /** What the cores and the host have to say before the end. A core that is stuck says nothing. */
  async #sayLastWords(): Promise<void> {
    const silence = (): readonly string[] => []
    const said = this.#pools!.threads.map(({ control }) =>
      within(control.lastWords().catch(silence), STOP_MS, silence),
    )
    for (const lines of [this.#endpoint.lastWords(), ...(await Promise.all(said))]) {
      for (const line of lines) this.#endpoint.writeLine(line)
    }
  }

  async #writeTrace(): Promise<void> {
    const { trace } = this.#parts
    if (trace === undefined || this.#traceFile === undefined) return
    const rings = Array.from({ length: this.cores + 1 }, (_, id) => traceRing(trace, id))
    const summary = await this.#traceFile.write({
      rings,
      coresPerLocale: this.topology.coresPerLocale,
      definitions: this.#endpoint.table.definitions,
      endMs: this.#endpoint.clock.now(),
    })
    this.emit('trace', summary)
  }

  /** Rejects everything that waits, and stops the loops. The first error stays. */
  #end(error: OrujoError): void {
    if (this.#endpoint.ended !== undefined) return
    this.#watch.stop()
    this.#pools?.announceEnd(packError(error))
    this.#endpoint.end(error)
    closeThreads(this.#parts.threads)
  }

  #lose(core: number, why: unknown): void {
    if (this.#endpoint.ended !== undefined) return
    this.#handleLastMessages()
    const error = coreLostError(core, why)
    this.#pools?.announceEnd(packError(error))
    loseEndpoint(this.#parts.threads, core)
    this.#end(error)
    this.#closeLater()
    this.emit('coreLost', error)
  }

  /** What a core said before it died, its last lines of `core.log` above all, is heard. */
  #handleLastMessages(): void {
    try {
      if (this.#state !== 'starting') this.#endpoint.scheduler.turn()
    } catch {
      // The end has a better reason than what a handler makes of it.
    }
  }

  /** A run does not stop: everything else must. */
  #giveUp(error: OrujoError): void {
    this.#end(error)
    this.#closeLater()
  }

  /** Closes; if that fails, whoever calls `close` hears of it. */
  #closeLater(): void {
    this.close().catch(() => undefined)
  }

  /** The host's loop has failed, which is a defect; or it was ended from inside a handler. */
  #failLoop(error: unknown): void {
    if (this.#endpoint.ended !== undefined) return
    const what = error instanceof Error ? error.message : String(error)
    const message = `The host's message loop failed: ${what}`
    this.#giveUp(new OrujoError('ORUJO_INVARIANT', message, { cause: error }))
  }

  #makeEndpoint(): Endpoint {
    const transport = new ThreadsTransport(this.#parts.threads, this.topology.host)
    const lines = new LineWriter()
    const counters = metricsRow(this.#parts.metrics, transport.endpoints, transport.endpoint)
    const clock = threadClock(threadOrigin())
    return new Endpoint({
      topology: this.topology,
      transport,
      memory: new CoreMemory(this.topology.host),
      counters,
      clock,
      recorder: recorderIn(this.#parts.trace, transport.endpoint, clock, counters),
      spinMs: 0,
      outboxBytes: this.#settings.outboxBytes,
      extensions: builtinExtensions,
      makeCore: (owner, scope) => new Core(owner, scope),
      writeLine: (line) => {
        if (this.#settings.log === 'event') this.emit('log', line)
        else lines.write(line)
      },
    })
  }
}

/** Loading of one program on the host and on all cores at once. */
class Loading {
  /** The host's table, when every core has the same. */
  readonly done: Promise<HandlerTable>
  readonly #programs: readonly string[]
  /** Who has not loaded yet. */
  readonly #missing: Set<string>

  constructor(threads: readonly CoreThread[], programs: readonly string[]) {
    this.#programs = programs
    this.#missing = new Set(['the host', ...threads.map(({ core }) => `core ${core}`)])
    this.done = this.#load(threads)
  }

  lateError(ms: number): OrujoError {
    const who = [...this.#missing].join(', ')
    return new OrujoError(
      'ORUJO_PROGRAM',
      `${this.#programs.join(', ')} was not loaded within ${ms} ms, by: ${who}. ` +
        'Does a module wait at top level, or call launch() itself? ' +
        'Else raise launch({ launchTimeoutMs }).',
    )
  }

  async #load(threads: readonly CoreThread[]): Promise<HandlerTable> {
    const own = loadProgram(this.#programs).then((table) => {
      this.#missing.delete('the host')
      return table
    })
    const [table] = await Promise.all([own, ...threads.map((thread) => this.#loadOn(thread, own))])
    return table
  }

  async #loadOn(thread: CoreThread, own: Promise<HandlerTable>): Promise<void> {
    const { core, control, ended } = thread
    const answer = await Promise.race([control.load(this.#programs), ended.then(neverLoaded)])
    if (!answer.isLoaded) throw unpackError(answer.error)
    const table = await own
    if (answer.fingerprint !== table.fingerprint) {
      throw describeDifference(core, printsOf(table), await control.definitions())
    }
    this.#missing.delete(`core ${core}`)
  }
}

function neverLoaded(): never {
  throw new Error('The core ended before it had loaded the program.')
}

function closedError(): OrujoError {
  return new OrujoError('ORUJO_CLOSED', 'The runtime is closed.')
}
