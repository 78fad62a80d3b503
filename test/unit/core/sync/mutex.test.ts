/** Mutexes of one core, their guards, and waits that are given up. */
import test from 'ava'
import { InvariantError, Mutex, OrujoError, type Wait } from '@orujo/core'

/** After every microtask that is due. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

function waits(mutex: Mutex): Wait[] {
  const found: Wait[] = []
  mutex.addWaits(found)
  return found
}

test('a lock blocks a second task until it is released', async (t) => {
  const mutex = new Mutex()
  let data = 0
  const first = await mutex.lock()
  const second = mutex.lock().then((lock) => {
    data++
    lock.release()
  })
  await settled()
  t.is(data, 0)
  data++
  first.release()
  await second
  t.is(data, 2)
  t.false(mutex.isLocked)
})

test('locks are granted first come, first served, and nobody gets in between', async (t) => {
  const mutex = new Mutex()
  const order: string[] = []
  const enter = async (name: string): Promise<void> => {
    using _lock = await mutex.lock()
    order.push(name)
    await undefined
  }
  const lock = await mutex.lock()
  const queued = ['a', 'b', 'c'].map(enter)
  t.deepEqual(waits(mutex), [{ what: "mutex 'lock'", count: 3 }])
  lock.release()
  t.is(mutex.tryLock(), undefined, 'it is the first waiter who holds it now')
  const late = enter('late')
  await Promise.all([...queued, late])
  t.deepEqual(order, ['a', 'b', 'c', 'late'])
  t.deepEqual(waits(mutex), [])
})

test('tryLock gives a guard if the mutex is free, and never waits', (t) => {
  const mutex = new Mutex()
  const lock = mutex.tryLock()
  t.true(lock?.isHeld)
  t.true(mutex.isLocked)
  t.is(mutex.tryLock(), undefined)
  lock!.release()
  t.false(lock!.isHeld)
  t.true(mutex.tryLock()?.isHeld)
})

test('a guard is released once: again is refused, even while another holds the mutex', (t) => {
  const mutex = new Mutex()
  const first = mutex.tryLock()!
  first.release()
  t.throws(() => first.release(), { instanceOf: InvariantError })
  const second = mutex.tryLock()!
  t.throws(() => first.release(), { instanceOf: InvariantError })
  t.throws(() => mutex.giveBack(1), { instanceOf: InvariantError }, 'a ticket of old')
  t.throws(() => mutex.giveBack(0), { instanceOf: InvariantError })
  t.true(mutex.isLocked)
  second.release()
})

test('using releases at the end of a block, after an error too, and not twice', async (t) => {
  const mutex = new Mutex()
  await t.throwsAsync(async () => {
    using _lock = await mutex.lock()
    throw new Error('inside')
  })
  t.false(mutex.isLocked)
  {
    using lock = await mutex.lock()
    lock.release()
    t.true(mutex.tryLock()?.isHeld, 'released early, and taken by another')
  }
  t.true(mutex.isLocked, 'the end of the block did not release what is not its own')
})

test('a wait that is aborted leaves the queue; the lock goes to who is next', async (t) => {
  const mutex = new Mutex()
  const abort = new AbortController()
  const reason = new Error('enough')
  const first = mutex.tryLock()!
  const given = mutex.lock(abort.signal)
  const next = mutex.lock(new AbortController().signal)
  abort.abort(reason)
  const error = await t.throwsAsync(given, { instanceOf: OrujoError })
  t.is(error.code, 'ORUJO_ABORTED')
  t.is(error.cause, reason)
  t.regex(error.message, /mutex 'lock'/)
  first.release()
  const lock = await next
  t.true(lock.isHeld)
  lock.release()
  t.false(mutex.isLocked)
})

test('an aborted signal refuses even a free mutex; after the grant it does nothing', async (t) => {
  const mutex = new Mutex()
  const abort = new AbortController()
  const lock = await mutex.lock(abort.signal)
  const waiting = mutex.lock(abort.signal)
  lock.release()
  const second = await waiting
  abort.abort()
  t.true(second.isHeld)
  second.release()
  await t.throwsAsync(mutex.lock(abort.signal), { code: 'ORUJO_ABORTED' })
  t.false(mutex.isLocked)
})
