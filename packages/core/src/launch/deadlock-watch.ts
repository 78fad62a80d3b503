/**
 * Deadlock watch: while runs are in progress the host looks, a few times a second, whether anything
 * still happens; if not it asks the cores; if nothing ever will, the runs that wait are rejected.
 *
 * States      unarmed (no run to judge) -> armed (a timer that keeps nothing alive) -> asking ->
 *             armed ... Why an alarm is never false, and what it cannot see: deadlock.md.
 * Suspends    nobody but itself.
 * Failure     a core that does not answer is busy: the watch waits for it. One that cannot answer
 *             is taken for one that may be resumed from outside. If the watch itself fails, which
 *             is a defect, it says so in the log and leaves the runs of that time alone.
 * Bounds      one timer and one round of questions at any time.
 */
import { inspect } from 'node:util'

import type { Endpoint } from '../delegate/endpoint.ts'
import type { WaitingView } from '../delegate/waiting.ts'
import { COUNTER, parksIfParked, trafficIndex } from '../metrics.ts'
import type { CoreId } from '../place.ts'
import { type ThreadsMemory, areRingsEmpty } from '../transport/threads.ts'
import { backgroundCpuMs } from './clock.ts'
import { type CoreControl, unpackWaiting } from './control.ts'
import { type JudgedRun, deadlockOf } from './deadlock-report.ts'
import { Suspicion } from './suspicion.ts'

/** Looks per time limit, and bounds of the time between two. */
const LOOKS_PER_LIMIT = 4
const LEAST_PERIOD_MS = 10
const MOST_PERIOD_MS = 125

/** Part of one CPU, used outside of the host's loop, that says that the thread pool works. */
const BACKGROUND_CPU = 0.2

/** What the watch needs to know of a run. */
export interface WatchedRun {
  readonly definition: string
  readonly core: number
  /** The host's number of its call. */
  readonly call: number
  /** 0: never judged. */
  readonly deadlockMs: number
  readonly signal: AbortSignal | undefined
}

/** Questions to one core. */
type WatchedCore = Pick<CoreControl, 'isExternal' | 'waiting'>

export interface WatchParts {
  /** The host's. */
  readonly endpoint: Endpoint
  readonly threads: ThreadsMemory
  readonly metrics: SharedArrayBuffer
  /** By core. Comlink makes promises of what they return. */
  readonly cores: () => readonly {
    readonly [K in keyof WatchedCore]: () => Promise<Awaited<ReturnType<WatchedCore[K]>>>
  }[]
}

interface Entry extends WatchedRun {
  readonly startedMs: number
  /** What the host had said by itself when the run was asked for. */
  readonly hostMessages: number
}

export class DeadlockWatch {
  readonly #parts: WatchParts
  readonly #suspicion = new Suspicion()
  readonly #runs = new Set<Entry>()
  #begun = 0
  #timer: NodeJS.Timeout | undefined
  #isAsking = false
  /** The core that may be resumed from outside, as far as is known: one is enough. */
  #externalCore: CoreId | undefined
  #cpuMs = 0
  #cpuSince = 0

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  /** A run is asked for, and may have to wait for its turn. Returns what to hand to `begin`. */
  mark(): number {
    this.#parts.endpoint.scheduler.flush() // counts what was written before
    return this.#hostMessages()
  }

