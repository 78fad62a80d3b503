/**
 * Pools: the threads of a runtime, one Piscina pool per locale, one long task per worker.
 *
 * States      running -> ending (tasks return or are ended) -> ended.
 * Ownership   the pools own the threads and the host's ends of the control ports; `end` waits until
 *             every thread has gone.
 * Failure     a core task that ends while the runtime does not is a lost core, told once by `lost`.
 *             Options that no thread can be made with: ORUJO_OPTION.
 */
import { inspect } from 'node:util'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

import { type Remote, releaseProxy, wrap } from 'comlink'
import { Piscina } from 'piscina'

import { DEQUE_RECORDS } from '../delegate/stealing.ts'
import { OrujoError } from '../errors.ts'
import type { ThreadsMemory } from '../transport/threads.ts'
import { threadOrigin } from './clock.ts'
import { type CoreControl, unpackError } from './control.ts'
import type { CoreStart } from './core-main.ts'
import type { Settings } from './options.ts'
import type { TraceMemory } from './trace-file.ts'

/** Memory that the host makes for all cores. */
export interface SharedParts {
  readonly threads: ThreadsMemory
  readonly heaps: readonly SharedArrayBuffer[]
  readonly metrics: SharedArrayBuffer
  /** None unless a trace was asked for. */
  readonly trace: TraceMemory | undefined
  /** Waiting unbound tasks, by locale. */
  readonly tasks: readonly SharedArrayBuffer[]
}

/** One core as the host sees it. */
export interface CoreThread {
  readonly core: number
  /** Held in a field, because a collected proxy drops its pending calls. */
  readonly control: Remote<CoreControl>
  readonly port: MessagePort
  /** Resolves when the core's task returns, rejects when its thread dies or its loop fails. */
  readonly ended: Promise<void>
}

export class CorePools {
  readonly threads: readonly CoreThread[]
  readonly #pools: readonly Piscina[]
  #isEnding = false
  #end: Promise<void> | undefined

  /** Starts every thread. `lost` is called at most once, with the core and what is known of why. */
  constructor(settings: Settings, parts: SharedParts, lost: (core: number, why: unknown) => void) {
    const { locales, coresPerLocale } = settings
    this.#pools = makePools(settings)
    this.threads = Array.from({ length: locales * coresPerLocale }, (_, core) =>
      startCore(this.#pools[Math.floor(core / coresPerLocale)]!, core, settings, parts),
    )
    for (const { core, ended } of this.threads) {
      const tell = (why: unknown): void => {
        if (this.#isEnding) return
        this.#isEnding = true
        lost(core, why)
      }
      ended.then(() => tell(undefined), tell)
    }
  }

  /** Tells every core that can hear how the runtime ends. From now on a core's end is no loss. */
  announceEnd(error: Uint8Array): void {
    this.#isEnding = true
    for (const { control } of this.threads) control.end(error).catch(ignore)
  }

  /** Resolves when every core's task has returned or died. */
  async tasksEnded(): Promise<void> {
    await Promise.allSettled(this.threads.map(({ ended }) => ended))
  }

  /** Ends every thread, whatever it does, and resolves when all have gone. Safe to repeat. */
  end(): Promise<void> {
    // Once only: a second `destroy` would let Piscina replace workers that have not gone yet.
    this.#end ??= this.#endThreads()
    return this.#end
  }

  async #endThreads(): Promise<void> {
    this.#isEnding = true
    for (const { control, port } of this.threads) {
      control[releaseProxy]()
      port.close()
    }
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
  }
}

/** What a core's death is reported as. */
export function coreLostError(core: number, why: unknown): OrujoError {
  return new OrujoError('ORUJO_CORE_LOST', `Core ${core} was lost: ${reasonOf(why)}.`, {
    core,
    cause: why,
  })
}

function reasonOf(why: unknown): string {
  if (why === undefined) return 'its thread ended by itself'
  if (!(why instanceof Error)) return `it threw ${inspect(why)}`
  if ('code' in why && why.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return 'its thread ran out of JavaScript heap (raise resourceLimits.maxOldGenerationSizeMb)'
  }
  const text = why.message === '' ? why.name : why.message
  return text.replace(/\.$/, '')
}

function makePools(settings: Settings): Piscina[] {
  const pools: Piscina[] = []
  try {
    while (pools.length < settings.locales) pools.push(makePool(settings))
    return pools
  } catch (error) {
    for (const pool of pools) void pool.destroy()
    const what = error instanceof Error ? error.message : String(error)
    throw new OrujoError(
      'ORUJO_OPTION',
      `No thread can be started with these options: ${what}. Check launch({ execArgv, env, ` +
        'resourceLimits }); V8 flags are for the process, not for its threads.',
      { cause: error },
    )
  }
}

function makePool(settings: Settings): Piscina {
  const { execArgv, env, resourceLimits } = settings
  const pool = new Piscina({
    filename: new URL('./core-thread.cjs', import.meta.url).href,
    name: 'coreMain',
    minThreads: settings.coresPerLocale,
    maxThreads: settings.coresPerLocale,
    idleTimeout: Infinity,
    atomics: 'disabled',
    concurrentTasksPerWorker: 1,
    recordTiming: false,
    // Left out if not given, to be inherited: the process may have flags that none may be given.
    ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  })
  // Workers that replace a lost one, and errors between tasks, belong to a runtime at its end.
  pool.on('error', ignore)
  return pool
}

function startCore(
  pool: Piscina,
  core: number,
  settings: Settings,
  parts: SharedParts,
): CoreThread {
  const { port1, port2 } = new MessageChannel()
  const { locales, coresPerLocale } = settings
  const locale = Math.floor(core / coresPerLocale)
  const firstCore = locale * coresPerLocale
  const start: CoreStart = {
    core,
    locales,
    coresPerLocale,
    threads: parts.threads,
    heaps: parts.heaps.slice(firstCore, firstCore + coresPerLocale),
    sharedBytes: settings.sharedBytes,
    metrics: parts.metrics,
    trace: parts.trace,
    stealing: {
      memory: parts.tasks[locale]!,
      policy: settings.stealing,
      records: DEQUE_RECORDS,
      seed: core,
    },
    timeOrigin: threadOrigin(),
    spinMs: settings.spinMs,
    outboxBytes: settings.outboxBytes,
    log: settings.log,
    port: port2,
  }
  const ended = pool.run(start, { transferList: [port2] }).then((failure) => {
    // What coreMain returns.
    if (failure !== undefined) throw unpackError(failure as Uint8Array)
  })
  return {
    core,
    control: wrap<CoreControl>(port1),
    port: port1,
    ended,
  }
}

function ignore(): void {
  // A core that ends need not answer.
}
