/**
 * Completion counting, as sync/scopes.md has it, under every schedule of small programs and many
 * schedules of random ones; and the same with each of its rules broken, which must be noticed.
 */
import test from 'ava'
import { type Schedule, Enumerator, forSeeds, pick, seeded } from '../support/schedule.ts'
import {
  CompletionModel,
  type Fault,
  type Program,
  type Visit,
  type Work,
} from './completion-model.ts'

const MAX_STATES = 200_000

/** One run of a program, every step by the schedule; cut off where `isKnown` says so. */
function walk(
  model: CompletionModel,
  schedule: Schedule,
  isKnown: () => boolean = () => false,
): void {
  const steps: string[] = []
  try {
    for (;;) {
      const actions = model.actions()
      if (actions.length === 0) return model.end()
      const action = pick(schedule, actions)
      steps.push(action.name)
      action.take()
      if (isKnown()) return
    }
  } catch (cause) {
    throw new Error(`${String(cause)}\nafter: ${steps.join(', ')}`, { cause })
  }
}

/** Every run of a program; how many states there are. */
function explore(program: Program, fault?: Fault): number {
  const enumerator = new Enumerator()
  const met = new Set<string>()
  while (enumerator.next()) {
    const model = new CompletionModel(program, fault)
    walk(model, enumerator, () => {
      if (!enumerator.isNew) return false
      const known = met.size
      if (known === MAX_STATES) throw new Error(`more than ${MAX_STATES} states`)
      return met.add(model.state()).size === known
    })
  }
  return met.size
}

// Small programs, all of whose schedules are tried.

const HOP: Program = {
  endpoints: 3,
  work: [{ send: 1, then: [{ send: 2, then: [{ send: 1 }] }] }, { send: 2 }],
}
const CALLS: Program = {
  endpoints: 3,
  work: [
    { task: 1, then: [{ call: 2, then: [{ send: 1 }] }] },
    { send: 2, then: [{ call: 0, then: [] }] },
  ],
}
const TASKS: Program = {
  endpoints: 3,
  work: [{ send: 1, then: [{ task: 2, then: [], later: [{ send: 1 }] }] }, { task: 1 }],
}
const FAILURES: Program = {
  endpoints: 3,
  work: [
    { send: 1, then: [{ fail: 'one' }, { send: 2, then: [{ fail: 'two' }] }] },
    { task: 2, later: [{ call: 1, then: [{ fail: 'three' }] }] },
  ],
}
const NEAR_EVENT: Program = {
  endpoints: 3,
  visits: [
    { at: 0, work: [{ send: 1, then: [{ send: 2 }] }], waits: true },
    { at: 1, work: [{ send: 2 }], waits: false },
  ],
}
const FAR_EVENT: Program = {
  endpoints: 3,
  visits: [
    { at: 1, work: [{ send: 2, then: [{ fail: 'far' }] }], waits: true },
    { at: 0, work: [], waits: true },
  ],
}
const PHASES: Program = {
  endpoints: 2,
  visits: [
    { at: 0, work: [{ send: 1 }], waits: true },
    { at: 0, work: [{ send: 1, then: [{ send: 0 }] }], waits: true },
    { at: 1, work: [{ task: 0 }], waits: true },
  ],
}

const PROGRAMS: readonly (readonly [string, Program])[] = [
  ['an event waited for from afar', FAR_EVENT],
  ['chains of sends', HOP],
  ['calls that send', CALLS],
  ['tasks', TASKS],
  ['failures', FAILURES],
  ['an event entered from two endpoints', NEAR_EVENT],
  ['phases of an event', PHASES],
]

for (const [name, program] of PROGRAMS) {
  test(`under every schedule of ${name}, completion is neither early nor lost`, (t) => {
    const states = explore(program)
    t.log(`${states} states`)
    t.true(states > 50)
  })
}

// Random programs under random schedules.

function randomWork(schedule: Schedule, endpoints: number, depth: number): Work[] {
  const count = schedule.choose(depth > 0 ? 3 : 1)
  return Array.from({ length: count }, () => {
    const dst = schedule.choose(endpoints)
    const then = () => randomWork(schedule, endpoints, depth - 1)
    const kind = schedule.choose(8)
    if (kind === 0) return { fail: `failure ${schedule.choose(1e9)}` }
    if (kind <= 2) return { call: dst, then: then() }
    if (kind <= 4) return { task: dst, then: then(), later: then() }
    return { send: dst, then: then() }
  })
}

function randomProgram(schedule: Schedule): Program {
  const endpoints = 2 + schedule.choose(3)
  if (schedule.choose(2) === 0) return { endpoints, work: randomWork(schedule, endpoints, 4) }
  const visits: Visit[] = Array.from({ length: 1 + schedule.choose(4) }, () => ({
    at: schedule.choose(endpoints),
    work: randomWork(schedule, endpoints, 3),
    waits: schedule.choose(3) > 0,
  }))
  return { endpoints, visits }
}

function walkRandom(schedule: Schedule, fault?: Fault): void {
  walk(new CompletionModel(randomProgram(schedule), fault), schedule)
}

test('under random schedules of random programs, it is neither early nor lost', async (t) => {
  await forSeeds(3000, (schedule) => walkRandom(schedule))
  t.pass()
})

const FAULTS: readonly Fault[] = [
  'counts are one number',
  'an active endpoint reports',
  'a call that sent is not counted',
  'a caller is not active',
  'a queued task is not active',
  'a failure travels after its report',
  'an event is not confirmed',
  'a busy endpoint says that it is quiet',
  'reports during a confirmation are ignored',
  'a waiter joins a running confirmation',
  'a failure during a confirmation is ignored',
]

/** What is noticed of a fault, and where; undefined if nothing is. */
function notice(fault: Fault): string | undefined {
  for (const [name, program] of PROGRAMS) {
    try {
      explore(program, fault)
    } catch (error) {
      return `in ${name}: ${String(error)}`
    }
  }
  for (let seed = 1; seed <= 5000; seed++) {
    try {
      walkRandom(seeded(seed), fault)
    } catch (error) {
      return `with seed ${seed}: ${String(error)}`
    }
  }
  return undefined
}

for (const fault of FAULTS) {
  test(`it is noticed if ${fault}`, (t) => {
    const noticed = notice(fault)
    t.truthy(noticed, 'it was not')
    t.log(noticed?.split('\n', 1)[0])
  })
}
