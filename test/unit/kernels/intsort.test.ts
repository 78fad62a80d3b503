/** The integer sort: its random numbers, its keys, and one core's part on its own. */
import test from 'ava'
import fc from 'fast-check'
import { CLASSES, ITERATIONS, makeKeys } from '#kernels/intsort/problem.js'
import { Randlc } from '#kernels/intsort/randlc.js'
import { SortPart } from '#kernels/intsort/sort-part.js'

const SEED = 314_159_265
const small = CLASSES[0]!

/** The states of the generator in exact arithmetic. */
function* exactStates(seed: number): Generator<number> {
  let state = BigInt(seed)
  for (;;) {
    state = (state * 1_220_703_125n) % 2n ** 46n
    yield Number(state)
  }
}

test('randlc is exact', (t) => {
  const random = new Randlc(SEED)
  const states = exactStates(SEED)
  for (let i = 0; i < 1000; i++) t.is(random.next(), states.next().value! / 2 ** 46)
})

test('skipping numbers is drawing and forgetting them', (t) => {
  fc.assert(
    fc.property(fc.nat(500), (count) => {
      const [skipped, drawn] = [new Randlc(SEED), new Randlc(SEED)]
      skipped.skip(count)
      for (let i = 0; i < count; i++) drawn.next()
      t.is(skipped.next(), drawn.next())
    }),
  )
})

test('keys are the same whoever makes them', (t) => {
  const all = makeKeys(small, 0, 3000)
  t.deepEqual(makeKeys(small, 1000, 3000), all.subarray(1000))
  t.true(all.every((key) => key >= 0 && key < small.maxKey))
})

test('five ranks are right after each iteration on one core, and the keys come out sorted', (t) => {
  const part = new SortPart(small, 0, small.keys)
  for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
    part.addTotals(part.count(iteration))
    part.divide(1, 0)
    for (const keys of part.split(1)) part.receive(keys)
    t.is(part.rank(iteration), 5)
  }
  const { count, isAscending } = part.sort()
  t.is(count, small.keys)
  t.true(isAscending)
})

test('a core that gets no range has nothing to do', (t) => {
  const cores = small.buckets * 2
  const part = new SortPart(small, 0, small.keys)
  part.addTotals(part.count(1))
  part.divide(cores, 1)
  t.is(part.rank(1), 0)
  t.deepEqual(part.sort(), { count: 0, isAscending: true, first: 0, last: 0 })
})
