/** The end of endpoints: nothing waits for ever, nothing is begun, and nobody hears of it twice. */
import test from 'ava'
import { OrujoError } from '#core/errors.js'
import { definitionsIn } from '#core/message/handlers.js'
import { Cluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'
import * as program from '../../../support/programs/end.ts'
import { forSeeds } from '../../../support/schedule.ts'

const definitions = [...definitionsIn(program)]

function makeCluster(): Cluster {
  return new Cluster({ definitions, coresPerLocale: 2, ringWords: 64 })
}

function endAll(cluster: Cluster): OrujoError {
  const end = new OrujoError('ORUJO_CLOSED', 'the end')
  for (const endpoint of cluster.endpoints) endpoint.end(end)
  return end
}

/** Whether it has settled, after every microtask has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = (): void => void (settled = true)
  promise.then(settle, settle)
  for (let i = 0; i < 20; i++) await undefined
  return settled
}

test('whatever the host waits for rejects with the error of the end', async (t) => {
  const cluster = makeCluster()
  const { host } = cluster
  const event = cluster.host.endpoint.scopes.open(host.scope, true)
  cluster.host.endpoint.scopes.enter(event)
  const waits = [
    host.call(program.forever, 0),
    host.spawn(program.forever, 1).join(),
    host.finish((inner) => void inner.send(program.forever, 1)),
    host.finish(() => new Promise(() => undefined)),
    cluster.endpoints[2]!.callScoped(program.forever, 0, []),
    host.endpoint.scopes.wait(event),
    host.yield(),
    drainOfFull(cluster),
  ]
  for (const wait of waits) wait.catch(() => undefined)
  const isBegun = await Promise.all(waits.map(isSettled))
  t.false(isBegun.includes(true))
  const end = endAll(cluster)
  for (const [index, wait] of waits.entries()) {
    // The work of the second finish never ends, and is the program's own.
    if (index === 3) continue
    t.is(await failure(() => wait), end, `wait ${index}`)
  }
})

/** Drains an outbox that nobody empties. */
function drainOfFull(cluster: Cluster): Promise<void> {
  while (cluster.host.send(program.take, 0, 1));
  return cluster.host.drain()
}

test('after the end every operation refuses with its error', async (t) => {
  const cluster = makeCluster()
  const { host } = cluster
  const end = endAll(cluster)
  endAll(cluster)
  for (const operation of [
    () => host.call(program.take, 0, 1),
    () => host.call(program.take, host.id, 1),
    () => host.send(program.take, 0, 1),
    () => host.send(program.take, host.id, 1),
    () => host.send(program.takeText, 0, 'text'),
    () => host.call(program.takeText, 0, 'text'),
    () => host.spawn(program.forever, 0),
    () => host.yield(),
    () => host.drain(),
    () => host.finish(() => 1),
  ]) {
    t.is(await failure(operation), end, String(operation))
  }
})

test('tasks that go on after the end disturb nobody', (t) =>
  forSeeds(20, async (schedule) => {
    const cluster = new Cluster({ definitions, coresPerLocale: 2, schedule })
    const { host } = cluster
    const runs = [
      host.call(program.onSignal, 0),
      host.call(program.onSignal, host.id),
      host.call(program.failOnSignal, 1),
      host.call(program.failOnSignal, host.id),
      cluster.endpoints[2]!.callScoped(program.onSignal, 0, []),
      cluster.endpoints[2]!.callScoped(program.failOnSignal, 1, []),
    ]
    host.send(program.failOnSignal, 0)
    host.send(program.failOnSignal, host.id)
    for (const run of runs) run.catch(() => undefined)
    for (let i = 0; i < 3; i++) await cluster.settle()
    const end = endAll(cluster)
    for (const run of runs) t.is(await failure(() => run), end)
    for (const core of [0, 1, 2]) program.signal(cluster.core(core))
    // An unhandled rejection would fail this file.
    await isSettled(new Promise(() => undefined))
  }))
