/**
 * A program that says what other programs have left behind on the cores they ran on.
 */
import { type Core, memoryUsage, onAllCores, task } from '@orujo/core'

/** What is left here, apart from the asking run itself: nothing, if all is well. */
export const leftHere = task('test.left-here', async (core: Core) => {
  const { calls, scheduler, scopes, unbound } = core.endpoint
  // The asking run is a task on core 0, in one scope inside another, and waits for as many calls as
  // cores.
  const isAsking = core.id === 0
  // Answers to joins may still be under way when a run ends.
  for (let turns = 0; calls.openCount > 1 && turns < 1000; turns++) await core.yield()
  const figures = {
    'calls without an answer': calls.openCount - (isAsking ? core.cores : 0),
    'running tasks': scheduler.activeTasks - (isAsking ? 2 : 1),
    'queued tasks': scheduler.queuedTasks,
    'unbound tasks': unbound.waiting,
    'open scopes': scopes.openCount - (isAsking ? 2 : 0),
    'waiters of scopes': scopes.waiterCount,
    objects: core.memory.objects.size,
  }
  return Object.entries(figures)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `core ${core.id}: ${count} ${what}`)
})

/** What is left on all cores. */
export const whatIsLeft = task('test.what-is-left', async (core: Core) => {
  const left = await onAllCores(core, leftHere)
  const { shared, own } = await memoryUsage(core)
  const bytes = [shared, ...own].reduce((sum, { bytesInUse }) => sum + bytesInUse, 0)
  return [...left.flat(), ...(bytes > 0 ? [`${bytes} bytes`] : [])]
})
