/**
 * A program for tests of completion events at their edges: used again by whom they wake, enrolled
 * on one core while the last is completed on another, with loops and stolen tasks under them.
 */
import {
  type Core,
  type GlobalArray,
  type GlobalCompletionEvent,
  anywhere,
  blockRange,
  completionEvent,
  delegate,
  forall,
  free,
  globalArray,
  i32,
  onAllCores,
  task,
} from '@orujo/core'
import { takeAllWork, work } from './completion.ts'

export const completeAsTask = task(
  'test.event.complete-as-task',
  (_core: Core, event: GlobalCompletionEvent) => event.complete(),
)

/** Waits, and lets the home complete a piece when it knows of that. */
export const waitThenTell = task(
  'test.event.wait-then-tell',
  async (core: Core, event: GlobalCompletionEvent) => {
    const woken = event.wait()
    // As a task, because those begin in the order of the calls, and the wait is one.
    core.send(completeAsTask, event.home, event)
    await woken
  },
)

/** Who went on, in order, when the first that an event wakes opens its next phase at once. */
export const reused = task('test.event.reused', async (core: Core, dst: number, rounds: number) => {
  const event = completionEvent(core)
  const orders = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    const order: string[] = []
    event.enroll()
    const far = core.call(waitThenTell, dst, event)
    const first = event.wait().then(async () => {
      order.push('first')
      event.enroll()
      await event.wait()
      order.push('first again')
    })
    const second = event.wait().then(async () => {
      order.push('second')
      // The phase that the first has opened is over only if the far one is let go all the same.
      await far
      event.complete()
    })
    await Promise.all([first, second])
    orders.add(order.join())
  }
  await event.close()
  return [...orders]
})

export const completeOne = delegate(
  'test.event.complete-one',
  (_core: Core, event: GlobalCompletionEvent) => event.complete(),
)

/** Enrolls itself here, completes the one before it there, and goes on to the next core. */
export const relay = task(
  'test.event.relay',
  async (core: Core, event: GlobalCompletionEvent, hops: number, src: number) => {
    core.send(work, core.id)
    event.enroll()
    if (src === core.id) event.complete()
    else if (hops % 2 === 0) event.completeAt(src)
    // A message that is not the event's: only the enrollments can keep it open.
    else core.send(completeOne, src, event)
    if (hops % 3 === 0) await core.yield()
    if (hops === 0) event.complete()
    else core.send(relay, (core.id + hops) % core.cores, event, hops - 1, core.id)
  },
)

/** What the chains had done when the event was over that only enrollments of theirs kept open. */
export const relays = task(
  'test.event.relays',
  async (core: Core, chains: number, hops: number) => {
    const event = completionEvent(core)
    const seen: number[] = []
    for (let chain = 1; chain <= chains; chain++) {
      event.enroll(chain)
      for (let i = 0; i < chain; i++) core.send(relay, i % core.cores, event, hops, core.id)
      await event.wait()
      seen.push(await takeAllWork(core))
    }
    await event.close()
    return seen
  },
)

export const addOne = delegate(
  'test.event.add-one',
  (core: Core, array: GlobalArray<typeof i32>, slot: number) => {
    array.local(core)[slot]! += 1
  },
)

export const sendOne = delegate(
  'test.event.send-one',
  (core: Core, index: number, array: GlobalArray<typeof i32>, begin: number) => {
    const element = begin + index
    core.send(addOne, array.home(element), array, array.localIndex(element))
  },
)

export const countOnes = delegate(
  'test.event.count-ones',
  (core: Core, array: GlobalArray<typeof i32>) =>
    array.local(core).reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0),
)

/** Ones in an array to whose quarters loops of their own have added one, after a single wait. */
export const quarters = task('test.event.quarters', async (core: Core, length: number) => {
  const array = await globalArray(core, i32, length)
  const event = completionEvent(core)
  for (let quarter = 0; quarter < 4; quarter++) {
    const [begin, end] = blockRange(length, 4, quarter)
    void forall(event.on(core), end - begin, sendOne, array, begin)
  }
  await event.wait()
  const ones = await onAllCores(core, countOnes, array)
  await event.close()
  await free(core, array)
  return ones.reduce((sum, count) => sum + count, 0)
})

/** Which cores have run unbound tasks of one event. */
class Runners {
  readonly cores = new Set<number>()
  tasks = 0
}

function runnersOf(core: Core): Runners {
  return core.endpoint.state(Runners, () => new Runners())
}

export const runHere = delegate('test.event.run-here', (core: Core, runner: number) => {
  const runners = runnersOf(core)
  runners.cores.add(runner)
  runners.tasks++
})

export const sayWhere = task('test.event.say-where', async (core: Core, home: number) => {
  await core.yield()
  core.send(runHere, home, core.id)
})

/**
 * Rounds of unbound tasks under one event, until every core has run some: tasks that had said so
 * when the event was over, less those that were begun. Undefined if some core never runs any.
 */
export const stolen = task('test.event.stolen', async (core: Core, mostRounds: number) => {
  const event = completionEvent(core)
  const runners = runnersOf(core)
  let missing = 0
  for (let round = 0; round < mostRounds && runners.cores.size < core.cores; round++) {
    runners.tasks = 0
    for (let i = 0; i < 200; i++) event.on(core).send(sayWhere, anywhere, core.id)
    await event.wait()
    missing += 200 - runners.tasks
  }
  await event.close()
  const isSpread = runners.cores.size === core.cores
  runners.cores.clear()
  return isSpread ? missing : undefined
})
