/** Condition variables of one core: who is woken, in which order, and with what. */
import test from 'ava'
import { ConditionVariable, InvariantError, Mutex, type Wait } from '@orujo/core'

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

test('waiting releases the mutex, and goes on only with it', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const lock = await mutex.lock()
  let isOver = false
  const wait = condition.wait(lock).then(() => (isOver = true))
  t.false(lock.isHeld)
  const other = mutex.tryLock()!
  t.true(condition.signal())
  await settled()
  t.false(isOver, 'another holds the mutex')
  other.release()
  await wait
  t.true(lock.isHeld)
  lock.release()
  t.false(mutex.isLocked)
})

test('a signal wakes who has waited longest, a broadcast all, in order', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const order: string[] = []
  const wait = async (name: string): Promise<void> => {
    using lock = await mutex.lock()
    await condition.wait(lock)
    order.push(name)
  }
  const waiting = ['a', 'b', 'c', 'd'].map(wait)
  await settled()
  const found: Wait[] = []
  condition.addWaits(found)
  t.deepEqual(found, [{ what: "condition variable 'wait'", count: 4 }])
  t.true(condition.signal())
  await settled()
  t.deepEqual(order, ['a'])
  t.is(condition.broadcast(), 3)
  await Promise.all(waiting)
  t.deepEqual(order, ['a', 'b', 'c', 'd'])
})

test('a signal with no waiter is lost', async (t) => {
  const condition = new ConditionVariable()
  t.false(condition.signal())
  t.is(condition.broadcast(), 0)
  let isOver = false
  const wait = condition.wait().then(() => (isOver = true))
  await settled()
  t.false(isOver)
  condition.signal()
  await wait
})

test('who is signalled queues for the mutex before those who come later', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const order: string[] = []
  const lock = await mutex.lock()
  const woken = condition.wait(lock).then(() => {
    order.push('woken')
    lock.release()
  })
  const other = mutex.tryLock()!
  condition.signal()
  const late = mutex.lock().then((guard) => {
    order.push('late')
    guard.release()
  })
  other.release()
  await Promise.all([woken, late])
  t.deepEqual(order, ['woken', 'late'])
})

test('an aborted wait rejects without the mutex', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const abort = new AbortController()
  const error = t.throwsAsync(
    async () => {
      using lock = await mutex.lock()
      await condition.wait(lock, abort.signal)
    },
    { code: 'ORUJO_ABORTED' },
  )
  await settled()
  abort.abort()
  await error
  t.false(mutex.isLocked)
  t.false(condition.signal(), 'nobody waits any more')
  const lock = await mutex.lock()
  await t.throwsAsync(condition.wait(lock, abort.signal), { code: 'ORUJO_ABORTED' })
  t.false(lock.isHeld)
  t.false(mutex.isLocked)
})

test('a signal whose waiter is aborted before it has the mutex goes to the next', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const abort = new AbortController()
  const first = await mutex.lock()
  const aborted = condition.wait(first, abort.signal)
  const second = await mutex.lock()
  const next = condition.wait(second)
  const holder = mutex.tryLock()!
  condition.signal()
  abort.abort()
  holder.release()
  await t.throwsAsync(aborted, { code: 'ORUJO_ABORTED' })
  await next
  t.true(second.isHeld)
})

test('waiting with a guard that is not held is refused', async (t) => {
  const [mutex, condition] = [new Mutex(), new ConditionVariable()]
  const lock = await mutex.lock()
  lock.release()
  await t.throwsAsync(condition.wait(lock), { instanceOf: InvariantError })
  t.false(condition.signal())
})
