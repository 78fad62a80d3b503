/** Completion events of one core. */
import test from 'ava'
import { CompletionEvent, InvariantError, WorkFailedError } from '@orujo/core'

test('wait resolves at once if nothing is enrolled', async (t) => {
  const event = new CompletionEvent()
  t.is(await event.wait(), undefined)
  event.enroll(0)
  await event.wait()
  t.is(event.count, 0)
})

test('wait resolves when all that was enrolled is completed, and not before', async (t) => {
  const event = new CompletionEvent()
  event.enroll()
  event.enroll(1023)
  const order: string[] = []
  const waits = ['first', 'second'].map((name) => event.wait().then(() => order.push(name)))
  for (let i = 0; i < 1023; i++) event.complete()
  for (let i = 0; i < 10; i++) await undefined
  t.deepEqual(order, [])
  t.is(event.count, 1)
  event.complete()
  await Promise.all(waits)
  t.deepEqual(order, ['first', 'second'])
})

test('an event can be used again, also by whom it has just woken', async (t) => {
  const event = new CompletionEvent()
  event.enroll()
  const again = event.wait().then(() => {
    event.enroll(2)
    return event.wait()
  })
  event.complete()
  for (let i = 0; i < 10; i++) await undefined
  t.is(event.count, 2)
  event.complete(2)
  await again
})

test('enrolling more while somebody waits makes him wait for that, too', async (t) => {
  const event = new CompletionEvent()
  event.enroll()
  let isOver = false
  const wait = event.wait().then(() => (isOver = true))
  event.enroll()
  event.complete()
  for (let i = 0; i < 10; i++) await undefined
  t.false(isOver)
  event.complete()
  await wait
})

test('failed work rejects every waiter with all causes; the next phase is clean', async (t) => {
  const event = new CompletionEvent()
  event.enroll(3)
  const waits = [event.wait(), event.wait()]
  event.fail(new RangeError('one'))
  event.complete()
  event.fail('two')
  for (const wait of waits) {
    const error = await t.throwsAsync(wait, { instanceOf: WorkFailedError })
    t.is((error.cause as Error).message, 'one')
    t.is(error.errors.length, 2)
    t.is(error.errors[1], 'two')
  }
  event.enroll()
  const next = event.wait()
  event.complete()
  await next
})

test('failures that nobody waited for are told to whom waits next', async (t) => {
  const event = new CompletionEvent()
  event.enroll()
  event.fail(new Error('unheard'))
  await t.throwsAsync(event.wait(), { instanceOf: WorkFailedError })
  await event.wait()
})

test('completing more than was enrolled, and counts that are none, are refused', (t) => {
  const event = new CompletionEvent()
  event.enroll(2)
  for (const misuse of [
    () => event.complete(3),
    () => event.complete(-1),
    () => event.enroll(-1),
    () => event.enroll(0.5),
    () => event.enroll(Number.NaN),
  ]) {
    t.throws(misuse, { instanceOf: InvariantError })
  }
  t.is(event.count, 2)
  event.complete(2)
  t.throws(() => event.fail('too late'), { instanceOf: InvariantError })
})

test('a wait that is aborted rejects; what failed is for those who still wait', async (t) => {
  const event = new CompletionEvent()
  const abort = new AbortController()
  event.enroll()
  const waits = [event.wait(abort.signal), event.wait()]
  abort.abort(new Error('enough'))
  await t.throwsAsync(waits[0]!, { code: 'ORUJO_ABORTED', message: /completion event 'wait'/ })
  event.fail(new Error('failed'))
  await t.throwsAsync(waits[1]!, { instanceOf: WorkFailedError })
  await t.throwsAsync(event.wait(abort.signal), { code: 'ORUJO_ABORTED' })
  await event.wait(new AbortController().signal)
})
