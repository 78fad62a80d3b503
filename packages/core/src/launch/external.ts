/**
 * External: whether something other than a message can still resume a task on this thread: a timer,
 * a file, a socket, a port, a child process.
 *
 * Exact       what Node lists as active (requests, referenced handles, timers, immediates); jobs in
 *             its thread pool (compression, cryptography, add-ons); timers, sockets, files and
 *             processes that do not keep the process alive, such as timers of
 *             `AbortSignal.timeout`.
 * Not seen    compilation in threads of the engine: it uses a CPU, and the host looks at that. An
 *             add-on with threads of its own, a port or Worker that does not keep the process
 *             alive, and `Atomics.waitAsync` of the program's own.
 */

/** A handle as Node's diagnostic report describes it. */
interface ReportedHandle {
  readonly type: string
  readonly is_active?: boolean
}

/** A handle as Node keeps it. Not every kind can be let go. */
interface Handle {
  ref?(): void
  unref?(): void
}

/** Handles that every loop has of its own; timers are looked at apart. */
const OWN_TYPES: readonly string[] = Object.freeze([
  ...['loop', 'async', 'timer'],
  ...['check', 'idle', 'prepare'],
])

/** What leaves the list by itself, or tells of something that is over. */
const HARMLESS: readonly string[] = Object.freeze(['CloseReq'])

export class ExternalSources {
  /** The runtime's own, by type; none before `learn`. */
  #own: ReadonlyMap<string, number> = new Map()
  #isLearned = false

  /**
   * To be called before the program is loaded: what is active then is the runtime's own. Twice some
   * time apart, because what is active only once was passing.
   */
  learn(): void {
    const now = countActive()
    if (this.#isLearned) {
      for (const [type, count] of now) now.set(type, Math.min(count, this.#own.get(type) ?? 0))
    }
    this.#own = now
    this.#isLearned = true
  }

  /** Whether anything is listed beyond the runtime's own. Takes microseconds. */
  isActive(): boolean {
    for (const [type, count] of countActive()) {
      if (count > (this.#own.get(type) ?? 0)) return true
    }
    return false
  }

  /** Whether there is anything at all, listed or not. Takes milliseconds. */
  isAny(): boolean {
    return this.isActive() || hasHiddenWork()
  }
}

function countActive(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) {
    if (!HARMLESS.includes(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

/**
 * Whether the event loop of this thread waits for anything that `isActive` cannot see: a job in the
 * thread pool, or a timer or another handle that does not keep the process alive.
 *
 * Node's diagnostic report says whether the loop is alive. The runtime's own ports keep it so, and
 * are therefore let go for the moment of the report; no event can come in that moment. The first
 * timer of a thread is Node's own and serves all timers of programs; later ones are the engine's. A
 * cleared timer may leave it armed until it would have run: that only makes a report late.
 */
function hasHiddenWork(): boolean {
  // Deprecated in the documentation only, and the one way to the ports of the pool.
  const { _getActiveHandles: activeHandles } = process as { _getActiveHandles?: () => Handle[] }
  if (activeHandles === undefined) return true
  const handles = activeHandles().filter(
    ({ ref, unref }) => ref !== undefined && unref !== undefined,
  )
  for (const handle of handles) handle.unref!()
  try {
    const reported = reportedHandles()
    const loop = reported.find(({ type }) => type === 'loop')
    const timer = reported.find(({ type }) => type === 'timer')
    return (
      loop?.is_active !== false ||
      timer?.is_active !== false ||
      reported.some(({ type, is_active }) => is_active !== false && !OWN_TYPES.includes(type))
    )
  } finally {
    for (const handle of handles) handle.ref!()
  }
}

function reportedHandles(): readonly ReportedHandle[] {
  // Looking up the peers of open connections could take seconds. Known since Node 20.13.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  const before = report.excludeNetwork
  report.excludeNetwork = true
  try {
    const { libuv = [] } = report.getReport() as { libuv?: readonly ReportedHandle[] }
    return libuv
  } finally {
    if (before !== undefined) report.excludeNetwork = before
  }
}
