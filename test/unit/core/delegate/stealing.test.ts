/**
 * Stealing as one core does it: what it says to cores of other locales and hears from them, and
 * whom it wakes in its own.
 */
import test from 'ava'
import { Stealing, localeTaskBytes } from '#core/delegate/stealing.js'
import { STEAL_ANSWER, STEAL_INVITE, STEAL_REQUEST } from '#core/message/handlers.js'
import { metricsBytes, metricsRow } from '#core/metrics.js'
import { Topology } from '#core/place.js'
import { RECORD_WORDS, writeHead } from '#core/task/task-record.js'

const RECORDS = 64
const MOST_TASKS = 32

/** A message about tasks, or the wake-up of a core. */
type Said = readonly [what: number | 'wake', core: number, tasks?: number]

interface Locale {
  readonly cores: readonly Stealing[]
  /** What was said since the last time. */
  readonly take: () => Said[]
}

/** The cores of the first locale of `topology`. */
function makeLocale(topology: Topology): Locale {
  const { coresPerLocale } = topology
  const memory = new SharedArrayBuffer(localeTaskBytes(coresPerLocale, RECORDS))
  const metrics = new ArrayBuffer(metricsBytes(topology.cores + 1))
  const said: Said[] = []
  const cores = Array.from({ length: coresPerLocale }, (_, endpoint) => {
    return new Stealing(
      { memory, policy: 'all', records: RECORDS, seed: endpoint },
      topology,
      { endpoint, wake: (core) => void said.push(['wake', core]) },
      {
        signal: (dst, operation, tasks) => void said.push([operation, dst, tasks]),
        words: (dst, operation, tasks, words) => {
          if (words.length !== tasks * RECORD_WORDS) throw new Error(`${words.length} words`)
          said.push([operation, dst, tasks])
        },
      },
      metricsRow(metrics, topology.cores + 1, endpoint),
    )
  })
  return { cores, take: () => said.splice(0) }
}

/** One core of the first of two locales; core 1 is the other. */
function makeAlone(): { readonly stealing: Stealing; readonly take: () => Said[] } {
  const { cores, take } = makeLocale(new Topology(2, 1))
  return { stealing: cores[0]!, take }
}

function push(stealing: Stealing, count: number): void {
  for (let i = 0; i < count; i++) {
    const { queue } = stealing
    writeHead(queue.i32, queue.reserve(), 1, 0, 0, 0, 0, -1)
    queue.commit()
  }
}

test('the first task invites the other locales, once', (t) => {
  const { stealing, take } = makeAlone()
  push(stealing, 1)
  stealing.added()
  push(stealing, 1)
  stealing.added()
  t.deepEqual(take(), [[STEAL_INVITE, 1, 0]])
})

test('who is asked gives half of what waits, and at most so many', (t) => {
  const { stealing, take } = makeAlone()
  push(stealing, 5)
  stealing.requested(1)
  t.is(stealing.queue.size, 2)
  push(stealing, RECORDS - 2)
  stealing.requested(1)
  t.deepEqual(take(), [
    [STEAL_ANSWER, 1, 3],
    [STEAL_ANSWER, 1, MOST_TASKS],
  ])
})

test('who was told no gets tasks when there are two, once', (t) => {
  const { stealing, take } = makeAlone()
  stealing.requested(1)
  t.deepEqual(take(), [[STEAL_ANSWER, 1, 0]])
  push(stealing, 1)
  stealing.feed()
  t.deepEqual(take(), [])
  push(stealing, 3)
  stealing.feed()
  stealing.feed()
  t.deepEqual(take(), [[STEAL_ANSWER, 1, 2]])
})

test('those who were told no get tasks in the order in which they asked', (t) => {
  const { cores, take } = makeLocale(new Topology(3, 1))
  const [stealing] = cores
  stealing!.requested(2)
  stealing!.requested(1)
  push(stealing!, 8)
  take()
  stealing!.feed()
  stealing!.feed()
  t.deepEqual(take(), [
    [STEAL_ANSWER, 2, 4],
    [STEAL_ANSWER, 1, 2],
  ])
})

