/**
 * Every interleaving of a writer whose ring is full and a reader that gives room back piece by
 * piece, one shared access at a time. A run that ends with the writer asleep is a lost wake-up. The
 * protocol is told in transport/room.md; the last test ties the model to the real classes.
 */
import test from 'ava'
import { Doorbell } from '#core/transport/doorbell.js'
import {
  RING_CONTROL_INTS,
  RING_HEAD,
  RING_WANTED,
  RingReader,
  RingWriter,
} from '#core/transport/ring.js'
import { atOnce, explore, exploreUncut, type Steps, type World } from '../support/explore.ts'
import { forSeeds, pick } from '../support/schedule.ts'
import { ModelDoorbell } from './doorbell-model.ts'

/** Mistakes that a change of the protocol could bring. */
type RoomFault =
  | 'asks before it arms'
  | 'does not look again after it asked'
  | 'looks before it asks'
  | 'looks at the request before it gives room back'
  | 'takes the request down after it has rung'
  | 'does not ring'
  | 'asks only once'

interface Plan {
  readonly capacity: number
  /** Words of each message; the writer waits until one fits. */
  readonly messages: readonly number[]
  /** Words that the reader gives back at a time. */
  readonly release: number
  readonly fault?: RoomFault
}

const PLANS: readonly Plan[] = [
  { capacity: 2, messages: [1, 1, 1, 1, 1], release: 1 },
  { capacity: 2, messages: [2, 2, 2], release: 1 },
  { capacity: 2, messages: [2, 2, 2], release: 2 },
  { capacity: 4, messages: [2, 3, 4, 1, 4], release: 1 },
  { capacity: 4, messages: [4, 4, 3], release: 2 },
]

/** Positions only: what lies in the words is the ring's own model's matter. */
interface Shared {
  tail: number
  head: number
  wanted: number
}

interface Progress {
  /** Messages written. */
  written: number
  /** The writer has asked before. */
  hasAsked: boolean
}

function* writeAll(plan: Plan, shared: Shared, bell: ModelDoorbell, progress: Progress): Steps {
  const { messages, fault } = plan
  while (progress.written < messages.length) {
    const words = messages[progress.written]!
    if (yield* hasRoom(plan, shared, words, 'first')) {
      yield { name: 'store tail' }
      shared.tail += words
      progress.written++
      continue
    }
    if (fault === 'asks before it arms') yield* ask(shared, progress)
    yield* bell.arm()
    const isEarly = fault === 'looks before it asks'
    if (isEarly && (yield* hasRoom(plan, shared, words, 'early'))) {
      yield* bell.disarm()
      continue
    }
    const isSilent = fault === 'asks only once' && progress.hasAsked
    if (fault !== 'asks before it arms' && !isSilent) yield* ask(shared, progress)
    const isBlind = isEarly || fault === 'does not look again after it asked'
    if (!isBlind && (yield* hasRoom(plan, shared, words, 'armed'))) {
      yield* bell.disarm()
      continue
    }
    const waiter = yield* bell.sleep()
    if (waiter === undefined) continue
    yield { name: 'asleep', when: () => waiter.isWoken }
  }
}

function* hasRoom(plan: Plan, shared: Shared, words: number, when: string): Steps<boolean> {
  yield { name: `${when}: load head` }
  return shared.tail - shared.head + words <= plan.capacity
}

function* ask(shared: Shared, progress: Progress): Steps {
  yield { name: 'store wanted 1' }
  shared.wanted = 1
  progress.hasAsked = true
}

function* readAll(plan: Plan, shared: Shared, bell: ModelDoorbell): Steps {
  const all = plan.messages.reduce((sum, words) => sum + words, 0)
  while (shared.head < all) {
    yield { name: 'wait for words', when: () => shared.tail > shared.head }
    const words = Math.min(plan.release, shared.tail - shared.head)
    yield* release(plan, shared, bell, words)
  }
}

