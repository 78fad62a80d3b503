/** Waits on threads: they end with their run, and with the core they wait for. */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as waiting from '../support/programs/process/waiting.ts'

const program = new URL('../support/programs/process/waiting.js', import.meta.url)

async function waitersAt(runtime: Runtime, core: number, count: number): Promise<void> {
  while ((await runtime.host.call(waiting.countWaiters, core)) !== count) await runtime.host.yield()
}

test.serial('an aborted run that waits for a lock ends, and the lock is not lost', async (t) => {
  await using runtime = await launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20 })
  const mutex = await runtime.host.call(waiting.lockHere, 1)
  const abort = new AbortController()
  const aborted = runtime.runWith({ signal: abort.signal }, waiting.waitForLock, mutex)
  const other = runtime.run(waiting.waitForLock, mutex)
  await inTime('both wait', waitersAt(runtime, 1, 2))
  abort.abort()
  await t.throwsAsync(inTime('the aborted run', aborted), { code: 'ORUJO_ABORTED' })
  await inTime('one waits', waitersAt(runtime, 1, 1))
  await runtime.host.call(waiting.release, 1)
  t.is(await inTime('the other run', other), 'locked')
})

test.serial('who waits for a lock at a core that dies is told so', async (t) => {
  await using runtime = await launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20 })
  const mutex = await runtime.host.call(waiting.lockHere, 1)
  const run = runtime.run(waiting.waitForLock, mutex)
  const told = t.throwsAsync(inTime('the run', run), { code: 'ORUJO_CORE_LOST' })
  await inTime('it waits', waitersAt(runtime, 1, 1))
  await t.throwsAsync(inTime('the end', runtime.host.call(waiting.exit, 1)), {
    code: 'ORUJO_CORE_LOST',
  })
  await told
})
