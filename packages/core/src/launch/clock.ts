/**
 * The clock of real threads: monotonic time, turns of the event loop, short pauses.
 */
import type { LoopClock } from '../task/scheduler.ts'

/** How long a core waits for a reader that does not keep up before it looks again. */
const PAUSE_MS = 1

export function threadClock(): LoopClock {
  return {
    now: () => performance.now(),
    macrotask: () => new Promise((resolve) => setImmediate(resolve)),
    pause: () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS)),
  }
}
