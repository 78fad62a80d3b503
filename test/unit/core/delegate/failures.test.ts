/** Failures on their way home: none is lost, whatever arrives first. */
import test from 'ava'
import { withCluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'
import * as program from '../../../support/programs/failures.ts'
import { forSeeds } from '../../../support/schedule.ts'

const definitions = Object.values(program)

for (const [title, main] of [
  ['that the body of a call gave rise to', program.callFromAfar],
  ['of a task that is called and then fails its scope', program.taskFromAfar],
] as const) {
  test(`a failure ${title} reaches a scope whose home is elsewhere before its end`, (t) =>
    forSeeds(100, (schedule) =>
      withCluster({ definitions, coresPerLocale: 3, schedule }, async (cluster) => {
        const error: Failure = await t.throwsAsync(cluster.run(main))
        t.deepEqual(
          error.errors?.map(({ message }) => message),
          ['far away'],
        )
      }),
    ))
}

test('a spawned task whose arguments cannot be looked up where it arrives fails its scope', (t) =>
  forSeeds(20, (schedule) =>
    withCluster({ definitions, coresPerLocale: 2, schedule }, async (cluster) => {
      const [joined, scope] = await cluster.run(program.spawnWithFreed)
      t.is((joined as Failure).code, 'ORUJO_BAD_ADDRESS')
      t.is((scope as Failure).code, 'ORUJO_WORK_FAILED')
    }),
  ))

test('a failure longer than a frame arrives before the scope ends', (t) =>
  forSeeds(20, (schedule) =>
    withCluster({ definitions, coresPerLocale: 3, schedule, ringWords: 64 }, async (cluster) => {
      const error = await failure(() => cluster.run(program.failAtLength))
      t.is(error?.errors?.[0]?.message.length, 10_000)
    }),
  ))