test('who was told no is not forgotten when another thief was quicker', (t) => {
  const { stealing, take } = makeAlone()
  stealing.requested(1)
  push(stealing, 4)
  take()
  losingRaces(() => stealing.feed())
  t.deepEqual(take(), [])
  stealing.feed()
  t.deepEqual(take(), [[STEAL_ANSWER, 1, 2]])
})

test('who asks while another thief is quicker is told no, and gets tasks later', (t) => {
  const { stealing, take } = makeAlone()
  push(stealing, 4)
  losingRaces(() => stealing.requested(1))
  t.deepEqual(take(), [[STEAL_ANSWER, 1, 0]])
  stealing.feed()
  t.deepEqual(take(), [[STEAL_ANSWER, 1, 2]])
})

test('only a core that has invited is asked, and one at a time', (t) => {
  const { cores, take } = makeLocale(new Topology(3, 1))
  const [stealing] = cores
  look(stealing!)
  t.deepEqual(take(), [])
  stealing!.invited(1)
  stealing!.invited(2)
  look(stealing!)
  const [first, ...more] = take()
  t.deepEqual(more, [])
  t.is(first![0], STEAL_REQUEST)
  stealing!.answered(first![1], 0)
  look(stealing!)
  t.deepEqual(take(), [[STEAL_REQUEST, 3 - first![1], 0]])
})

test('who said no is asked again only after it has given', (t) => {
  const { stealing, take } = makeAlone()
  stealing.invited(1)
  look(stealing)
  stealing.answered(1, 0)
  look(stealing)
  t.deepEqual(take(), [[STEAL_REQUEST, 1, 0]])
  stealing.answered(1, 1)
  look(stealing)
  t.deepEqual(take(), [[STEAL_REQUEST, 1, 0]])
})

test('a lone task wakes one core, which wakes no other when it has it', (t) => {
  const { cores, take } = makeLocale(new Topology(1, 3))
  const [maker, thief, sleeper] = cores
  thief!.announce()
  sleeper!.announce()
  push(maker!, 1)
  maker!.added()
  t.deepEqual(take(), [['wake', 1]])
  thief!.withdraw()
  t.true(thief!.look())
  t.deepEqual(take(), [])
})

test('a core that has stolen several tasks wakes the next', (t) => {
  const { cores, take } = makeLocale(new Topology(1, 3))
  const [maker, thief, sleeper] = cores
  sleeper!.announce()
  push(maker!, 3)
  t.true(thief!.look())
  t.is(thief!.queue.size, 2)
  t.deepEqual(take(), [['wake', 2]])
})

test('tasks that move up from the overflow wake a core that slept beside them', (t) => {
  const { cores, take } = makeLocale(new Topology(1, 2))
  const [maker, thief] = cores
  push(maker!, RECORDS + 6)
  t.true(thief!.look())
  thief!.announce()
  maker!.feed()
  t.is(maker!.queue.visible, RECORDS - MOST_TASKS + 6)
  t.deepEqual(take(), [['wake', 1]])
})

test('an answer wakes another core if it brings several tasks', (t) => {
  const { cores, take } = makeLocale(new Topology(2, 2))
  const [thief, sleeper] = cores
  sleeper!.announce()
  for (const [count, woken] of [
    [0, []],
    [1, []],
    [2, [['wake', 1]]],
  ] as const) {
    thief!.answered(2, count)
    t.deepEqual(
      take().filter(([what]) => what === 'wake'),
      woken,
      `${count} tasks`,
    )
  }
})

/** Looks until nothing more would come of it. */
function look(stealing: Stealing): void {
  for (let turns = 0; turns < 100; turns++) stealing.look()
}

/** While `work` runs another thief moves the top first, whenever it is about to be moved. */
function losingRaces(work: () => void): void {
  const { compareExchange } = Atomics
  Atomics.compareExchange = (() => -1) as unknown as typeof compareExchange
  try {
    work()
  } finally {
    Atomics.compareExchange = compareExchange
  }
}
