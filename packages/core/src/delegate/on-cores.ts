/**
 * On cores: one call per core, and the wait for all of them. Whoever goes on after a failure must
 * not meet what is still under way, so nobody stops waiting at the first.
 */
import type { CoreId } from '../place.ts'
import type { Core } from './core.ts'

/** Calls that have begun, by core. One that throws at once is a promise like the others. */
export function onCores<R>(
  core: Pick<Core, 'cores'>,
  call: (dst: CoreId) => Promise<R>,
): Promise<R>[] {
  return Array.from({ length: core.cores }, async (_, dst) => call(dst))
}

/** All values; rejects when all have ended, with the error of the first core that failed. */
export async function allEnded<R>(calls: readonly Promise<R>[]): Promise<R[]> {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}
