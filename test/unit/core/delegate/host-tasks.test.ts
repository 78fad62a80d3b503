/** Unbound tasks of the host: it is told when they are too many, and no core fails of them. */
import test from 'ava'
import { type Core, anywhere, completionEvent, delegate, task } from '@orujo/core'
import { DEQUE_RECORDS } from '#core/delegate/stealing.js'
import { Cluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

/** What has run on a core, and who waits there. */
class Gate {
  readonly steps: (number | string)[] = []
  readonly waiting: (() => void)[] = []
}

function gateOf(core: Core): Gate {
  return core.endpoint.state(Gate, () => new Gate())
}

const note = task('test.host.note', (core: Core, step: number | string) => {
  gateOf(core).steps.push(step)
})

/** Waits until somebody opens the gate. */
const pass = task('test.host.pass', (core: Core) => {
  return new Promise<void>((resolve) => void gateOf(core).waiting.push(resolve))
})

const open = delegate('test.host.open', (core: Core) => {
  for (const resolve of gateOf(core).waiting.splice(0)) resolve()
  core.endpoint.scheduler.touch()
})

const give = task('test.host.give', async (core: Core, value: string) => {
  await core.yield()
  return value
})

const definitions = [note, pass, open, give]

function stepsOf(cluster: Cluster): (number | string)[] {
  return gateOf(cluster.core(0)).steps.splice(0)
}

test('the host is told when as many of its tasks as deques hold are unfinished', async (t) => {
  await using cluster = new Cluster({ definitions, coresPerLocale: 2, ringWords: 2 ** 19 })
  const { host } = cluster
  const event = completionEvent(host)
  const inner = event.on(host)
  let sent = 1
  while (inner.send(pass, anywhere) && sent < 4 * DEQUE_RECORDS) sent++
  t.is(sent, 2 * DEQUE_RECORDS)
  let isDrained = false
  const drained = host.drain().then(() => {
    isDrained = true
  })
  await cluster.settle()
  t.false(isDrained)
  for (const dst of [0, 1]) host.send(open, dst)
  await cluster.until(drained)
  t.true(inner.send(note, anywhere, 1))
  await cluster.until(event.wait())
  await cluster.until(event.close())
})

test('tasks that a core has no room for begin at once', (t) =>
  forSeeds(5, async (schedule) => {
    const room = { dequeRecords: 4, maxOverflow: 3, ringWords: 4096 }
    await using cluster = new Cluster({ definitions, schedule, coresPerLocale: 1, ...room })
    const { host } = cluster
    const results = Array.from({ length: 20 }, (_, i) => host.spawn(give, anywhere, `${i}`).join())
    const work = host.finish((inner) => {
      for (let i = 0; i < 20; i++) inner.send(note, anywhere, i)
      for (let i = 0; i < 20; i++) inner.send(note, anywhere, `${i}`)
    })
    await cluster.until(work)
    t.is((await cluster.until(Promise.all(results))).join(), [...Array(20).keys()].join())
    const steps = stepsOf(cluster)
    t.is(steps.length, 40)
    t.is(new Set(steps).size, 40)
    t.is(cluster.metrics().total.tasksStarted, 60)
  }))

test('a host that never waits is stopped at the bound; what was taken runs', async (t) => {
  const bounds = { dequeRecords: 4, maxOverflow: 3, ringWords: 64, outboxBytes: 4096 }
  await using cluster = new Cluster({ definitions, coresPerLocale: 1, ...bounds })
  const { host } = cluster
  let error: Failure | undefined
  let sent = 0
  const work = host.finish(async (inner) => {
    error = await failure(() => {
      for (; sent < 2 ** 20; sent++) inner.send(note, anywhere, `${sent}`)
    })
    t.is((await failure(() => inner.spawn(give, anywhere, 'text')))?.code, 'ORUJO_OVERFLOW')
  })
  await cluster.until(work)
  t.is(error?.code, 'ORUJO_OVERFLOW')
  t.regex(error!.message, /core 0\b.*drain/)
  t.is(stepsOf(cluster).length, sent)
})