  /** A run has begun. Returns what to call when it has ended. */
  begin(run: WatchedRun, hostMessages: number): () => void {
    const entry = { ...run, hostMessages, startedMs: this.#now() }
    this.#begun++
    this.#runs.add(entry)
    if (run.deadlockMs > 0) this.#arm()
    return () => this.#runs.delete(entry)
  }

  /** Judges none of the runs so far. Safe to repeat. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#runs.clear()
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isAsking) return
    const watched = [...this.#runs].filter(({ deadlockMs }) => deadlockMs > 0)
    if (watched.length === 0) return
    const periodMs = limitOf(watched) / LOOKS_PER_LIMIT
    const boundedMs = Math.min(MOST_PERIOD_MS, Math.max(LEAST_PERIOD_MS, periodMs))
    this.#timer = setTimeout(() => {
      this.#tick().catch((error: unknown) => this.#giveUp(error))
    }, boundedMs)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    this.#timer = undefined
    const limitMs = limitOf(this.#judged())
    if (this.#suspicion.look(this.#stamps(), this.#now(), limitMs) === 'ask') {
      this.#isAsking = true
      try {
        await this.#ask() // suspends: runs may begin and end
      } finally {
        this.#isAsking = false
      }
    }
    this.#cpuMs = backgroundCpuMs()
    this.#cpuSince = this.#now()
    this.#arm()
  }

  #giveUp(error: unknown): void {
    const { endpoint } = this.#parts
    this.stop()
    if (endpoint.ended !== undefined) return // there was nobody left to ask
    endpoint.log(`The deadlock watch failed, and what runs goes on unwatched: ${inspect(error)}`)
  }

  async #ask(): Promise<void> {
    const suspicion = this.#suspicion
    if (this.#isProcessBusy()) {
      suspicion.answered(this.#stamps(), true, this.#now())
      return
    }
    const isExternal = await this.#isAnyExternal()
    if (suspicion.answered(this.#stamps(), isExternal, this.#now()) !== 'report') return
    const cores = this.#parts.cores()
    const packed = await Promise.all(cores.map((core) => core.waiting().catch(ignore)))
    if (suspicion.answered(this.#stamps(), false, this.#now()) !== 'report') return
    const views = packed.flatMap((view) => (view === undefined || view.isExternal ? [] : [view]))
    suspicion.putOff(this.#now())
    if (views.length < cores.length || this.#parts.endpoint.ended !== undefined) return
    const idleMs = suspicion.idleMs(this.#now())
    const runs = this.#judged().filter(({ deadlockMs }) => deadlockMs <= idleMs)
    for (const run of runs) this.#report(run, views.map(unpackWaiting))
  }

  /** Whether a core may be resumed from outside. The one of the last time is asked before all. */
  async #isAnyExternal(): Promise<boolean> {
    const cores = this.#parts.cores()
    const known = this.#externalCore
    if (known !== undefined && (await cores[known]!.isExternal().catch(isUnknown))) return true
    const answers = await Promise.all(cores.map((core) => core.isExternal().catch(isUnknown)))
    const external = answers.indexOf(true)
    this.#externalCore = external < 0 ? undefined : external
    return external >= 0
  }

  #report(run: Entry, views: readonly WaitingView[]): void {
    const { endpoint } = this.#parts
    const judged: JudgedRun = { ...run, canAbort: run.signal !== undefined }
    const error = deadlockOf(judged, endpoint.id, views)
    if (error === undefined) return
    this.#runs.delete(run)
    endpoint.calls.abandon(run.call, error)
    // Whoever waits for that may end, and clean up.
    endpoint.abortRun(run.core, run.call)
  }

  /** Runs that nobody outside is known to help, and that were not aborted. */
  #judged(): Entry[] {
    const said = this.#hostMessages()
    return [...this.#runs].filter(
      ({ deadlockMs, signal, hostMessages }) =>
        deadlockMs > 0 && signal?.aborted !== true && hostMessages === said,
    )
  }

  /** A number per endpoint that changes with whatever it does; undefined if one does something. */
  #stamps(): number[] | undefined {
    const { threads, metrics } = this.#parts
    const stamps: number[] = []
    for (let id = 0; id < threads.endpoints; id++) {
      const parks = parksIfParked(metrics, threads.endpoints, id)
      if (parks < 0) return undefined
      stamps.push(parks)
    }
    return areRingsEmpty(threads) && !this.#isHostActive() ? stamps : undefined
  }

  /** Whether code of the host is in the middle of something that belongs to the runtime. */
  #isHostActive(): boolean {
    const { scheduler, scopes, calls } = this.#parts.endpoint
    const ownCalls = calls.openCount - calls.abandonedCount - this.#runs.size
    return (
      scheduler.activeTasks > 0 || scheduler.queuedTasks > 0 || scopes.openCount > 0 || ownCalls > 0
    )
  }

  /** Messages that the host has sent by itself: all but answers, control, and runs. */
  #hostMessages(): number {
    const { counters, transport } = this.#parts.endpoint
    let messages = 0
    for (let dst = 0; dst < transport.endpoints; dst++) messages += counters[trafficIndex(dst)]!
    return messages - counters[COUNTER.replies]! - counters[COUNTER.controls]! - this.#begun
  }

  #isProcessBusy(): boolean {
    const passedMs = this.#now() - this.#cpuSince
    return backgroundCpuMs() - this.#cpuMs > passedMs * BACKGROUND_CPU
  }

  #now(): number {
    return this.#parts.endpoint.clock.now()
  }
}

/** The shortest time limit; no time reaches that of no runs. */
function limitOf(runs: readonly WatchedRun[]): number {
  return Math.min(...runs.map(({ deadlockMs }) => deadlockMs))
}

function isUnknown(): boolean {
  return true
}

function ignore(): undefined {
  return undefined
}
