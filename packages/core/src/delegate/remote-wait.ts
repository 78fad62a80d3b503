/**
 * Remote wait: how a task on any core uses a synchronization primitive on one. The request travels
 * as a called task, which waits in the queue at home and answers when it is granted: no handler
 * waits, and nothing polls.
 *
 * Ordering    what one core asks of one primitive is done in the order in which it asked, releases
 *             and signals included: all of it travels as tasks, which start in order. A delegate
 *             would overtake the tasks that arrived before it.
 * Failure     when the run is aborted, what waits at home leaves its queue and rejects with
 *             ORUJO_ABORTED. A right that was granted by then, and reaches its core later, is
 *             handed on from there, whether anybody still awaits it or not. When a core is lost all
 *             waits reject, as all calls do, and there is nobody left to hand anything on to.
 */
import { ObjectAddress } from '../memory/objects.ts'
import { abortedWait } from '../sync/wait-queue.ts'
import type { Core } from './core.ts'

/** The object at `raw`, which its caller knows to be a T. */
export function objectAt<T>(core: Core, raw: number): T {
  return new ObjectAddress<T>(raw).local(core)
}

/** Whether a request must go to the queue, so as to be told there that its run is aborted. */
export function isAborted(core: Core): boolean {
  return core.scope.isAborted
}

/** The right that `request` is granted; of an aborted run, `handOn` gets it, and this rejects. */
export async function granted(
  core: Core,
  what: string,
  request: Promise<number>,
  handOn: (right: number) => void,
): Promise<number> {
  const right = await request
  if (!isAborted(core)) return right
  if (core.endpoint.ended === undefined) handOn(right)
  throw abortedWait(what, core.signal.reason)
}
