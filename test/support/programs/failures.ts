/**
 * A program for tests of failures on their way home.
 */
import { type Core, type GlobalArray, delegate, free, globalArray, i32, task } from '@orujo/core'
import { failure } from '../machine.ts'

export const fail = delegate('test.failure.fail', (_core: Core, message: string) => {
  throw new Error(message)
})

/** Fails at once, and says nothing of it to its caller. */
export const failInside = delegate('test.failure.inside', (core: Core, message: string) => {
  core.send(fail, core.id, message)
})

/** On neither the home of its scope nor the core that it calls. */
export const callInside = task('test.failure.call-inside', async (core: Core) => {
  await core.call(failInside, 2, 'far away')
})

export const callFromAfar = task('test.failure.from-afar', async (core: Core) => {
  core.send(callInside, 1)
})

export const failTask = task('test.failure.task', async (core: Core) => {
  core.send(fail, core.id, 'far away')
})

export const callTask = task('test.failure.call-task', async (core: Core) => {
  await core.call(failTask, 2)
})

export const taskFromAfar = task('test.failure.task-from-afar', async (core: Core) => {
  core.send(callTask, 1)
})

export const take = task(
  'test.failure.take',
  async (_core: Core, array: GlobalArray<typeof i32>) => array.length,
)

/** Errors of the join and of the scope of a task that gets an array freed before it. */
export const spawnWithFreed = task('test.failure.freed', async (core: Core) => {
  const array = await globalArray(core, i32, 10)
  await free(core, array)
  const joins: unknown[] = []
  const scope = await failure(() =>
    core.finish(async (inner) => {
      joins.push(await failure(() => inner.spawn(take, 1, array).join()))
    }),
  )
  return [joins[0], scope]
})

export const failAtLength = task('test.failure.at-length', async (core: Core) => {
  core.send(fail, 2, 'x'.repeat(10_000))
})
