/** The checker itself: it finds the order where there is one, and refuses where there is none. */
import test from 'ava'
import {
  type Observed,
  checkLinearizable,
  isLinearizable,
  type SequentialModel,
} from '../support/linearizability.ts'
import { type VectorOperation, type VectorSeen, vectorModel } from '../support/models.ts'
import { type Schedule, forSeeds } from '../support/schedule.ts'

type Seen = Observed<VectorOperation, VectorSeen>

const vector = vectorModel()

/** An operation from `calledAt` to `answeredAt`. */
function seen(
  calledAt: number,
  answeredAt: number,
  operation: VectorOperation,
  answer?: VectorSeen,
): Seen {
  return { operation, answer, calledAt, answeredAt }
}

const ACCEPTED: Readonly<Record<string, readonly Seen[]>> = {
  nothing: [],
  'one after another': [
    seen(0, 1, ['push', 1]),
    seen(2, 3, ['push', 2]),
    seen(4, 5, ['pop'], 2),
    seen(6, 7, ['dequeue'], 1),
    seen(8, 9, ['pop'], undefined),
  ],
  'the later call takes effect first': [
    seen(0, 5, ['push', 1]),
    seen(1, 4, ['push', 2]),
    seen(6, 7, ['dequeue'], 2),
  ],
  'a pending push that was seen': [seen(0, Infinity, ['push', 1]), seen(1, 2, ['pop'], 1)],
  'a pending push that was not': [seen(0, Infinity, ['push', 1]), seen(1, 2, ['pop'], undefined)],
  'a push and a pop that overlap': [seen(0, 3, ['push', 1]), seen(1, 2, ['pop'], 1)],
}

const REFUSED: Readonly<Record<string, readonly Seen[]>> = {
  'a value out of thin air': [seen(0, 1, ['pop'], 1)],
  'a value twice': [seen(0, 1, ['push', 1]), seen(2, 5, ['pop'], 1), seen(3, 4, ['dequeue'], 1)],
  'a value lost': [seen(0, 1, ['push', 1]), seen(2, 3, ['pop'], undefined)],
  'a value before its push': [seen(0, 1, ['pop'], 1), seen(2, 3, ['push', 1])],
  'a queue that is a stack': [
    seen(0, 1, ['push', 1]),
    seen(2, 3, ['push', 2]),
    seen(4, 5, ['dequeue'], 2),
  ],
  'a stack that is a queue': [
    seen(0, 1, ['push', 1]),
    seen(2, 3, ['push', 2]),
    seen(4, 5, ['pop'], 1),
  ],
  'two readers that disagree on the order': [
    seen(0, 9, ['push', 1]),
    seen(1, 8, ['push', 2]),
    seen(2, 3, ['read', 0], 1),
    seen(4, 5, ['read', 0], 2),
  ],
  'a size that nobody made': [seen(0, 3, ['push', 1]), seen(1, 2, ['size'], 2)],
  'a pending push seen, then gone': [
    seen(0, Infinity, ['push', 1]),
    seen(1, 2, ['size'], 1),
    seen(3, 4, ['size'], 0),
  ],
}

for (const [name, history] of Object.entries(ACCEPTED)) {
  test(`accepted: ${name}`, (t) => {
    t.notThrows(() => checkLinearizable(history, vector))
  })
}

for (const [name, history] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, (t) => {
    t.throws(() => checkLinearizable(history, vector), { message: /No order of these/ })
  })
}

test('the checker agrees with trying every order', async (t) => {
  let accepted = 0
  let refused = 0
  await forSeeds(400, (schedule) => {
    const history = randomHistory(schedule)
    const expected = isExplainable(history, vector)
    if (expected) accepted++
    else refused++
    t.is(isLinearizable(history, vector), expected, JSON.stringify(history))
  })
  t.true(accepted > 40 && refused > 40, `${accepted} accepted, ${refused} refused`)
})

/** A few overlapping operations, half of them with the answers of some order, some changed. */
function randomHistory(schedule: Schedule): Seen[] {
  const count = 2 + schedule.choose(4)
  let state: readonly number[] = []
  return Array.from({ length: count }, (_, i) => {
    const operations: VectorOperation[] = [['push', i], ['push', i], ['pop'], ['dequeue'], ['size']]
    const operation = operations[schedule.choose(operations.length)]!
    const [next, answer] = vector.apply(state, operation)
    state = next
    const calledAt = 10 * i - schedule.choose(25)
    const answeredAt = schedule.choose(12) === 0 ? Infinity : 10 * i + 1 + schedule.choose(25)
    const isChanged = schedule.choose(8) === 0
    return { operation, answer: isChanged ? 1 : answer, calledAt, answeredAt }
  })
}

/** The definition, word for word: some order of some operations, all answered ones among them. */
function isExplainable<S>(
  history: readonly Seen[],
  model: SequentialModel<S, VectorOperation, VectorSeen>,
): boolean {
  const goOn = (state: S, left: readonly Seen[]): boolean => {
    if (left.every(({ answeredAt }) => answeredAt === Infinity)) return true
    return left.some((candidate) => {
      if (left.some((other) => other.answeredAt < candidate.calledAt)) return false
      const [next, answer] = model.apply(state, candidate.operation)
      if (candidate.answeredAt !== Infinity && answer !== candidate.answer) return false
      return goOn(
        next,
        left.filter((other) => other !== candidate),
      )
    })
  }
  return goOn(model.initial, history)
}
