/**
 * Timer: lets time pass where the passing of time is what is tested, such as idleness, or a task
 * that a timer resumes. Never to wait until something has happened: that is what `inTime` is for.
 */
import { once } from 'node:events'

/** Resolves after `ms` milliseconds. */
export async function timer(ms: number): Promise<void> {
  await once(AbortSignal.timeout(ms), 'abort')
}
