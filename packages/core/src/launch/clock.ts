/**
 * The clock of real threads: monotonic time that all of them share, and turns of the event loop.
 */
import type { LoopClock } from '../task/scheduler.ts'

/** Start of this thread's own time, in milliseconds since 1970. */
export function threadOrigin(): number {
  return performance.timeOrigin
}

/** Milliseconds since `origin`, the host's `threadOrigin`, so that times can be compared. */
export function threadClock(origin: number): LoopClock {
  const offset = threadOrigin() - origin
  return {
    now: () => performance.now() + offset,
    macrotask: () => new Promise((resolve) => setImmediate(resolve)),
  }
}
