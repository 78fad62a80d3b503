/**
 * Every interleaving of tasks that join, microtasks that seal, a home that performs and answers
 * that come back. A run that ends with somebody waiting is a lost wake-up. The model is tied to the
 * real class by trying every short sequence of calls on both.
 */
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { type Combining, FlatCombiner } from '@orujo/core'
import type { Core } from '#core/delegate/core.js'
import type { Endpoint } from '#core/delegate/endpoint.js'
import { type Steps, type World, explore, exploreUncut } from '../support/explore.ts'
import { Enumerator, pick } from '../support/schedule.ts'
import {
  type CombinerFault,
  type ModelBounds,
  ModelCombiner,
  type ModelOperation,
} from './combiner-model.ts'

interface Plan extends ModelBounds {
  readonly tasks: number
  /** Operations of each task. */
  readonly operations: number
  /** Whether a task waits for each before the next. */
  readonly isWaiting: boolean
  readonly fault?: CombinerFault
}

const PLANS: readonly Plan[] = [
  { tasks: 3, operations: 2, isWaiting: true, size: 9, inFlight: 2 },
  { tasks: 3, operations: 2, isWaiting: true, size: 2, inFlight: 1 },
  { tasks: 2, operations: 3, isWaiting: false, size: 2, inFlight: 2 },
  { tasks: 1, operations: 4, isWaiting: false, size: 1, inFlight: 1 },
]

/** The object's home, and what it has seen of each task. */
class Home {
  readonly #last: number[] = []

