/**
 * Every order in which tasks may call, go on and be aborted at a mutex, a condition variable and a
 * full-empty cell. Each fault of the models must be noticed. And every short sequence of calls on a
 * model and on the real class, which must do the same.
 */
import test from 'ava'
import { ConditionVariable, FullEmpty, type Guard, Mutex } from '@orujo/core'
import { explore, exploreUncut, type World } from '../support/explore.ts'
import { Enumerator, type Schedule, pick } from '../support/schedule.ts'
import {
  type CellFault,
  type ConditionFault,
  ModelCondition,
  ModelFullEmpty,
  ModelMutex,
  type MutexFault,
  remove,
} from './waiting-model.ts'
import { cellWorld, conditionWorld, mutexWorld } from './waiting-worlds.ts'

const WORLDS: readonly (readonly [string, () => World])[] = [
  ['mutex', mutexWorld],
  ['condition variable', conditionWorld],
  ['full-empty cell', cellWorld],
]

for (const [name, make] of WORLDS) {
  test(`under every order of calls and aborts, a ${name} is fair and loses nothing`, (t) => {
    const { states } = explore(() => make())
    t.log(`${states} states`)
    t.true(states > 100, `only ${states} states`)
  })
}

test('the state of the models tells all that matters', (t) => {
  const small = (): World => {
    const world = mutexWorld()
    const { a, b, abort } = world.processes
    return { ...world, processes: { a: a!, b: b!, abort: abort! } }
  }
  t.is(explore(small).states, exploreUncut(small).states)
})

const MUTEX_FAULTS: readonly (readonly [MutexFault, RegExp])[] = [
  ['a release forgets who waits', /stuck|order/],
  ['a release lets two in', /two hold/],
  ['a release leaves the mutex to who comes first', /order/],
  ['an aborted waiter keeps its place', /order|stuck/],
]

for (const [fault, message] of MUTEX_FAULTS) {
  test(`it is noticed of a mutex if ${fault}`, (t) => {
    t.throws(() => explore(() => mutexWorld(fault)), { message })
  })
}

const CONDITION_FAULTS: readonly (readonly [ConditionFault, RegExp])[] = [
  ['waiting releases the mutex before it queues', /stuck/],
  ['a signal forgets its waiter', /stuck|order/],
  ['a signal wakes the latest', /order/],
  ['a signalled waiter goes on without the mutex', /two hold|order/],
  ['a signalled waiter queues for the mutex when it gets to it', /order/],
  ['an aborted waiter keeps its signal', /stuck/],
]

for (const [fault, message] of CONDITION_FAULTS) {
  test(`it is noticed of a condition variable if ${fault}`, (t) => {
    t.throws(() => explore(() => conditionWorld(fault)), { message })
  })
}

const CELL_FAULTS: readonly (readonly [CellFault, RegExp])[] = [
  ['filling lets all go on who wait for full', /taken and left|stuck/],
  ['filling lets only one go on', /stuck/],
  ['filling tells the first to look again', /order/],
  ['taking forgets who waits for empty', /stuck/],
  ['emptying lets the latest writer go on', /order/],
  ['an aborted reader keeps its place', /order|stuck/],
]

for (const [fault, message] of CELL_FAULTS) {
  test(`it is noticed of a full-empty cell if ${fault}`, (t) => {
    t.throws(() => explore(() => cellWorld(fault)), { message })
  })
}

// The models are tied to the real classes by trying every short sequence of calls on both.

async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await undefined
}

async function forEverySequence(body: (schedule: Schedule) => Promise<void>): Promise<number> {
  const enumerator = new Enumerator()
  let runs = 0
  while (enumerator.next()) {
    runs++
    await body(enumerator)
  }
  return runs
}

/** A task of the real world that waits, holds, or has been aborted. */
interface RealTask {
  readonly name: string
  readonly abort: AbortController
  guard?: Guard<Mutex>
}

test('the model does what a mutex with a condition variable does', async (t) => {
  const runs = await forEverySequence(async (schedule) => {
    const [mutex, condition] = [new Mutex(), new ConditionVariable()]
    const model = new ModelMutex()
    const modelCondition = new ModelCondition(model)
    const tasks: RealTask[] = []
    const calls: string[] = []
    for (let step = 0; step < 6; step++) {
      const holder = tasks.find(({ guard }) => guard?.isHeld)
      const open = holder === undefined ? [] : (['release', 'wait'] as const)
      const call = pick(schedule, ['lock', ...open, 'signal', 'broadcast', 'abort'] as const)
      calls.push(call)
      if (call === 'lock') {
        const task: RealTask = { name: String(tasks.length), abort: new AbortController() }
        tasks.push(task)
        void mutex.lock(task.abort.signal).then((guard) => (task.guard = guard), ignore)
        model.request(task.name)
      } else if (call === 'abort') {
        // The first who waits for anything, if somebody does.
        const waiting = [...model.queue, ...modelCondition.queue].sort()[0]
        tasks.find(({ name }) => name === waiting)?.abort.abort()
        if (waiting !== undefined) modelCondition.abandon(waiting)
      } else if (call === 'release') {
        holder!.guard!.release()
        model.release(holder!.name)
      } else if (call === 'wait') {
        condition.wait(holder!.guard, holder!.abort.signal).catch(ignore)
        modelCondition.wait(holder!.name)
      } else if (condition[call]() !== modelCondition[call]()) {
        throw new Error(`${call} differs after ${calls.join()}`)
      }
      await settled()
      for (const name of model.holders) remove(modelCondition.signalled, name)
      const held = tasks.filter(({ guard }) => guard?.isHeld).map(({ name }) => name)
      if (held.join() !== model.holders.join()) {
        throw new Error(`${held.join()} and not ${model.holders.join()} after ${calls.join()}`)
      }
    }
  })
  t.log(`${runs} sequences`)
  t.true(runs > 1000)
})

test('the model does what a full-empty cell does', async (t) => {
  const operations = ['readFF', 'readFE', 'writeFF', 'writeEF', 'fill', 'reset', 'abort'] as const
  const runs = await forEverySequence(async (schedule) => {
    const [cell, model] = [new FullEmpty<number>(), new ModelFullEmpty()]
    const aborts: AbortController[] = []
    const done: string[] = []
    const calls: string[] = []
    for (let step = 0; step < 5; step++) {
      const call = pick(schedule, operations)
      calls.push(call)
      const name = String(aborts.length)
      if (call === 'fill') {
        cell.writeXF(step)
        model.fill(step)
      } else if (call === 'reset') {
        cell.reset()
        model.reset()
      } else if (call === 'abort') {
        const [first] = [...model.forFull, ...model.forEmpty].map((request) => request.name).sort()
        aborts[Number(first)]?.abort()
        if (first !== undefined) model.abandon(first)
      } else {
        const abort = new AbortController()
        aborts.push(abort)
        const { signal } = abort
        const isRead = call === 'readFF' || call === 'readFE'
        const work = isRead ? cell[call](signal) : cell[call](step, signal)
        void work.then((value) => done.push(`${name}:${value ?? ''}`), ignore)
        model.request(name, call, step)
      }
      await settled()
      const expected = model.done.map(([who, value]) => `${who}:${value ?? ''}`)
      const isAlike = done.sort().join() === expected.sort().join()
      if (!isAlike || cell.readXX() !== model.content) {
        throw new Error(`${done.join()} and not ${expected.join()} after ${calls.join()}`)
      }
    }
  })
  t.log(`${runs} sequences`)
  t.true(runs > 10_000)
})

function ignore(): void {
  // Aborted: the model says so, too.
}
