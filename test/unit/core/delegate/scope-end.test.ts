/** Handles of scopes that have ended, and what a scope waits for. */
import test from 'ava'
import { type Core, completionEvent, delegate, task } from '@orujo/core'
import { slotOf } from '#core/sync/scope-number.js'
import { Cluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'
import { forSeeds } from '../../../support/schedule.ts'

class Seen {
  count = 0
  aborts = 0
  core: Core | undefined
}

function seenOf(core: Core): Seen {
  return core.endpoint.state(Seen, () => new Seen())
}

const see = delegate('test.scope.see', (core: Core, by: number) => {
  seenOf(core).count += by
})

const seeText = delegate('test.scope.see-text', (core: Core, text: string) => {
  seenOf(core).count += text.length
})

const seeLate = task('test.scope.see-late', async (core: Core) => {
  for (let i = 0; i < 5; i++) await core.yield()
  seenOf(core).count++
})

const fail = delegate('test.scope.fail', (_core: Core, _value: number) => {
  throw new Error('on purpose')
})

/** Uses the handle of a scope after it has ended; then another scope gets its slot. */
const useAfterEnd = task('test.scope.use-after-end', async (core: Core, isReused: boolean) => {
  let kept = core
  await core.finish((inner) => {
    kept = inner
    inner.send(see, 1, 1)
  })
  const attempts = async (): Promise<unknown[]> => [
    (await failure(() => kept.send(see, 1, 1)))?.code,
    (await failure(() => kept.send(see, core.id, 1)))?.code,
    (await failure(() => kept.send(seeText, 1, 'a')))?.code,
    (await failure(() => kept.call(see, 1, 1)))?.code,
    (await failure(() => kept.call(see, core.id, 1)))?.code,
    (await failure(() => kept.call(seeText, 1, 'a')))?.code,
    (await failure(() => kept.spawn(seeLate, 1)))?.code,
    (await failure(() => kept.finish(() => 1)))?.code,
  ]
  if (!isReused) return attempts()
  return core.finish(async (other) => {
    const codes = await attempts()
    other.send(see, 1, 1)
    return slotOf(other.scope.id) === slotOf(kept.scope.id) ? codes : []
  })
})

/** Ends before the `finish` that it began has. */
const floatFinish = task('test.scope.float', async (core: Core) => {
  void core.finish((inner) => inner.send(seeLate, 1))
})

/** Tasks of one run listen to the signal, and nobody takes the listener away. */
const listen = task('test.scope.listen', async (core: Core) => {
  core.signal.addEventListener('abort', () => seenOf(core).aborts++)
})

const listenEverywhere = task('test.scope.listen-everywhere', async (core: Core) => {
  for (let dst = 0; dst < core.cores; dst++) core.send(listen, dst)
})

/** Keeps the handle of its scope beyond its end. */
const keep = task('test.scope.keep', async (core: Core) => {
  seenOf(core).core = core
})

/** Uses the handle that core 1 has kept: says how it was refused, if it was. */
const useKept = task('test.scope.use-kept', async (core: Core) => {
  const kept = seenOf(core).core!
  return (await failure(() => kept.send(see, 0, 1)))?.code
})

/** Two scopes in one slot; between them, and in the second, the handle of the first is used. */
const useElsewhere = task('test.scope.use-elsewhere', async (core: Core, isHeard: boolean) => {
  const slots: number[] = []
  await core.finish((inner) => {
    slots.push(slotOf(inner.scope.id))
    inner.send(keep, 1)
  })
  await core.finish(async (inner) => {
    slots.push(slotOf(inner.scope.id))
    if (isHeard) await inner.call(see, 1, 0)
  })
  return { slots, code: await core.call(useKept, 1) }
})

const closeTwice = task('test.scope.close-twice', async (core: Core) => {
  const event = completionEvent(core)
  const closes = [event.close(), event.close()]
  const outcomes = await Promise.allSettled(closes)
  const ids = [completionEvent(core), completionEvent(core)]
  const isShared = ids[0]!.id === ids[1]!.id
  for (const each of ids) await each.close()
  return { statuses: outcomes.map(({ status }) => status), isShared }
})

const definitions = [
  see,
  seeText,
  seeLate,
  fail,
  useAfterEnd,
  floatFinish,
  listen,
  listenEverywhere,
  keep,
  useKept,
  useElsewhere,
  closeTwice,
]

for (const isReused of [false, true]) {
  const when = isReused ? ', even when its slot is in use again' : ''
  test(`the handle of a scope that has ended refuses everything${when}`, (t) =>
    forSeeds(20, async (schedule) => {
      await using cluster = new Cluster({ definitions, schedule })
      const codes = await cluster.run(useAfterEnd, isReused)
      t.deepEqual(codes, Array(8).fill('ORUJO_SCOPE_ENDED'))
      t.is(seenOf(cluster.core(1)).count, isReused ? 2 : 1)
    }))
}

for (const isHeard of [true, false]) {
  const title = isHeard
    ? 'another core refuses the handle of an ended scope when it has heard of a later one'
    : 'work through an ended handle that its core does not know to be ended is told as unheard'
  test(title, (t) =>
    forSeeds(20, async (schedule) => {
      await using cluster = new Cluster({ definitions, schedule })
      const { slots, code } = await cluster.run(useElsewhere, isHeard)
      t.is(slots[0], slots[1])
      t.is(code, isHeard ? 'ORUJO_SCOPE_ENDED' : undefined)
      await cluster.settle()
      t.is(seenOf(cluster.core(0)).count, isHeard ? 0 : 1)
      t.is(cluster.lines.length > 0, !isHeard)
      for (const line of cluster.lines) t.regex(line, /whose scope had ended/)
    }),
  )
}

test('a run waits for a finish that its task did not wait for', (t) =>
  forSeeds(20, async (schedule) => {
    await using cluster = new Cluster({ definitions, schedule })
    await cluster.run(floatFinish)
    t.is(seenOf(cluster.core(1)).count, 1)
  }))

test('an abort is not heard by those who listened in an earlier run', (t) =>
  forSeeds(20, async (schedule) => {
    await using cluster = new Cluster({ definitions, schedule })
    await cluster.run(listenEverywhere)
    await cluster.settle()
    const { endpoints, topology } = cluster
    const scopes = endpoints[0]!.scopes
    const later = scopes.open(scopes.root, false)
    scopes.abort(later)
    await cluster.settle()
    scopes.close(later)
    for (let core = 0; core < topology.cores; core++) t.is(seenOf(cluster.core(core)).aborts, 0)
  }))

test('a delegate cannot be spawned, because nothing would end it', async (t) => {
  await using cluster = new Cluster({ definitions })
  const error = await failure(() => cluster.host.spawn(see as never, 1))
  t.is(error?.code, 'ORUJO_INVARIANT')
  t.regex(error!.message, /test\.scope\.see/)
})

test('an event is closed once; its number is not given out twice', async (t) => {
  await using cluster = new Cluster({ definitions })
  const { statuses, isShared } = await cluster.run(closeTwice)
  t.deepEqual(statuses.toSorted(), ['fulfilled', 'rejected'])
  t.false(isShared)
})

test('a failure outside of any run is written down and not kept', (t) =>
  forSeeds(10, async (schedule) => {
    await using cluster = new Cluster({ definitions, schedule })
    cluster.host.send(fail, 1, 1)
    cluster.host.send(fail, cluster.host.id, 1)
    await cluster.settle()
    t.is(cluster.lines.length, 2)
    for (const line of cluster.lines) t.regex(line, /^\[host\] .*on purpose/)
    const error: Failure | undefined = await failure(() =>
      cluster.until(cluster.host.finish((inner) => void inner.send(fail, 1, 1))),
    )
    t.is(error?.code, 'ORUJO_WORK_FAILED')
    t.is(cluster.lines.length, 2)
  }))
