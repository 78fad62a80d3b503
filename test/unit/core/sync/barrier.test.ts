/** Barriers of one core. */
import test from 'ava'
import { Barrier, InvariantError, type Wait } from '@orujo/core'

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

test('nobody passes before all have come; then all do, in order', async (t) => {
  const barrier = new Barrier(3)
  const order: string[] = []
  const pass = (name: string) => barrier.wait().then(() => order.push(name))
  const waits = [pass('a'), pass('b')]
  await settled()
  t.deepEqual(order, [])
  t.is(barrier.arrived, 2)
  t.true(barrier.isLast)
  const found: Wait[] = []
  barrier.addWaits(found)
  t.deepEqual(found, [{ what: "barrier 'wait'", count: 2 }])
  await Promise.all([...waits, pass('c')])
  t.deepEqual(order, ['a', 'b', 'c'])
})

test('phase follows phase: who comes again at once is of the next', async (t) => {
  const barrier = new Barrier(2)
  const march = async (): Promise<number[]> => {
    const phases: number[] = []
    for (let i = 0; i < 5; i++) phases.push(await barrier.wait())
    return phases
  }
  t.deepEqual(await Promise.all([march(), march()]), Array(2).fill([0, 1, 2, 3, 4]))
  t.is(barrier.phase, 5)
  t.is(barrier.arrived, 0)
})

test('who arrives without waiting counts', async (t) => {
  const barrier = new Barrier(3)
  t.is(barrier.arrive(), 0)
  const wait = barrier.wait()
  t.is(barrier.arrive(), 0)
  t.is(await wait, 0)
  t.is(barrier.arrive(), 1)
})

test('a barrier of one holds nobody up', async (t) => {
  const barrier = new Barrier(1)
  t.is(await barrier.wait(), 0)
  t.is(barrier.arrive(), 1)
})

test('an aborted wait takes its arrival back', async (t) => {
  const barrier = new Barrier(2)
  const abort = new AbortController()
  const given = barrier.wait(abort.signal)
  abort.abort()
  await t.throwsAsync(given, { code: 'ORUJO_ABORTED' })
  t.is(barrier.arrived, 0)
  await t.throwsAsync(barrier.wait(abort.signal), { code: 'ORUJO_ABORTED' })
  const waits = [barrier.wait(), barrier.wait()]
  t.deepEqual(await Promise.all(waits), [0, 0])
})

test('a number of parties that is none is refused', (t) => {
  for (const parties of [0, -1, 1.5, Number.NaN]) {
    t.throws(() => new Barrier(parties), { instanceOf: InvariantError })
  }
})
