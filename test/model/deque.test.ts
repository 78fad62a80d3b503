/**
 * Every interleaving of the owner of a deque of 4 records and two thieves, one shared access at a
 * time: every record is taken once, whole, and a thief that loses a race does so to somebody who
 * has taken the record. The model is tied to the real classes by trying every short sequence of
 * calls on both.
 */
import test from 'ava'
import { DequeOwner, DequeThief, EMPTY, TAKEN, dequeBytes } from '#core/task/deque.js'
import { FIRST_ARGUMENT, RECORD_WORDS, copyRecord } from '#core/task/task-record.js'
import { atOnce, explore, exploreUncut, type Steps, type World } from '../support/explore.ts'
import { forEverySchedule, pick } from '../support/schedule.ts'
import { ModelDeque, type DequeFault, type Theft } from './deque-model.ts'

const CAPACITY = 4

interface Plan {
  /** What the owner does in turn: a number pushes as many records, 'pop' takes one. */
  readonly owner: readonly (number | 'pop')[]
  /** Attempts of each thief. */
  readonly thieves: readonly number[]
  /** Position at which the deque begins. */
  readonly first: number
  readonly fault?: DequeFault
}

/** Positions that overflow on the way. */
const LAST = 2 ** 31 - 2

const PLANS: readonly Plan[] = [
  // The lone record: the owner and two thieves want it.
  { owner: [1, 'pop', 1, 'pop', 'pop'], thieves: [1, 1], first: 0 },
  // Two records, and one more over the place of the first.
  { owner: [2, 'pop', 'pop', 1, 'pop'], thieves: [2, 1], first: LAST },
  // Full: one more fits as soon as a thief has made room, in the place of what it took.
  { owner: [5, 'pop', 1, 'pop'], thieves: [1, 1], first: LAST },
  // A slow thief, while the others go once around.
  { owner: [3, 'pop', 2, 'pop', 2], thieves: [1, 1], first: 0 },
]

/** Who has taken what. */
interface Taken {
  readonly values: number[]
  /** Records that were pushed. */
  pushed: number
  /** What each process has yet to do: its place in its plan. */
  readonly progress: string[]
}

function* owner({ owner: steps }: Plan, deque: ModelDeque, taken: Taken): Steps {
  for (const [index, step] of steps.entries()) {
    if (step === 'pop') {
      const value = yield* deque.pop()
      if (value !== undefined) taken.values.push(value)
    } else {
      for (let i = 0; i < step; i++) {
        const isIn = yield* deque.push(taken.pushed + 1)
        if (isIn) taken.pushed++
        taken.progress[0] = `${index}.${i}`
      }
    }
    taken.progress[0] = `${index}`
  }
}

function* thief(deque: ModelDeque, taken: Taken, self: number, attempts: number): Steps {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const theft: Theft = yield* deque.steal(`thief ${self}`)
    if (typeof theft === 'number') taken.values.push(theft)
    taken.progress[self] = `${attempt}`
  }
}

