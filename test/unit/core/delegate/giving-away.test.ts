/**
 * Values that give themselves away: once a message with them is accepted, in whatever way it goes,
 * and never when it is refused.
 */
import test, { type ExecutionContext } from 'ava'
import { type Core, anywhere, delegate, task } from '@orujo/core'
import type { Endpoint } from '#core/delegate/endpoint.js'
import type { sendableBrand } from '#core/memory/handle.js'
import { codecExtension } from '#core/message/codec-extension.js'
import { Cluster, type ClusterOptions, withCluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

/** Counts how often it was given away. */
class Deed {
  declare readonly [sendableBrand]?: true
  given = 0
}

const deedExtension = codecExtension<Endpoint, Deed>({
  tag: 3,
  prototype: Deed.prototype,
  encode: (deed, out) => out.onSent(() => deed.given++),
  decode: () => new Deed(),
})

/** One that a body gives back; its core's own, because all cores are on one thread. */
const DRAWER = {}

function drawer(core: Core): Deed {
  return core.endpoint.state(DRAWER, () => new Deed())
}

const take = delegate('test.deeds.take', (_core: Core, deed: Deed, _rest?: unknown) => deed.given)

const give = delegate('test.deeds.give', (core: Core, rest?: unknown) => [drawer(core), rest])

const giveBytes = delegate('test.deeds.give-bytes', (core: Core, bytes: number) => {
  return [drawer(core), new Uint8Array(bytes)]
})

const giveFunction = delegate('test.deeds.give-function', (core: Core): unknown => {
  return [drawer(core), () => 1]
})

const giveLater = task('test.deeds.give-later', async (core: Core) => {
  await core.yield()
  return drawer(core)
})

const throwIt = delegate('test.deeds.throw', (core: Core) => {
  throw Object.assign(new Error('on purpose'), { deed: drawer(core) })
})

const takeTask = task('test.deeds.take-task', async (core: Core, deed: Deed, _rest?: unknown) => {
  await core.yield()
  return deed.given
})

const sendMany = task('test.deeds.send-many', async (core: Core) => {
  const deeds: Deed[] = []
  const refused = await failure(() => {
    for (;;) {
      deeds.push(new Deed())
      core.send(take, 1, deeds.at(-1)!)
    }
  })
  const called = new Deed()
  const calling = await failure(() => core.call(take, 1, called, new Uint8Array(400)))
  const codes = [refused?.code, calling?.code]
  return { codes, given: [...deeds, called].map((deed) => deed.given) }
})

const definitions = [
  ...[take, give, giveBytes, giveFunction, giveLater, throwIt, takeTask, sendMany],
]

function forClusters(
  options: Partial<ClusterOptions>,
  body: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const program = { definitions, extensions: [deedExtension] }
  return forSeeds(5, (schedule) => withCluster({ ...program, schedule, ...options }, body))
}

/** A new one, given away exactly once, and at once. */
async function givenOnce(
  t: ExecutionContext,
  cluster: Cluster,
  work: (deed: Deed) => unknown,
): Promise<void> {
  const deed = new Deed()
  const outcome = work(deed)
  t.is(deed.given, 1)
  if (outcome instanceof Promise) t.is(await cluster.until(outcome), 0)
  else await cluster.settle()
  t.is(deed.given, 1)
}

/** A new one, that is kept because of `code`. */
async function kept(
  t: ExecutionContext,
  cluster: Cluster,
  code: string,
  work: (deed: Deed) => unknown,
): Promise<void> {
  const deed = new Deed()
  const outcome = failure(() => work(deed))
  t.is((await cluster.until(outcome))?.code, code)
  t.is(deed.given, 0)
}

test('arguments are given away when they are sent: calls, sends, spawns, long messages', (t) =>
  forClusters({ ringWords: 64, locales: 2 }, async (cluster) => {
    for (const rest of [undefined, new Uint8Array(5000)]) {
      for (const core of [cluster.host, cluster.core(0)]) {
        await givenOnce(t, cluster, (deed) => core.call(take, 1, deed, rest))
        await givenOnce(t, cluster, (deed) => void core.send(take, 3, deed, rest))
        await givenOnce(t, cluster, (deed) => core.call(takeTask, 2, deed, rest))
        await givenOnce(t, cluster, (deed) => core.spawn(takeTask, 1, deed, rest).join())
        await givenOnce(t, cluster, (deed) => core.spawn(takeTask, anywhere, deed, rest).join())
        await givenOnce(t, cluster, (deed) => void core.send(takeTask, anywhere, deed, rest))
      }
    }
    const deed = new Deed()
    await cluster.run(takeTask, deed)
    t.is(deed.given, 1)
  }))

test('an argument is kept if a later one cannot be sent', (t) =>
  forClusters({}, async (cluster) => {
    const rest: unknown = () => 1
    for (const core of [cluster.host, cluster.core(0)]) {
      for (const work of [
        (deed: Deed) => core.call(take, 1, deed, rest),
        (deed: Deed) => core.send(take, 1, deed, rest),
        (deed: Deed) => core.spawn(takeTask, 1, deed, rest),
        (deed: Deed) => core.spawn(takeTask, anywhere, deed, rest),
        (deed: Deed) => core.send(takeTask, anywhere, deed, rest),
      ]) {
        await kept(t, cluster, 'ORUJO_NOT_SENDABLE', work)
      }
    }
    // Nor does the next message give away what the last one kept.
    await givenOnce(t, cluster, (deed) => cluster.host.call(take, 0, deed))
  }))

test('an argument is kept if its message may not wait', (t) =>
  forClusters({ ringWords: 64, outboxBytes: 4096 }, async (cluster) => {
    const { host } = cluster
    const sending = host.call(sendMany, 0)
    const { codes, given } = await cluster.until(sending)
    t.deepEqual(codes, ['ORUJO_OVERFLOW', 'ORUJO_OVERFLOW'])
    t.deepEqual(given.slice(-2), [0, 0])
    t.true(given.length > 100 && given.slice(0, -2).every((times) => times === 1))
  }))

test('an argument is kept if its message is too long, or nothing is sent any more', async (t) => {
  await forClusters({ ringWords: 64, outboxBytes: 2 ** 20 }, async (cluster) => {
    const core = cluster.core(0)
    const rest = new Uint8Array(2 ** 21)
    await kept(t, cluster, 'ORUJO_OVERFLOW', (deed) => core.call(take, 1, deed, rest))
    await kept(t, cluster, 'ORUJO_OVERFLOW', (deed) => core.send(take, 1, deed, rest))
  })
  const cluster = new Cluster({ definitions, extensions: [deedExtension] })
  const core = cluster.core(0)
  core.endpoint.end(Object.assign(new Error('the end'), { code: 'END' }))
  await kept(t, cluster, 'END', (deed) => core.send(take, 1, deed))
  await kept(t, cluster, 'END', (deed) => core.spawn(takeTask, anywhere, deed))
})

test('arguments of an unbound task are kept if there is no room for it', async (t) => {
  for (const work of [
    (core: Core, deed: Deed) => core.spawn(takeTask, anywhere, deed),
    (core: Core, deed: Deed) => core.send(takeTask, anywhere, deed),
  ]) {
    await forClusters({ dequeRecords: 2, maxOverflow: 1 }, async (cluster) => {
      const core = cluster.core(0)
      const joins = [0, 1, 2].map(() => core.spawn(takeTask, anywhere, new Deed()).join())
      await kept(t, cluster, 'ORUJO_OVERFLOW', (deed) => work(core, deed))
      t.deepEqual(await cluster.until(Promise.all(joins)), [0, 0, 0])
    })
  }
})

test('a result is given away with its answer, of a delegate and of a task', (t) =>
  forClusters({ ringWords: 64, locales: 2 }, async (cluster) => {
    const { host } = cluster
    const results: readonly (() => Promise<unknown>)[] = [
      () => host.call(give, 1),
      () => host.call(give, 1, new Uint8Array(5000)),
      () => host.call(giveLater, 1),
      () => host.spawn(giveLater, 1).join(),
    ]
    for (const [i, work] of results.entries()) {
      await cluster.until(work())
      t.is(drawer(cluster.core(1)).given, i + 1)
    }
    // Wherever it ran, and where it was spawned too: there the result is a copy.
    const deed = await cluster.until(cluster.core(0).spawn(giveLater, anywhere).join())
    t.is(deed.given, 0)
    const given = cluster.endpoints.map(({ id }) => drawer(cluster.core(id)).given)
    t.is(
      given.reduce((sum, times) => sum + times),
      results.length + 1,
    )
  }))

test('a result is kept if its answer cannot be sent', (t) =>
  forClusters({ ringWords: 64, outboxBytes: 2 ** 20 }, async (cluster) => {
    const { host } = cluster
    for (const [code, work] of [
      ['ORUJO_NOT_SENDABLE', () => host.call(giveFunction, 1)],
      ['ORUJO_OVERFLOW', () => host.call(giveBytes, 1, 2 ** 21)],
    ] as const) {
      await kept(t, cluster, code, work)
      t.is(drawer(cluster.core(1)).given, 0)
    }
  }))

test('what stays on its core, and what an error has, is not given away', (t) =>
  forClusters({}, async (cluster) => {
    const core = cluster.core(0)
    const deed = new Deed()
    t.is(await cluster.until(core.call(take, 0, deed)), 0)
    t.is(await cluster.until(core.spawn(takeTask, 0, deed).join()), 0)
    core.endpoint.sender.encoded(deed, 'a key')
    t.is(deed.given, 0)
    for (const dst of [0, 1]) {
      const error = await cluster.until(failure(() => core.call(throwIt, dst)))
      t.is(error?.message, 'on purpose')
      t.is(drawer(cluster.core(dst)).given, 0)
    }
  }))
