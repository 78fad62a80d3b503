/**
 * A program that does what data tell it: trees of steps that send, call, spawn, wait and count in
 * every way there is. Tests make such trees at random, and know what they must come to.
 *
 * Checked     as it goes: messages of a pair arrive in the order in which they were sent; payloads
 *             are whole; when a scope or an event is over, all of its steps have been taken.
 */
import {
  type Core,
  type GlobalArray,
  type GlobalCompletionEvent,
  type ObjectAddress,
  allReduce,
  completionEvent,
  delegate,
  f64,
  fetchAdd,
  free,
  globalArray,
  increment,
  objectDelegate,
  onAllCores,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'
import {
  checkPayload,
  checkStamp,
  note,
  notebookOf,
  payload,
  stamp,
  type GroupStep,
  type QuickStep,
  type Sending,
  type Step,
  type Tally,
  type Visit,
} from './random-steps.ts'

// Before and after.

export const ELEMENTS = 20

export const holdTally = delegate('random.hold', (core: Core): ObjectAddress<Tally> => {
  return core.hold(notebookOf(core).tally)
})

export const equip = delegate(
  'random.equip',
  (core: Core, array: GlobalArray<typeof f64>, tallies: ObjectAddress<Tally>[]) => {
    Object.assign(notebookOf(core), { array, tallies })
  },
)

export const setUp = task('random.set-up', async (core: Core) => {
  const everybody = Array.from({ length: core.cores + 1 }, (_, id) => id)
  const array = await globalArray(core, f64, ELEMENTS, { blockBytes: 16 })
  const tallies = await Promise.all(everybody.map((id) => core.call(holdTally, id)))
  await Promise.all(everybody.map((id) => core.call(equip, id, array, tallies)))
})

export const tearDown = task('random.tear-down', async (core: Core) => {
  const { array, tallies } = notebookOf(core)
  await Promise.all(tallies.map((tally) => free(core, tally)))
  await free(core, array!)
})

/** What an endpoint has come to: [notes, count of its tally]. */
export const outcome = delegate('random.outcome', (core: Core): [Map<number, number>, number] => {
  const { notes, tally } = notebookOf(core)
  return [notes, tally.count]
})

// Messages.

type Act = Sending<'send' | 'call' | 'await', QuickStep>
type ActLater = Sending<'task' | 'spawn' | 'await-task' | 'join', Step>

export const act = delegate(
  'random.act',
  (core: Core, src: number, place: number, step: Act, content?: Float64Array | string) => {
    checkStamp(core, src, place)
    checkPayload(content, step.pad, step.id)
    note(core, step.id)
    perform(core, step.then)
    return step.id + step.then.length
  },
)

export const actLater = task(
  'random.act-later',
  async (core: Core, step: ActLater, content?: Float64Array | string): Promise<number> => {
    checkPayload(content, step.pad, step.id)
    note(core, step.id)
    return step.id + (await performAll(core, step.then))
  },
)

export const nothing = delegate('random.nothing', (core: Core) => note(core, 0))

export const one = delegate('random.one', (core: Core, id: number) => note(core, id))

export const two = delegate('random.two', (core: Core, id: number, _b: number) => note(core, id))

export const three = delegate(
  'random.three',
  (core: Core, id: number, src: number, place: number) => {
    checkStamp(core, src, place)
    note(core, id)
  },
)

export const four = delegate(
  'random.four',
  (core: Core, id: number, src: number, place: number, half: number) => {
    checkStamp(core, src, place)
    if (half !== 0.5) throw new Error(`the last argument of ${id} is ${half}`)
    note(core, id)
  },
)

export const hop = delegate(
  'random.hop',
  (core: Core, id: number, hops: number, stride: number) => {
    note(core, id)
    if (hops > 0) core.send(hop, (core.id + stride) % (core.cores + 1), id, hops - 1, stride)
  },
)

export const bump = objectDelegate(
  'random.bump',
  (core: Core, tally: Tally, id: number, src: number, place: number) => {
    checkStamp(core, src, place)
    tally.count++
    note(core, id)
  },
)

export const bumpWith = objectDelegate(
  'random.bump-with',
  (
    core: Core,
    tally: Tally,
    id: number,
    src: number,
    place: number,
    pad: number,
    content: unknown,
  ) => {
    checkStamp(core, src, place)
    checkPayload(content as Float64Array, pad, id)
    tally.count++
    note(core, id)
  },
)

export const fail = delegate('random.fail', (core: Core, id: number, dst: number) => {
  note(core, id)
  throw new Error(`${id} at ${dst}`)
})

/** Fails on a core that only answers a call, of a task that is neither there nor at home. */
export const failAfar = task('random.fail-afar', async (core: Core, id: number, dst: number) => {
  await core.call(failInside, dst, id)
})

export const failInside = delegate('random.fail-inside', (core: Core, id: number) => {
  core.send(fail, core.id, id, core.id)
})

function sendNumbers(core: Core, dst: number, id: number, arity: number): void {
  if (arity === 0) core.send(nothing, dst)
  else if (arity === 1) core.send(one, dst, id)
  else if (arity === 2) core.send(two, dst, id, -0)
  else if (arity === 3) core.send(three, dst, id, core.id, stamp(core, dst))
  else core.send(four, dst, id, core.id, stamp(core, dst), 0.5)
}

/** Quick steps, all begun before this returns. */
function perform(core: Core, steps: readonly QuickStep[]): void {
  for (const step of steps) performOne(core, step)
}

function performOne(core: Core, step: QuickStep): void {
  const { id } = core
  switch (step.do) {
    case 'note':
      note(core, step.id)
      return
    case 'send':
      core.send(act, step.dst, id, stamp(core, step.dst), step, payload(step.pad, step.id))
      return
    case 'call':
      // What follows the answer belongs to the scope, too.
      void core
        .call(act, step.dst, id, stamp(core, step.dst), step, payload(step.pad, step.id))
        .then((value) => {
          if (value === step.id + step.then.length) core.send(one, step.dst, step.id)
        })
      return
    case 'task':
      core.send(actLater, step.dst, step, payload(step.pad, step.id))
      return
    case 'spawn':
      core.spawn(actLater, step.dst, step, payload(step.pad, step.id))
      return
    case 'numbers':
      for (let i = 0; i < step.count; i++) sendNumbers(core, step.dst, step.id, step.arity)
      return
    case 'hop':
      core.send(hop, step.dst, step.id, step.hops, step.stride)
      return
    case 'object': {
      const tally = notebookOf(core).tallies[step.dst]!
      const place = stamp(core, step.dst)
      const content = payload(step.pad, step.id)
      if (content === undefined) core.send(bump, tally, step.id, id, place)
      else core.send(bumpWith, tally, step.id, id, place, step.pad, content)
      return
    }
    case 'add':
      increment(core, notebookOf(core).array!.at(step.index), step.by)
  }
}

/** All steps, one after another; resolves with the sum of what was awaited. */
async function performAll(core: Core, steps: readonly Step[]): Promise<number> {
  let sum = 0
  const joins: Promise<number>[] = []
  for (const step of steps) {
    switch (step.do) {
      case 'await': {
        const content = payload(step.pad, step.id)
        sum += await core.call(act, step.dst, core.id, stamp(core, step.dst), step, content)
        break
      }
      case 'await-task':
        sum += await core.call(actLater, step.dst, step, payload(step.pad, step.id))
        break
      case 'join':
        joins.push(core.spawn(actLater, step.dst, step, payload(step.pad, step.id)).join())
        break
      case 'yield':
        await core.yield()
        break
      case 'drain':
        await core.drain()
        break
      case 'fetch-add':
        await fetchAdd(core, notebookOf(core).array!.at(step.index), step.by)
        break
      case 'finish':
      case 'fails':
      case 'phases':
      case 'event':
        sum += await performGroup(core, step)
        break
      default:
        performOne(core, step)
    }
  }
  for (const value of await Promise.all(joins)) sum += value
  return sum
}

async function performGroup(core: Core, group: GroupStep): Promise<number> {
  let sum = 0
  if (group.do === 'finish') sum = await core.finish((inner) => performAll(inner, group.then))
  else if (group.do === 'fails') await performFailing(core, group)
  else if (group.do === 'event') await performEvent(core, group)
  else await core.finish((inner) => onAllCores(inner, march, group.rounds, group.then))
  await checkNotes(core, group.id, group.last, group.notes)
  return sum
}

async function performFailing(
  core: Core,
  group: Extract<GroupStep, { readonly do: 'fails' }>,
): Promise<void> {
  const error = await failure(() =>
    core.finish((inner) => {
      for (const [i, dst] of group.failing.entries()) {
        if (i % 2 === 0) inner.send(fail, dst, group.id, dst)
        else inner.send(failAfar, (dst + i) % (core.cores + 1), group.id, dst)
      }
      perform(inner, group.then)
    }),
  )
  const messages = error?.errors?.map(({ message }) => message) ?? []
  const expected = group.failing.map((dst) => `${group.id} at ${dst}`)
  if (messages.sort().join() === expected.sort().join()) return
  throw new Error(`of failures ${expected.join()} these were told: ${messages.join()}`)
}

export const march = task(
  'random.march',
  async (core: Core, rounds: number, then: readonly QuickStep[]) => {
    for (let round = 0; round < rounds; round++) {
      perform(core, then)
      const sum = await allReduce(core, core.id + round, 'sum')
      const expected = core.cores * round + (core.cores * (core.cores - 1)) / 2
      if (sum !== expected) throw new Error(`the sum of round ${round} is ${sum}`)
    }
  },
)

async function performEvent(
  core: Core,
  group: Extract<GroupStep, { readonly do: 'event' }>,
): Promise<void> {
  const event = completionEvent(core)
  event.enroll(group.completers.length)
  for (const dst of group.completers) core.send(complete, dst, event, core.id)
  const visits = group.visits.map((visit) => core.call(visitEvent, visit.dst, event, visit))
  await Promise.all(visits)
  await event.close()
}

export const complete = delegate(
  'random.complete',
  (core: Core, event: GlobalCompletionEvent, home: number) => {
    if (core.id === home) event.complete()
    else event.completeAt(home)
  },
)

export const visitEvent = task(
  'random.visit-event',
  async (core: Core, event: GlobalCompletionEvent, visit: Visit) => {
    perform(event.on(core), visit.then)
    if (visit.waits) await event.wait()
  },
)

export const countNotes = delegate('random.count', (core: Core, first: number, last: number) => {
  let count = 0
  for (const [id, times] of notebookOf(core).notes) {
    if (id >= first && id <= last) count += times
  }
  return count
})

/** Nothing of what is over is still to come. */
async function checkNotes(core: Core, first: number, last: number, notes: number): Promise<void> {
  const everybody = Array.from({ length: core.cores + 1 }, (_, id) => id)
  const counts = await Promise.all(everybody.map((id) => core.call(countNotes, id, first, last)))
  const count = counts.reduce((a, b) => a + b, 0)
  if (count === notes) return
  throw new Error(`of ${notes} notes ${first} to ${last}, ${count} were there at the end`)
}

/** Performs steps as a run; resolves with the sum of what was awaited. */
export const main = task('random.main', (core: Core, steps: Step[]) => performAll(core, steps))
