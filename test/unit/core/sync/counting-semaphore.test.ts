/** Counting semaphores of one core. */
import test from 'ava'
import { CountingSemaphore, InvariantError, type Wait } from '@orujo/core'

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

test('two tasks that share one permit take turns', async (t) => {
  const semaphore = new CountingSemaphore(1)
  let inside = 0
  let count = 0
  const work = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      using _permit = await semaphore.acquire()
      inside++
      await settled()
      t.is(inside, 1)
      inside--
      count++
    }
  }
  await Promise.all([work(), work()])
  t.is(count, 6)
  t.is(semaphore.value, 1)
})

test('permits are taken in the order of the calls, whatever each one wants', async (t) => {
  const semaphore = new CountingSemaphore(0)
  const order: number[] = []
  const waits = [2, 1, 3].map((count) => semaphore.acquire(count).then(() => order.push(count)))
  const found: Wait[] = []
  semaphore.addWaits(found)
  t.deepEqual(found, [{ what: "semaphore 'acquire'", count: 3 }])
  semaphore.release()
  await settled()
  t.deepEqual(order, [], 'the first wants two')
  t.false(semaphore.tryTake(1), 'and nobody gets in before it')
  semaphore.release(3)
  await settled()
  t.deepEqual(order, [2, 1])
  t.is(semaphore.value, 1)
  semaphore.release(2)
  await Promise.all(waits)
  t.is(semaphore.value, 0)
})

test('a guard gives back what it took, once', (t) => {
  const semaphore = new CountingSemaphore(5)
  const permit = semaphore.tryAcquire(3)!
  t.is(semaphore.value, 2)
  t.is(semaphore.tryAcquire(3), undefined)
  permit.release()
  t.is(semaphore.value, 5)
  t.throws(() => permit.release(), { instanceOf: InvariantError })
  t.is(semaphore.value, 5)
})

test('when the first waiter gives up, those behind it go on', async (t) => {
  const semaphore = new CountingSemaphore(1)
  const abort = new AbortController()
  const wide = semaphore.acquire(2, abort.signal)
  const narrow = semaphore.acquire(1)
  abort.abort()
  await t.throwsAsync(wide, { code: 'ORUJO_ABORTED' })
  using permit = await narrow
  t.true(permit.isHeld)
  await t.throwsAsync(semaphore.acquire(0, abort.signal), { code: 'ORUJO_ABORTED' })
})

test('acquiring nothing waits for nothing but those before it', async (t) => {
  const semaphore = new CountingSemaphore(0)
  await semaphore.acquire(0)
  t.true(semaphore.tryTake(0))
})

test('counts that are none, and more than can be counted, are refused', async (t) => {
  for (const count of [-1, 0.5, Number.NaN, 2 ** 53]) {
    t.throws(() => new CountingSemaphore(count), { instanceOf: InvariantError })
    const semaphore = new CountingSemaphore(1)
    t.throws(() => semaphore.release(count), { instanceOf: InvariantError })
    t.throws(() => semaphore.tryAcquire(count), { instanceOf: InvariantError })
    await t.throwsAsync(semaphore.acquire(count), { instanceOf: InvariantError })
    t.is(semaphore.value, 1)
  }
  const full = new CountingSemaphore(Number.MAX_SAFE_INTEGER)
  t.throws(() => full.release(), { instanceOf: InvariantError })
})
