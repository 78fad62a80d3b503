/**
 * Runs: admits tasks that the host wants run, a bounded number at a time, and aborts them.
 *
 * States      of a run: waiting -> running -> ended. An aborted run that waits ends at once; one
 *             that runs gets `abortGraceMs` to end by itself, then the runtime is ended.
 * Ordering    by priority, then in the order of the calls.
 * Failure     an aborted run rejects with ORUJO_ABORTED, and only when nothing of it runs any more;
 *             one that cannot go on with ORUJO_DEADLOCK, at once: what waits there is aborted.
 */
import PQueue from 'p-queue'

import type { Endpoint } from '../delegate/endpoint.ts'
import { OrujoError } from '../errors.ts'
import type { Task } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import type { DeadlockWatch } from './deadlock-watch.ts'

export interface RunsOptions {
  /** Told of every run that begins and ends. */
  readonly watch: DeadlockWatch
  readonly maxRuns: number
  readonly abortGraceMs: number
  /** Ends the runtime: a run did not stop when it was told to. */
  readonly giveUp: (error: OrujoError) => void
}

/** A run as it was asked for. */
export interface RunRequest {
  readonly main: Task<never, unknown>
  readonly args: readonly unknown[]
  readonly core: CoreId
  readonly priority: number
  readonly signal: AbortSignal | undefined
  /** 0: not to be judged. */
  readonly deadlockMs: number
}

export class Runs {
  readonly #endpoint: Endpoint
  readonly #options: RunsOptions
  readonly #queue: PQueue

  constructor(endpoint: Endpoint, options: RunsOptions) {
    this.#endpoint = endpoint
    this.#options = options
    this.#queue = new PQueue({ concurrency: options.maxRuns })
  }

  /** Resolves with the task's result when it and all that came of it has ended. */
  async add(request: RunRequest): Promise<unknown> {
    const { signal } = request
    if (isAborted(signal)) throw abortedError(request)
    const mark = this.#options.watch.mark()
    const release = await this.#admit(request) // suspends: the runtime may end, the signal abort
    // Not inside the queue: its own promises would hide who waits from the stack of an error.
    try {
      if (isAborted(signal)) throw abortedError(request)
      if (this.#endpoint.ended !== undefined) throw this.#endpoint.ended
      return await this.#run(request, mark)
    } finally {
      release()
    }
  }

  /** Resolves when no run waits or runs. */
  async idle(): Promise<void> {
    await this.#queue.onIdle()
  }

  /** Resolves when the run may start, with what to call when it has ended. */
  async #admit(request: RunRequest): Promise<() => void> {
    const { priority, signal } = request
    const waiting = new AbortController()
    const stopWaiting = (): void => waiting.abort(abortedError(request))
    signal?.addEventListener('abort', stopWaiting, { once: true })
    try {
      return await new Promise<() => void>((admitted, refused) => {
        const hold = (): Promise<void> => new Promise<void>((release) => admitted(release))
        this.#queue.add(hold, { priority, signal: waiting.signal }).catch(refused)
      })
    } finally {
      signal?.removeEventListener('abort', stopWaiting)
    }
  }

  async #run(request: RunRequest, mark: number): Promise<unknown> {
    const endpoint = this.#endpoint
    const { main, core, args, deadlockMs, signal } = request
    const result = endpoint.callScoped(main, core, args)
    const call = endpoint.calls.last
    const { watch } = this.#options
    const ended = watch.begin({ definition: main.name, core, call, deadlockMs, signal }, mark)
    try {
      return await (signal === undefined ? result : this.#abortable(request, signal, result, call))
    } finally {
      ended()
    }
  }

  async #abortable(
    request: RunRequest,
    signal: AbortSignal,
    result: Promise<unknown>,
    call: number,
  ): Promise<unknown> {
    const endpoint = this.#endpoint
    const { abortGraceMs, giveUp } = this.#options
    let grace: NodeJS.Timeout | undefined
    const abort = (): void => {
      if (endpoint.ended !== undefined) return
      endpoint.abortRun(request.core, call)
      grace = setTimeout(() => giveUp(ignoredError(request, abortGraceMs)), abortGraceMs)
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      const value = await result
      if (isAborted(signal)) throw abortedError(request)
      return value
    } catch (error) {
      // The end of the runtime is the graver news; whatever else came of the abort is its cause.
      throw isAborted(signal) && endpoint.ended === undefined ? abortedError(request) : error
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', abort)
    }
  }
}

function abortedError({ main, signal }: RunRequest): OrujoError {
  const { name } = main
  return new OrujoError('ORUJO_ABORTED', `The run of '${name}' was aborted.`, {
    definition: name,
    cause: signal?.reason,
  })
}

function ignoredError({ main, signal }: RunRequest, graceMs: number): OrujoError {
  const { name } = main
  return new OrujoError(
    'ORUJO_ABORTED',
    `The runtime was ended, because the run of '${name}' did not stop within ${graceMs} ms of ` +
      'its abort. Have long tasks look at core.signal, or raise launch({ abortGraceMs }).',
    { definition: name, cause: signal?.reason },
  )
}

/** A question, so that the compiler does not take the answer for granted later on. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}
