/**
 * Every interleaving of a core that makes work and two that go to sleep for want of it: while a
 * record waits, nobody sleeps who was idle when it came. Who sleeps beside waiting work at the end
 * was not woken. The sleeper's doorbell is the model of its own suite.
 */
import test from 'ava'
import { IdleCores, idleBytes } from '#core/task/idle-cores.js'
import { atOnce, explore, type Steps, type World } from '../support/explore.ts'
import { forEverySchedule, pick } from '../support/schedule.ts'
import { ModelDoorbell } from './doorbell-model.ts'
import { ModelIdleCores, type IdleFault } from './idle-cores-model.ts'

const CORES = 3

interface Plan {
  readonly records: number
  /** Cores that go to sleep, 1 or 2 of them. */
  readonly sleepers: number
  /** Whether core 0 takes its first record itself, if it is still there. */
  readonly isHungry?: boolean
  readonly fault?: IdleFault
}

const PLANS: readonly Plan[] = [
  { records: 1, sleepers: 2 },
  { records: 2, sleepers: 2 },
  { records: 2, sleepers: 1, isHungry: true },
]

/** The deque of core 0, which keeps its own tasks to itself: a number. */
interface Work {
  waiting: number
  done: number
  readonly bells: readonly ModelDoorbell[]
  readonly cores: ModelIdleCores
}

/** Core 0: pushes, and wakes somebody each time. */
function* maker(work: Work, { records, isHungry, fault }: Plan): Steps {
  for (let record = 1; record <= records; record++) {
    const isEarly = fault === 'looks at the count before it publishes the record'
    const early = isEarly ? yield* work.cores.pick(0) : -1
    yield { name: `publish ${record}` }
    work.waiting++
    const core = isEarly ? early : yield* work.cores.pick(0)
    if (core >= 0) yield* work.bells[core]!.ring()
    if (isHungry === true && record === 1) yield* take(work, 0)
  }
}

/** A core that takes what it finds, one by one, and sleeps when it finds nothing. */
function* sleeper(work: Work, self: number, { records, fault }: Plan): Steps {
  const bell = work.bells[self]!
  while (work.done < records) {
    if (yield* take(work, self)) continue
    const isBlind = fault === 'looks for work before it announces itself'
    if (fault === 'announces itself before it arms the doorbell') {
      yield* work.cores.announce(self)
      yield* bell.arm()
    } else {
      yield* bell.arm()
      yield* work.cores.announce(self)
    }
    yield { name: `${self}: look again` }
    const isDue = !isBlind && work.waiting > 0
    if (isDue) yield* bell.disarm()
    else {
      const waiter = yield* bell.sleep()
      // At the end everybody is woken by the runtime's end; until then only by a ring.
      if (waiter !== undefined) {
        yield { name: 'asleep', when: () => waiter.isWoken || work.done === records }
      }
    }
    yield* work.cores.withdraw(self)
  }
}

function* take(work: Work, self: number): Steps<boolean> {
  yield { name: `${self}: take` }
  if (work.waiting === 0) return false
  work.waiting--
  work.done++
  return true
}

function world(plan: Plan): World {
  const work: Work = {
    waiting: 0,
    done: 0,
    bells: Array.from({ length: CORES }, () => new ModelDoorbell()),
    cores: new ModelIdleCores(CORES, plan.fault),
  }
  const processes: Record<string, Steps> = { maker: maker(work, plan) }
  for (let self = 1; self <= plan.sleepers; self++) {
    processes[`sleeper ${self}`] = sleeper(work, self, plan)
  }
  return {
    processes,
    state: () => {
      const bells = work.bells.map((bell) => `${bell.word}${bell.waiting}`)
      return [work.waiting, work.done, work.cores.count, ...work.cores.idle, ...bells].join()
    },
    check() {
      const idle = work.cores.idle.filter(Boolean).length
      if (work.cores.count < idle) throw new Error('somebody idle is not counted')
    },
    end() {
      if (work.cores.count !== 0) throw new Error(`${work.cores.count} are counted for ever`)
    },
  }
}

test('no interleaving leaves a core asleep beside work that came while it was idle', (t) => {
  for (const plan of PLANS) {
    const { states } = explore(() => world(plan), 2_000_000)
    t.true(states > 100, `only ${states} states`)
  }
})

const FAULTS: readonly IdleFault[] = [
  'looks for work before it announces itself',
  'looks at the count before it publishes the record',
  'counts itself after its word',
  'picks without comparing',
  'announces itself before it arms the doorbell',
]

for (const fault of FAULTS) {
  test(`a protocol that ${fault} is noticed`, (t) => {
    t.throws(() => {
      for (const plan of PLANS) explore(() => world({ ...plan, fault }), 2_000_000)
    })
  })
}

const CALLS = ['announce', 'withdraw', 'pick'] as const

test('the model does what the idle cores do', (t) => {
  const runs = forEverySchedule((schedule) => {
    const memory = new ArrayBuffer(idleBytes(CORES))
    const real = Array.from({ length: CORES }, (_, self) => new IdleCores(memory, 0, CORES, self))
    const model = new ModelIdleCores(CORES)
    for (let step = 0; step < 4; step++) {
      const self = schedule.choose(CORES)
      const call = pick(schedule, CALLS)
      // Nobody announces itself twice: it would be asleep.
      if (call === 'announce' && model.idle[self]) continue
      const found = real[self]![call]() ?? undefined
      const expected = atOnce<number | void>(model[call](self))
      if (found !== expected) throw new Error(`${call} gives ${found}, not ${String(expected)}`)
    }
  })
  t.true(runs > 1000)
})
