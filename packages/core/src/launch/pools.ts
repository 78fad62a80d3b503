/**
 * Pools: the threads of a runtime, one Piscina pool per locale, one long task per worker.
 *
 * States      starting -> running -> ended (all tasks returned) or lost (one did not).
 * Ownership   the pools own the threads; `end` waits until every thread has gone.
 * Failure     a core task that ends while the runtime does not is a lost core, told once by `lost`.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'

import { type Endpoint as ComlinkEndpoint, type Remote, releaseProxy, wrap } from 'comlink'
import { Piscina } from 'piscina'

import { OrujoError } from '../errors.ts'
import type { ThreadsMemory } from '../transport/threads.ts'
import type { CoreControl } from './control.ts'
import type { CoreStart } from './core-main.ts'
import type { Settings } from './options.ts'

/** Memory that the host makes for all cores. */
export interface SharedParts {
  readonly threads: ThreadsMemory
  readonly heaps: readonly SharedArrayBuffer[]
  readonly metrics: SharedArrayBuffer
}

/** One core as the host sees it. */
export interface CoreThread {
  readonly core: number
  /** Held in a field, because a collected proxy drops its pending calls. */
  readonly control: Remote<CoreControl>
  readonly port: MessagePort
  /** Settles when the core's task does, which is when its thread is done or dead. */
  readonly ended: Promise<void>
}

export class CorePools {
  readonly threads: readonly CoreThread[]
  readonly #pools: readonly Piscina[]
  #isEnding = false

  /** Starts every thread. `lost` is called at most once, with the core and what is known of why. */
  constructor(settings: Settings, parts: SharedParts, lost: (core: number, why: unknown) => void) {
    const { locales, coresPerLocale } = settings
    this.#pools = Array.from({ length: locales }, () => makePool(settings))
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

  /** From now on a core that ends is not lost. */
  expectEnd(): void {
    this.#isEnding = true
  }

  /** Resolves when every core's task has returned or died. */
  async tasksEnded(): Promise<void> {
    await Promise.allSettled(this.threads.map(({ ended }) => ended))
  }

  /** Ends every thread, whatever it does. Safe to repeat. */
  async end(): Promise<void> {
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
  const { message, code } = (why ?? {}) as { message?: string; code?: string }
  const isMemory = code === 'ERR_WORKER_OUT_OF_MEMORY'
  const reason =
    why === undefined
      ? 'its thread ended by itself'
      : isMemory
        ? 'its thread ran out of JavaScript heap (raise resourceLimits.maxOldGenerationSizeMb)'
        : (message ?? String(why))
  return new OrujoError('ORUJO_CORE_LOST', `Core ${core} was lost: ${reason}.`, {
    core,
    cause: why,
  })
}

function makePool(settings: Settings): Piscina {
  const pool = new Piscina({
    filename: new URL('./core-main.js', import.meta.url).href,
    name: 'coreMain',
    minThreads: settings.coresPerLocale,
    maxThreads: settings.coresPerLocale,
    idleTimeout: Infinity,
    atomics: 'disabled',
    concurrentTasksPerWorker: 1,
    recordTiming: false,
    execArgv: [...settings.execArgv],
    ...(settings.env === undefined ? {} : { env: { ...settings.env } }),
    ...(settings.resourceLimits === undefined ? {} : { resourceLimits: settings.resourceLimits }),
  })
  // Workers that replace a lost one, and errors between tasks, belong to a runtime at its end.
  pool.on('error', () => undefined)
  return pool
}

function startCore(
  pool: Piscina,
  core: number,
  settings: Settings,
  parts: SharedParts,
): CoreThread {
  const { port1, port2 } = new MessageChannel()
  const start: CoreStart = {
    core,
    locales: settings.locales,
    coresPerLocale: settings.coresPerLocale,
    threads: parts.threads,
    heap: parts.heaps[core]!,
    sharedBytes: settings.sharedBytes,
    metrics: parts.metrics,
    spinMs: settings.spinMs,
    outboxBytes: settings.outboxBytes,
    log: settings.log,
    port: port2,
  }
  const ended = pool.run(start, { transferList: [port2] }) as Promise<void>
  return {
    core,
    control: wrap<CoreControl>(port1 as unknown as ComlinkEndpoint),
    port: port1,
    ended,
  }
}
