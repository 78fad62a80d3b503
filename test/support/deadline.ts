/**
 * Deadlines: whatever a test waits for either comes or is an error that names it, long before the
 * test runner gives up.
 */

/** What did not come in time. */
export class DeadlineError extends Error {}

/** Longer than anything here takes on a machine that is busy with other things. */
const DEFAULT_MS = 20_000

/** `work`, or a DeadlineError that names `what`. */
export async function inTime<T>(what: string, work: PromiseLike<T>, ms = DEFAULT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new DeadlineError(`${what}: nothing within ${ms} ms`))
    timer = setTimeout(fail, ms) // deadline
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
