/**
 * Every interleaving of an owner that parks and one or two ringers that send it messages, one
 * shared access at a time. A run that ends with the owner asleep is a lost wake-up.
 * The model is tied to the real class by trying every short sequence of calls on both.
 */
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { Doorbell } from '#core/transport/doorbell.js'
import { atOnce, explore, exploreUncut, type Steps, type World } from '../support/explore.ts'
import { forEverySchedule, pick } from '../support/schedule.ts'
import { ModelDoorbell, type DoorbellFault, type Waiter } from './doorbell-model.ts'

/** One tail per ringer, as each has a ring of its own; the numbers of messages sent so far. */
interface Mail {
  readonly tails: number[]
  readonly seen: number[]
}

interface Plan {
  readonly ringers: number
  /** Messages of each ringer. */
  readonly messages: number
  readonly fault?: DoorbellFault
}

const PLANS: readonly Plan[] = [
  { ringers: 1, messages: 4 },
  { ringers: 2, messages: 2 },
]

function* owner(plan: Plan, bell: ModelDoorbell, mail: Mail): Steps {
  const all = plan.ringers * plan.messages
  while (mail.seen.reduce((sum, seen) => sum + seen, 0) < all) {
    if (yield* look(mail, 'first')) continue
    yield* bell.arm()
    const isBlind =
      plan.fault === 'looks for work before it arms' ||
      plan.fault === 'does not look again after it armed'
    if (!isBlind && (yield* look(mail, 'armed'))) {
      yield* bell.disarm()
      continue
    }
    const waiter = yield* bell.sleep()
    if (waiter === undefined) continue
    yield { name: 'asleep', when: () => waiter.isWoken }
  }
}

/** Takes in what every ringer has sent; true if that was anything. */
function* look({ tails, seen }: Mail, when: 'first' | 'armed'): Steps<boolean> {
  let isNews = false
  for (const ringer of tails.keys()) {
    yield { name: `${when}: load tail ${ringer}${isNews ? ' with news' : ''}` }
    if (seen[ringer] === tails[ringer]) continue
    seen[ringer] = tails[ringer]!
    isNews = true
  }
  return isNews
}

function* ringer(plan: Plan, bell: ModelDoorbell, mail: Mail, self: number): Steps {
  for (let message = 1; message <= plan.messages; message++) {
    const isEarly = plan.fault === 'looks at the word before it stores the tail'
    if (isEarly) yield* bell.ring()
    yield { name: `store tail ${message}` }
    mail.tails[self] = message
    if (!isEarly) yield* bell.ring()
  }
}

function world(plan: Plan): World {
  const bell = new ModelDoorbell(plan.fault)
  const mail: Mail = {
    tails: Array.from({ length: plan.ringers }, () => 0),
    seen: Array.from({ length: plan.ringers }, () => 0),
  }
  const processes: Record<string, Steps> = { owner: owner(plan, bell, mail) }
  for (const self of mail.tails.keys()) {
    processes[`ringer ${self}`] = ringer(plan, bell, mail, self)
  }
  return {
    processes,
    state: () => [bell.word, bell.waiting, ...mail.tails, ...mail.seen].join(),
    end() {
      if (bell.waiting !== 0) throw new Error(`${bell.waiting} waiters left`)
    },
  }
}

test('no interleaving of arming, sleeping and ringing loses a wake-up', (t) => {
  for (const plan of PLANS) {
    const { states } = explore(() => world(plan))
    t.true(states > 50, `only ${states} states for ${JSON.stringify(plan)}`)
  }
})

test('the state of the model tells all that matters', (t) => {
  const make = () => world({ ringers: 1, messages: 2 })
  t.is(explore(make).states, exploreUncut(make).states)
})

const FAULTS: readonly DoorbellFault[] = [
  'looks for work before it arms',
  'does not look again after it armed',
  'looks at the word before it stores the tail',
  'sleeps without comparing the word',
  'moves the word without notifying',
  'notifies before it moves the word',
]

for (const fault of FAULTS) {
  test(`a doorbell protocol that ${fault} is noticed`, (t) => {
    for (const plan of PLANS) {
      t.throws(() => explore(() => world({ ...plan, fault })), { message: /stuck: owner: asleep/ })
    }
  })
}

const CALLS = ['arm', 'disarm', 'ring', 'sleep'] as const

test('the model does what the doorbell does', async (t) => {
  const woken: Promise<unknown>[] = []
  const asleep: Promise<unknown>[] = []
  forEverySchedule((schedule) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const real = new Doorbell(words, 1)
    const model = new ModelDoorbell()
    const waits: { promise: Promise<unknown>; waiter: Waiter }[] = []
    for (let step = 0; step < 6; step++) {
      const call = pick(schedule, CALLS)
      const promise = real[call]() ?? undefined
      const waiter = atOnce<Waiter | undefined>(model[call]() as Steps<Waiter | undefined>)
      if ((promise === undefined) !== (waiter === undefined)) throw new Error(`${call} differs`)
      if (words[1] !== model.word) throw new Error(`the word differs after ${call}`)
      if (promise !== undefined && waiter !== undefined) waits.push({ promise, waiter })
    }
    for (const { promise, waiter } of waits) (waiter.isWoken ? woken : asleep).push(promise)
  })
  await Promise.all(woken)
  await setImmediate()
  t.true(woken.length > 0 && asleep.length > 0)
  t.is(await Promise.race([...asleep, Promise.resolve('none of them')]), 'none of them')
})
