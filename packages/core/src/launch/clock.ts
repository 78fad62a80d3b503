/**
 * The clocks of real threads: monotonic time that all of them share, turns of the event loop, and
 * the CPU time of the process.
 */
import type { LoopClock } from '../task/scheduler.ts'

/** Start of this thread's own time, in milliseconds since 1970. */
export function threadOrigin(): number {
  return performance.timeOrigin
}

/** CPU time that this process has used outside of this thread's loop, about, in milliseconds. */
export function backgroundCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 - performance.eventLoopUtilization().active
}

/** Milliseconds since `origin`, the host's `threadOrigin`, so that times can be compared. */
export function threadClock(origin: number): LoopClock {
  const offset = threadOrigin() - origin
  return {
    now: () => performance.now() + offset,
    macrotask: () => new Promise((resolve) => setImmediate(resolve)),
  }
}
