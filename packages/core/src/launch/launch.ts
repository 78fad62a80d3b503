/**
 * Launch: from options to a running runtime.
 */
import { getEnvironmentData } from 'node:worker_threads'

import { DEQUE_RECORDS, localeTaskBytes } from '../delegate/stealing.ts'
import { OrujoError } from '../errors.ts'
import { metricsBytes } from '../metrics.ts'
import { threadsMemory } from '../transport/threads.ts'
import { LOADING_KEY, type LaunchOptions, type Settings, settle } from './options.ts'
import type { SharedParts } from './pools.ts'
import { Runtime } from './runtime.ts'
import { TraceFile, traceMemory } from './trace-file.ts'

/**
 * Starts the cores, loads the program on each, and resolves when they agree on its definitions.
 * Rejects with an OrujoError that says what to do: ORUJO_OPTION, ORUJO_MEMORY_EXHAUSTED,
 * ORUJO_PROGRAM, ORUJO_DUPLICATE_DEFINITION, ORUJO_UNKNOWN_DEFINITION, ORUJO_CORE_LOST. Then
 * nothing is left running.
 */
export async function launch(options: LaunchOptions): Promise<Runtime> {
  if (getEnvironmentData(LOADING_KEY) !== undefined) throw nestedError()
  const settings = settle(options)
  const parts = reserve(settings)
  const file = settings.trace === undefined ? undefined : await TraceFile.open(settings.trace.file)
  const runtime = new Runtime(settings, parts, file)
  let lost: OrujoError | undefined
  const noteLoss = (error: OrujoError): void => {
    lost = error
  }
  runtime.on('coreLost', noteLoss)
  try {
    await runtime.start()
    runtime.off('coreLost', noteLoss)
    return runtime
  } catch (error) {
    // If closing fails too, as where a trace cannot be written, that is not what went wrong first.
    await runtime.close({ force: true }).catch(() => undefined)
    throw lost ?? error
  }
}

/** The memory that host and cores share, and no more than the settings ask for. */
export function reserve(settings: Settings): SharedParts {
  const { trace } = settings
  const cores = settings.locales * settings.coresPerLocale
  try {
    return {
      threads: threadsMemory(cores + 1, settings.ringBytes / 8),
      heaps: Array.from({ length: cores }, () => new SharedArrayBuffer(settings.heapBytes)),
      metrics: new SharedArrayBuffer(metricsBytes(cores + 1)),
      trace: trace === undefined ? undefined : traceMemory(cores + 1, trace.eventsPerCore),
      tasks: Array.from({ length: settings.locales }, () => {
        return new SharedArrayBuffer(localeTaskBytes(settings.coresPerLocale, DEQUE_RECORDS))
      }),
    }
  } catch (error) {
    const traces = trace === undefined ? '' : `, traces of ${trace.eventsPerCore} records`
    throw new OrujoError(
      'ORUJO_MEMORY_EXHAUSTED',
      `This machine cannot reserve ${cores} heaps of ${settings.heapBytes} bytes, rings of ` +
        `${settings.ringBytes} bytes${traces}, and queues of unbound tasks. ` +
        'Lower launch({ heapBytes }) or have fewer cores.',
      { cause: error },
    )
  }
}

function nestedError(): OrujoError {
  return new OrujoError(
    'ORUJO_PROGRAM',
    'launch() was called while a core loads its program: every core would start a runtime of its ' +
      'own. Move the call to a module that launch({ program }) does not name or import.',
  )
}
