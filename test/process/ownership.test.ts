/** Ownership's standard library on threads: what works on clusters works here, and waits end. */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/ownership.js'

const url = new URL('../support/programs/process/ownership.js', import.meta.url)

function start(): Promise<Runtime> {
  const options = { program: url, locales: 2, coresPerLocale: 2, heapBytes: 2 ** 22 }
  return launch(options)
}

test.serial('every part of the standard library works on threads', async (t) => {
  await using runtime = await start()
  const sum = await inTime('channels', runtime.run(program.channels))
  t.is(sum, (4 * 16 * 49 * 50) / 2)
  const sums = await inTime('shares', runtime.run(program.shares))
  t.deepEqual(sums, [4 * 150, 4 * 150])
  t.deepEqual(await inTime('works', runtime.run(program.works)), [8, 40])
})

test.serial('an aborted run leaves what it waited for to others, and loses nothing', async (t) => {
  await using runtime = await start()
  const abort = new AbortController()
  const run = runtime.runWith({ signal: abort.signal }, program.waitAbroad)
  const { host } = runtime
  const waiting = async (): Promise<void> => {
    while ((await host.call(program.countWaits, 0)) !== 2) await host.yield()
  }
  await inTime('both wait', waiting())
  abort.abort()
  await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_ABORTED' })
  const last = runtime.host.call(program.useKept, 3)
  t.is(await inTime('what is left', last), 'text undefined')
})

test.serial('who receives what nobody will ever send is reported', async (t) => {
  await using runtime = await launch({
    program: url,
    coresPerLocale: 2,
    heapBytes: 2 ** 22,
    deadlockMs: 50,
  })
  const error = await t.throwsAsync(inTime('the run', runtime.run(program.starve)), {
    code: 'ORUJO_DEADLOCK',
  })
  t.regex(error.message, /values of a channel/)
})