function* release(plan: Plan, shared: Shared, bell: ModelDoorbell, words: number): Steps {
  const { fault } = plan
  let isWanted = false
  if (fault === 'looks at the request before it gives room back') {
    yield { name: 'load wanted' }
    isWanted = shared.wanted === 1
  }
  yield { name: isWanted ? 'store head, then ring' : 'store head' }
  shared.head += words
  if (fault !== 'looks at the request before it gives room back') {
    yield { name: 'load wanted' }
    isWanted = shared.wanted === 1
  }
  if (!isWanted) return
  const isLate = fault === 'takes the request down after it has rung'
  if (isLate) yield* bell.ring()
  yield { name: 'store wanted 0' }
  shared.wanted = 0
  if (!isLate && fault !== 'does not ring') yield* bell.ring()
}

function world(plan: Plan): World {
  const shared: Shared = { tail: 0, head: 0, wanted: 0 }
  const bell = new ModelDoorbell()
  const progress: Progress = { written: 0, hasAsked: false }
  return {
    processes: {
      writer: writeAll(plan, shared, bell, progress),
      reader: readAll(plan, shared, bell),
    },
    state: () =>
      [
        ...[shared.tail, shared.head, shared.wanted, bell.word, bell.waiting],
        ...[progress.written, progress.hasAsked],
      ].join(),
    end() {
      if (bell.waiting !== 0) throw new Error(`${bell.waiting} waiters left`)
    },
  }
}

test('no interleaving leaves a writer asleep while there is room', (t) => {
  for (const plan of PLANS) {
    const { states } = explore(() => world(plan))
    t.true(states > 50, `only ${states} states for ${JSON.stringify(plan)}`)
  }
})

test('the state of the model tells all that matters', (t) => {
  const make = () => world({ capacity: 2, messages: [2, 1], release: 1 })
  t.is(explore(make).states, exploreUncut(make).states)
})

const FAULTS: readonly RoomFault[] = [
  'asks before it arms',
  'does not look again after it asked',
  'looks before it asks',
  'looks at the request before it gives room back',
  'takes the request down after it has rung',
  'does not ring',
  'asks only once',
]

for (const fault of FAULTS) {
  test(`a protocol that ${fault} is noticed`, (t) => {
    const failures = PLANS.map((plan) => {
      try {
        explore(() => world({ ...plan, fault }))
        return 'nothing'
      } catch (error) {
        return String(error)
      }
    })
    t.true(
      failures.some((failure) => /stuck: writer: asleep/.test(failure)),
      failures.join('\n\n'),
    )
  })
}

test('the model does what ring and doorbell do', async (t) => {
  await forSeeds(200, (schedule) => {
    const plan = { capacity: 4, messages: [], release: 1 }
    const control = new Int32Array(RING_CONTROL_INTS)
    const words = new Int32Array(new SharedArrayBuffer(4))
    const data = new Float64Array(plan.capacity)
    const bell = new Doorbell(words, 0)
    const writer = new RingWriter(data, control)
    const reader = new RingReader(data, control, () => bell.ring())
    const shared: Shared = { tail: 0, head: 0, wanted: 0 }
    const model = new ModelDoorbell()
    const acts: Readonly<Record<string, () => void>> = {
      write() {
        if (shared.tail - shared.head === plan.capacity) return
        writer.i32[2 * writer.reserve(1)] = 0x7_0001
        writer.publish()
        shared.tail++
      },
      arm() {
        bell.arm()
        atOnce(model.arm())
      },
      ask() {
        writer.wantRoom()
        atOnce(ask(shared, { written: 0, hasAsked: false }))
      },
      release() {
        if (shared.tail === shared.head) return
        reader.refresh()
        reader.head = (reader.head + 1) | 0
        reader.release()
        atOnce(release(plan, shared, model, 1))
      },
    }
    for (let step = 0; step < 100; step++) {
      pick(schedule, Object.values(acts))()
      t.deepEqual(
        [control[RING_HEAD], control[RING_WANTED], words[0]],
        [shared.head, shared.wanted, model.word],
      )
    }
  })
})
