/**
 * External: whether something other than a message can still resume a task on this thread: a timer,
 * a file, a socket, a port, a child process.
 *
 * Exact       what Node lists as active (requests, referenced handles, timers, immediates), and
 *             timers that do not keep the process alive, such as those of `AbortSignal.timeout`.
 * Not listed  compression and cryptography in Node's thread pool, compilation: they use a CPU, and
 *             the host looks at that (deadlock.md). A native add-on that waits in a thread of its
 *             own, and `Atomics.waitAsync` of the program's own, cannot be seen at all.
 */

/** A handle as Node's diagnostic report describes it. */
interface ReportedHandle {
  readonly type: string
  readonly is_active?: boolean
}

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
}

function countActive(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) {
    if (!HARMLESS.includes(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

/**
 * Whether Node's timer is armed. It serves all timers of a thread, unreferenced ones too, and is
 * the first that a thread makes; later ones are the engine's. A cleared timer may leave it armed
 * until it would have run: that only makes a report late. Takes milliseconds.
 */
export function isTimerArmed(): boolean {
  const { report } = process
  // Looking up the peers of open connections could take seconds. Known since Node 20.13.
  const options = report as { excludeNetwork?: boolean }
  const before = options.excludeNetwork
  options.excludeNetwork = true
  try {
    const { libuv = [] } = report.getReport() as { libuv?: readonly ReportedHandle[] }
    return libuv.find(({ type }) => type === 'timer')?.is_active === true
  } finally {
    if (before !== undefined) options.excludeNetwork = before
  }
}
