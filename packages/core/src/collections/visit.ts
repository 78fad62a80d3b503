/**
 * Visit: runs a body over what one core holds of a collection, with a turn for everything else now
 * and then.
 *
 * Suspends    every VISITS_PER_TURN elements, and wherever a body that is a task does.
 * Failure     stops at the first body that fails, and rejects with its error.
 */
import { suspendedError } from '../delegate/arguments.ts'
import type { Core } from '../delegate/core.ts'
import { isThenable } from '../delegate/task-run.ts'
import type { AnyDefinition } from '../message/definition.ts'

/** Some 100 us of small bodies. */
const VISITS_PER_TURN = 1024
/** Bodies that suspend: how many of a core are under way at once. */
const TASKS_IN_FLIGHT = 256

/**
 * Calls `visit` for 0 to `count` - 1, and `keep` with each result, if it is given; `definition`
 * says whether `visit` may suspend.
 */
export async function visitEach(
  core: Core,
  definition: AnyDefinition,
  count: number,
  visit: (index: number) => unknown,
  keep?: (index: number, result: unknown) => void,
): Promise<void> {
  if (definition.kind === 'task') {
    return visitTasks(count, async (i) => {
      const result = await visit(i)
      keep?.(i, result)
    })
  }
  for (let i = 0; i < count; i++) {
    const result = visit(i)
    if (isThenable(result)) throw suspendedError(definition, result)
    keep?.(i, result)
    if (core.endpoint.scheduler.isCongested()) await core.drain()
    else if (i % VISITS_PER_TURN === VISITS_PER_TURN - 1) await core.yield()
  }
}

async function visitTasks(count: number, visit: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const fibre = async (): Promise<void> => {
    while (next < count) await visit(next++)
  }
  const fibres = Array.from({ length: Math.min(TASKS_IN_FLIGHT, count) }, () =>
    fibre().catch((error: unknown) => {
      next = count
      throw error
    }),
  )
  const outcomes = await Promise.allSettled(fibres)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