  perform(operation: ModelOperation): void {
    const { task, number } = operation
    operation.performed++
    if (operation.performed > 1) throw new Error(`operation ${number} of ${task} performed twice`)
    if ((this.#last[task] ?? -1) > number) throw new Error(`operations of ${task} out of order`)
    this.#last[task] = number
  }
}

function* joining(plan: Plan, combiner: ModelCombiner, own: readonly ModelOperation[]): Steps {
  for (const operation of own) {
    yield { name: `join ${operation.number}` }
    combiner.join(operation)
    if (!plan.isWaiting) continue
    yield { name: `wait ${operation.number}`, when: () => operation.isAnswered }
    if (operation.performed === 0) throw new Error('answered, and never performed')
  }
}

function* microtasks(combiner: ModelCombiner, isOver: () => boolean): Steps {
  for (;;) {
    yield { name: 'due', when: () => combiner.due.length > 0 || isOver() }
    if (combiner.due.length === 0) return
    combiner.fire()
  }
}

function* homing(combiner: ModelCombiner, home: Home, isOver: () => boolean): Steps {
  for (;;) {
    yield { name: 'message', when: () => combiner.flight.length > 0 || isOver() }
    const round = combiner.flight[0]
    if (round === undefined) return
    for (const operation of round.operations.slice(0, round.sent)) home.perform(operation)
    yield { name: 'answer' }
    combiner.answer()
  }
}

function world(plan: Plan): World {
  const combiner = new ModelCombiner(plan, plan.fault)
  const home = new Home()
  const operations: ModelOperation[][] = Array.from({ length: plan.tasks }, (_, task) =>
    Array.from({ length: plan.operations }, (_, number) => {
      return { task, number, performed: 0, isAnswered: false }
    }),
  )
  const isOver = (): boolean => operations.flat().every(({ isAnswered }) => isAnswered)
  const processes: Record<string, Steps> = {
    microtasks: microtasks(combiner, isOver),
    home: homing(combiner, home, isOver),
  }
  for (const [task, own] of operations.entries()) {
    processes[`task ${task}`] = joining(plan, combiner, own)
  }
  const name = ({ task, number }: ModelOperation): string => `${task}.${number}`
  const text = (rounds: typeof combiner.sealed): string =>
    rounds.map((round) => `${round.sent}(${round.operations.map(name).join()})`).join(';')
  return {
    processes,
    state: () =>
      [
        combiner.open === undefined ? '' : text([combiner.open]),
        ...[combiner.sealed, combiner.flight, combiner.due].map(text),
        combiner.inFlight,
        operations.flat().map((one) => `${one.performed}${one.isAnswered}`),
      ].join(' '),
    check() {
      if (combiner.flight.length > plan.inFlight) throw new Error('too many in flight')
      const lengths = combiner.sealed.map((round) => round.operations.length)
      if (lengths.some((length) => length > plan.size)) throw new Error('a round is too full')
      if ((combiner.open?.operations.length ?? 0) >= plan.size) throw new Error('overfull')
    },
    end() {
      const left = combiner.sealed.length + combiner.flight.length
      if (left > 0 || combiner.open !== undefined) throw new Error('something is left')
      for (const { performed } of operations.flat()) {
        if (performed !== 1) throw new Error(`performed ${performed} times`)
      }
    },
  }
}

test('no interleaving loses, doubles or reorders an operation, or forgets who waits', (t) => {
  for (const plan of PLANS) {
    const { states } = explore(() => world(plan))
    t.true(states > 20, `only ${states} states for ${JSON.stringify(plan)}`)
  }
})

test('the state of the model tells all that matters', (t) => {
  const make = () => world({ tasks: 2, operations: 1, isWaiting: true, size: 9, inFlight: 1 })
  t.is(explore(make).states, exploreUncut(make).states)
})

const FAULTS: Readonly<Record<CombinerFault, RegExp>> = {
  'operations join the round in flight': /never performed|performed 0 times/,
  'an answer wakes whoever waits': /never performed|stuck|performed 0 times/,
  'an answer does not look for an open round': /stuck/,
  'in flight is counted before it is known who sends': /stuck/,
  'a due round goes out though it has gone': /performed twice/,
  'the round sealed last goes first': /out of order/,
  'a full round waits to be due': /overfull|too full/,
}

for (const [fault, message] of Object.entries(FAULTS)) {
  test(`a combiner in which ${fault} is noticed`, (t) => {
    const errors = PLANS.map((plan) => {
      try {
        explore(() => world({ ...plan, fault: fault as CombinerFault }))
        return ''
      } catch (error) {
        return (error as Error).message
      }
    })
    t.true(
      errors.some((error) => message.test(error)),
      errors.join('\n'),
    )
  })
}

const CALLS = ['join', 'flush', 'microtasks', 'answer'] as const
const BOUNDS: ModelBounds = { size: 2, inFlight: 4 }

/** What a combiner asks of its endpoint, doing nothing; the real one is in every other test. */
function idleEndpoint(): Endpoint {
  const scopes = { root: { context: undefined }, enter: () => undefined, leave: () => undefined }
  const scheduler = { touch: () => undefined }
  return { ended: undefined, scopes, scheduler } as unknown as Endpoint
}

interface Batch {
  readonly numbers: number[]
}

test('the model does what the combiner does', async (t) => {
  const enumerator = new Enumerator()
  let runs = 0
  while (enumerator.next()) {
    runs++
    const sent: string[] = []
    const answers: (() => void)[] = []
    const plan: Combining<Batch, void> = {
      name: 'test',
      open: () => ({ numbers: [] }),
      send: (_core, { numbers }) => {
        sent.push(numbers.join())
        return new Promise((resolve) => answers.push(resolve))
      },
      settle: () => undefined,
      fail: () => undefined,
    }
    const real = new FlatCombiner(idleEndpoint(), plan)
    const core = { scope: { checkOpen: () => undefined } } as unknown as Core
    const model = new ModelCombiner(BOUNDS)
    const written: string[] = []
    const calls: string[] = []
    for (let step = 0; step < 6; step++) {
      const call = pick(enumerator, CALLS)
      calls.push(call)
      const known = new Set(model.flight)
      if (call === 'join') {
        const round = real.join(core)
        round.batch.numbers.push(step)
        real.added(round, round.batch.numbers.length === BOUNDS.size)
        model.join({ task: 0, number: step, performed: 0, isAnswered: false })
      } else if (call === 'flush') {
        void real.flush()
        model.flush()
      } else {
        if (call === 'answer' && model.flight.length > 0) {
          answers.shift()!()
          model.answer()
        }
        await setImmediate()
        while (model.due.length > 0) model.fire()
      }
      for (const round of model.flight) {
        if (!known.has(round)) written.push(round.operations.map(({ number }) => number).join())
      }
      t.deepEqual(sent, written, calls.join(', '))
    }
  }
  t.true(runs > 1000)
})
