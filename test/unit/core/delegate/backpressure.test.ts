/** Backpressure: rings that are full, outboxes that overflow, and their bound. */
import test from 'ava'
import { definitionsIn } from '#core/message/handlers.js'
import { type Cluster, withCluster } from '../../../support/cluster.ts'
import * as program from '../../../support/programs/pressure.ts'
import { type Schedule, forSeeds } from '../../../support/schedule.ts'

const definitions = [...definitionsIn(program)]

/** Two chunks of overflow. */
const OUTBOX_BYTES = 2 ** 20

function withTightCluster(
  schedule: Schedule,
  body: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const options = { definitions, schedule, ringWords: 64, outboxBytes: OUTBOX_BYTES }
  return withCluster({ coresPerLocale: 2, ...options }, body)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

test('send answers false when the ring is full, and true again after a drain', (t) =>
  forSeeds(20, (schedule) =>
    withTightCluster(schedule, async (cluster) => {
      for (const dst of [1, cluster.topology.host]) {
        const { count, isOpenBefore, isOpenAfter } = await cluster.run(program.untilFull, dst)
        t.true(count >= 10 && count < 64)
        t.false(isOpenBefore)
        t.true(isOpenAfter)
        const numbers = await cluster.until(cluster.host.call(program.seen, dst))
        t.deepEqual(numbers, range(count + 3))
      }
    }),
  ))

test('a producer that never waits is stopped at the bound; what was taken arrives', (t) =>
  forSeeds(3, (schedule) =>
    withTightCluster(schedule, async (cluster) => {
      const { taken, error, refused } = await cluster.run(program.unto, 1, 2 ** 20)
      t.is(error?.code, 'ORUJO_OVERFLOW')
      t.regex(error!.message, /core 1\b.*drain/)
      t.true(taken * 8 >= OUTBOX_BYTES / 2 && taken * 8 <= 2 * OUTBOX_BYTES)
      t.deepEqual(refused, Array(3).fill('ORUJO_OVERFLOW'))
      const numbers = await cluster.until(cluster.host.call(program.seen, 1))
      t.deepEqual(numbers, range(taken + 1))
    }),
  ))

test('answers beyond the bound reject their calls, and the core goes on', (t) =>
  forSeeds(3, (schedule) =>
    withTightCluster(schedule, async (cluster) => {
      const { codes, after } = await cluster.run(program.bigAnswers, 1)
      t.true(codes.includes('ORUJO_OVERFLOW'))
      t.true(codes.every((code) => code === 'ORUJO_OVERFLOW' || code === 10_000))
      t.is(after, 1)
    }),
  ))