function world(plan: Plan): World {
  const deque = new ModelDeque(CAPACITY, plan.first, plan.fault)
  const taken: Taken = { values: [], pushed: 0, progress: ['', '', ''] }
  const processes: Record<string, Steps> = { owner: owner(plan, deque, taken) }
  for (const [index, attempts] of plan.thieves.entries()) {
    processes[`thief ${index + 1}`] = thief(deque, taken, index + 1, attempts)
  }
  const shared = () => [deque.top, deque.bottom, deque.ownBottom, deque.knownTop, ...deque.words]
  const check = (): void => {
    if (new Set(taken.values).size < taken.values.length) throw new Error('a record ran twice')
    const isStray = taken.values.some((value) => value < 1 || value > taken.pushed + 1)
    if (isStray) throw new Error('a record was torn or is none')
  }
  return {
    processes,
    state: () =>
      [...shared(), '|', taken.pushed, ...taken.progress, '|', ...sorted(taken.values)].join(),
    check,
    end() {
      drain(deque, taken)
      check()
      if (taken.values.length !== taken.pushed) throw new Error('a record was lost')
    },
  }
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

/** What is left, by a thief: it must find even a lone record. */
function drain(deque: ModelDeque, taken: Taken): void {
  for (let i = 0; i < 2 * CAPACITY; i++) {
    const theft = atOnce(deque.steal('last'))
    if (typeof theft === 'number') taken.values.push(theft)
  }
}

test('whoever takes when, every record leaves the deque once and whole', (t) => {
  for (const plan of PLANS) {
    const { states } = explore(() => world(plan), 2_000_000)
    t.true(states > 500, `only ${states} states for ${JSON.stringify(plan)}`)
  }
})

test('the state of the model tells all that matters', (t) => {
  const make = () => world({ owner: [1, 'pop'], thieves: [1], first: 0 })
  t.is(explore(make).states, exploreUncut(make).states)
})

const FAULTS: readonly DequeFault[] = [
  'looks at top before it stores bottom',
  'takes the last record without compare-and-swap',
  'keeps the last record although a thief moved top',
  'publishes before it writes the record',
  'pushes without looking at top',
  'moves top without comparing',
  'copies the record after it moved top',
  'looks at bottom before top',
  'compares positions by size',
  'never takes a lone record',
]

for (const fault of FAULTS) {
  test(`a deque that ${fault} is noticed`, (t) => {
    const outcomes = PLANS.map((plan) => outcomeOf({ ...plan, fault }))
    t.true(outcomes.some((outcome) => outcome !== undefined))
    t.log(outcomes.map((outcome) => outcome?.split('\n')[0] ?? 'not noticed').join('; '))
  })
}

/** What is wrong with the plan's runs; undefined if nothing is. */
function outcomeOf(plan: Plan): string | undefined {
  try {
    explore(() => world(plan), 2_000_000)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** A place to steal into. */
class Loot {
  readonly f64 = new Float64Array(RECORD_WORDS)
  readonly i32 = new Int32Array(this.f64.buffer)
  reserve(): number {
    return 0
  }
  commit(): void {
    // It is there.
  }
}

const CALLS = ['push', 'push', 'pop', 'steal'] as const

test('the model does what the deque does', (t) => {
  const runs = forEverySchedule((schedule) => {
    const memory = new ArrayBuffer(dequeBytes(2))
    const first = LAST
    new Int32Array(memory).fill(first, 0, 64)
    const real = new DequeOwner(memory, 0, 2)
    const thiefEnd = new DequeThief(memory, 0, 2)
    const model = new ModelDeque(2, first)
    for (let step = 1; step <= 7; step++) {
      const call = pick(schedule, CALLS)
      const [found, expected] = call === 'push' ? push(real, model, step) : take(call)
      if (found !== expected) throw new Error(`${call} gives ${found}, not ${expected}`)
    }
    function take(call: 'pop' | 'steal'): [unknown, unknown] {
      if (call === 'pop') {
        const at = real.pop()
        const value = at < 0 ? undefined : real.f64[at + FIRST_ARGUMENT]
        return [value, atOnce(model.pop())]
      }
      const loot = new Loot()
      const outcome = thiefEnd.steal(loot)
      const value = outcome === TAKEN ? loot.f64[FIRST_ARGUMENT] : 'empty'
      if (outcome !== TAKEN && outcome !== EMPTY) throw new Error('a race on one thread')
      return [value, atOnce(model.steal('thief'))]
    }
  })
  t.true(runs > 1000)
})

function push(real: DequeOwner, model: ModelDeque, value: number): [boolean, boolean] {
  const at = real.reserve()
  if (at >= 0) {
    const record = new Loot()
    record.f64[FIRST_ARGUMENT] = value
    copyRecord(record, 0, real, at)
    real.commit()
  }
  return [at >= 0, atOnce(model.push(value))]
}
