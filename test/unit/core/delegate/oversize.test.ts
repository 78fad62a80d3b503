/** Messages longer than may wait: refused before any part of them is sent. */
import test from 'ava'
import { type Core, delegate, task } from '@orujo/core'
import { withCluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'

const RING_WORDS = 64
/** Two chunks of overflow. */
const OUTBOX_BYTES = 2 ** 20

const length = delegate('test.oversize.length', (_core: Core, bytes: Uint8Array) => bytes.length)

const sendLong = task('test.oversize.send', async (core: Core, bytes: number, filled: number) => {
  for (let i = 0; i < filled; i++) core.send(length, 1, new Uint8Array(1000))
  const before = core.endpoint.scheduler.outboxes[1]!.messages
  const error = await failure(() => core.send(length, 1, new Uint8Array(bytes)))
  const sent = core.endpoint.scheduler.outboxes[1]!.messages - before
  await core.drain()
  return { error, sent, after: await core.call(length, 1, new Uint8Array(5000)) }
})

const makeLong = delegate('test.oversize.make', (_core: Core, bytes: number) => {
  return new Uint8Array(bytes)
})

const definitions = [length, sendLong, makeLong]
const options = { definitions, coresPerLocale: 2, ringWords: RING_WORDS, outboxBytes: OUTBOX_BYTES }

test('a message that is longer than may wait is refused whole, and says what to do', (t) =>
  withCluster(options, async (cluster) => {
    for (const [bytes, filled] of [
      [2 * OUTBOX_BYTES, 0],
      [OUTBOX_BYTES - 500_000, 500],
    ] as const) {
      const { error, sent, after } = await cluster.run(sendLong, bytes, filled)
      t.is(error?.code, 'ORUJO_OVERFLOW')
      t.regex(error?.message ?? '', /^A message of \d+ bytes to core 1 .* raise launch\(\{ outbox/)
      t.is(sent, 0)
      t.is(after, 5000)
    }
  }))

test('a message that may just wait is sent', (t) =>
  withCluster(options, async (cluster) => {
    const { error, after } = await cluster.run(sendLong, OUTBOX_BYTES - 100_000, 0)
    t.is(error, undefined)
    t.is(after, 5000)
  }))

test('an answer that is longer than may wait rejects its call', (t) =>
  withCluster(options, async (cluster) => {
    const { host } = cluster
    const error = await failure(() => cluster.until(host.call(makeLong, 1, 2 * OUTBOX_BYTES)))
    t.is(error?.code, 'ORUJO_OVERFLOW')
    const answer = await cluster.until(host.call(makeLong, 1, 10_000))
    t.is(answer.length, 10_000)
  }))
