/** The explorer itself: a model checker that misses runs proves nothing. */
import test from 'ava'
import { explore, exploreUncut, walk, type Steps, type World } from '../support/explore.ts'
import { forEverySchedule, replayed, seeded } from '../support/schedule.ts'

/** Two processes that each add 1 to a counter by a load and a store, or by one step. */
function counters(isAtomic: boolean): World & { readonly outcome: () => number } {
  let counter = 0
  const held: number[] = []
  function* add(slot: number): Steps {
    yield { name: 'load' }
    held[slot] = counter
    if (!isAtomic) yield { name: 'store' }
    counter = held[slot] + 1
  }
  return {
    processes: { a: add(0), b: add(1) },
    state: () => [counter, ...held].join(),
    end() {
      if (counter !== 2) throw new Error(`lost an update: ${counter}`)
    },
    outcome: () => counter,
  }
}

test('an enumerated schedule gives every sequence of answers once', (t) => {
  const seen: string[] = []
  const runs = forEverySchedule((schedule) => {
    const first = schedule.choose(3)
    const rest = first === 1 ? [schedule.choose(2), schedule.choose(2)] : [schedule.choose(1)]
    seen.push([first, ...rest].join(''))
  })
  t.deepEqual(seen, ['00', '100', '101', '110', '111', '20'])
  t.is(runs, 6)
})

test('a failure names the answers that lead to it, and they lead to it again', (t) => {
  const error = t.throws(() => forEverySchedule((schedule) => walk(counters(false), schedule)))
  const answers = /answers \[(.*)\]/.exec(error.message)![1]!.split(', ').map(Number)
  t.throws(() => walk(counters(false), replayed(answers)), { message: /lost an update/ })
})

test('two processes of two steps have six interleavings', (t) => {
  const outcomes = new Map<number, number>()
  forEverySchedule((schedule) => {
    const world = counters(false)
    walk({ ...world, end: () => undefined }, schedule)
    outcomes.set(world.outcome(), (outcomes.get(world.outcome()) ?? 0) + 1)
  })
  t.deepEqual([...outcomes].sort(), [
    [1, 4],
    [2, 2],
  ])
})

test('an explored world reaches every state that the full enumeration reaches', (t) => {
  const make = () => ({ ...counters(false), end: () => undefined })
  t.is(explore(make).states, exploreUncut(make).states)
})

test('a lost update is found, and an atomic one is not accused', (t) => {
  t.throws(() => explore(() => counters(false)), { message: /lost an update: 1\nsteps: a: load/ })
  t.notThrows(() => explore(() => counters(true)))
})

test('a world in which nobody can take a step is stuck', (t) => {
  function* wait(): Steps {
    yield { name: 'wait', when: () => false }
  }
  const make = () => ({ processes: { a: wait() }, state: () => '', end: () => undefined })
  t.throws(() => explore(make), { message: /stuck: a: wait/ })
})

test('a seed gives the same answers every time', (t) => {
  const draw = () => {
    const schedule = seeded(7)
    return Array.from({ length: 20 }, () => schedule.choose(10))
  }
  t.deepEqual(draw(), draw())
})
