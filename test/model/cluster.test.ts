/** The cluster itself: it tells a hang from a long run, and notices what a test leaves behind. */
import test from 'ava'
import { type Core, completionEvent, delegate, task } from '@orujo/core'
import { Cluster, HangError, withCluster } from '../support/cluster.ts'
import { forSeeds } from '../support/schedule.ts'

const never = task('test.cluster.never', (_core: Core) => new Promise<number>(() => undefined))

const waitForNobody = task('test.cluster.wait', async (core: Core) => {
  const event = completionEvent(core)
  event.enroll()
  await event.wait()
})

const restless = task('test.cluster.restless', async (core: Core) => {
  for (;;) await core.yield()
})

const leave = task('test.cluster.leave', async (core: Core) => {
  core.hold({ left: 'behind' })
  completionEvent(core)
})

const log = delegate('test.cluster.log', (core: Core, text: string) => core.log(text))

const definitions = [never, waitForNobody, restless, leave, log]

for (const isLooping of [false, true]) {
  const title = (rule: string) => `${isLooping ? 'loops' : 'turns'}: ${rule}`

  test(title('a run that can never end is a hang that says who waits'), (t) =>
    forSeeds(5, async (schedule) => {
      const cluster = new Cluster({ definitions, schedule, isLooping })
      const error = await t.throwsAsync(cluster.run(never), { instanceOf: HangError })
      t.regex(error.message, /endpoint 0: 1 running tasks/)
      t.regex(error.message, /endpoint 2: 1 calls without an answer/)
      await cluster[Symbol.asyncDispose]()
    }),
  )

  test(title('a wait for what nobody completes is a hang that names the scope'), (t) =>
    forSeeds(5, async (schedule) => {
      const cluster = new Cluster({ definitions, schedule, isLooping })
      const error = await t.throwsAsync(cluster.run(waitForNobody), { instanceOf: HangError })
      t.regex(error.message, /endpoint 0: scope \d+ of 0: active 1/)
      t.regex(error.message, /1 waiters of scopes/)
      await cluster[Symbol.asyncDispose]()
    }),
  )

  test(title('what is left open fails the end of the test'), (t) =>
    forSeeds(5, async (schedule) => {
      const cluster = new Cluster({ definitions, schedule, isLooping })
      await cluster.run(leave)
      await t.throwsAsync(cluster.checkFreed(), { message: /0 bytes and 1 objects/ })
      t.regex(cluster.describe(), /endpoint 0: 1 open scopes/)
      t.throws(() => cluster.check(), { message: /Something is left/ })
    }),
  )

  test(title('the host and the cores write lines'), (t) =>
    withCluster({ definitions, isLooping }, async (cluster) => {
      const { host } = cluster
      await cluster.until(host.call(log, 1, 'there'))
      await cluster.until(host.call(log, host.id, 'here'))
      t.deepEqual(cluster.lines, ['[core 1] there', '[host] here'])
    }),
  )
}

test('turns: a run that goes on without end is stopped', async (t) => {
  const cluster = new Cluster({ definitions, maxSteps: 1000 })
  await t.throwsAsync(cluster.run(restless), { message: /No end after 1000 steps/ })
})
