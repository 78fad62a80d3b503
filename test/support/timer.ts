/**
 * Timer: lets time pass where the passing of time is what is tested, such as idleness, or a task
 * that a timer resumes. Never to wait until something has happened: that is what `inTime` is for.
 */
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'

/** Resolves after `ms` milliseconds. Until then the thread has something to live for. */
export async function timer(ms: number): Promise<void> {
  const { port1 } = new MessageChannel()
  port1.ref()
  try {
    await once(AbortSignal.timeout(ms), 'abort')
  } finally {
    port1.close()
  }
}
