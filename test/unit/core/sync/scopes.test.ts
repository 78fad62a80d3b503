/** Scope tables, one per endpoint, whose messages arrive when the test says so. */
import test from 'ava'
import { InvariantError } from '#core/errors.js'
import type { Scope } from '#core/sync/scope.js'
import { WorkFailedError } from '#core/sync/scopes.js'
import { TestTables } from '../../../support/scope-tables.ts'

/** Settles as soon as `promise` does: 'pending', or how it ended. */
function watch(promise: Promise<void>): () => Promise<unknown> {
  let outcome: unknown = 'pending'
  promise.then(
    () => (outcome = 'done'),
    (error: unknown) => (outcome = error),
  )
  return async () => {
    for (let i = 0; i < 4; i++) await undefined
    return outcome
  }
}

/** Tables of three endpoints, and an event of the first. */
function eventOf(tables: TestTables): Scope {
  return tables.of(0).open(tables.of(0).root, true)
}

test('a wait without work resolves after every endpoint has been asked', async (t) => {
  const tables = new TestTables(3)
  const outcome = watch(tables.of(0).wait(eventOf(tables)))
  tables.quiet()
  t.is(await outcome(), 'pending')
  tables.settle()
  t.is(await outcome(), 'done')
})

test('a finish scope without work asks nobody', async (t) => {
  const tables = new TestTables(3)
  const scope = tables.of(0).open(tables.of(0).root, false)
  const outcome = watch(tables.of(0).wait(scope))
  tables.quiet()
  t.is(await outcome(), 'done')
  t.is(tables.delivered, 0)
})

test('an event is not over while another endpoint has work enrolled', async (t) => {
  const tables = new TestTables(3)
  const event = eventOf(tables)
  const there = tables.of(2).at(event.id)
  tables.of(2).enter(there, 2)
  const outcome = watch(tables.of(0).wait(event))
  tables.settle()
  tables.of(2).leave(there)
  tables.settle()
  t.is(await outcome(), 'pending')
  tables.of(2).leave(there)
  tables.settle()
  t.is(await outcome(), 'done')
})

test('work that begins at home while others are asked is waited for', async (t) => {
  const tables = new TestTables(3)
  const home = tables.of(0)
  const event = eventOf(tables)
  void home.wait(event)
  tables.quiet()
  t.is(event.books!.awaited, 2, 'the question is under way')
  home.enter(event)
  const outcome = watch(home.wait(event))
  tables.settle()
  t.is(await outcome(), 'pending')
  home.leave(event)
  tables.settle()
  t.is(await outcome(), 'done')
})

test('a message sent from home while others are asked is waited for', async (t) => {
  const tables = new TestTables(3)
  const home = tables.of(0)
  const event = eventOf(tables)
  void home.wait(event)
  tables.quiet()
  event.counts[1]!++
  home.markDirty(event)
  const outcome = watch(home.wait(event))
  while (tables.deliver());
  t.is(await outcome(), 'pending')
  tables.settle()
  t.is(await outcome(), 'pending')
  const there = tables.of(1).at(event.id)
  there.counts[1]!--
  tables.of(1).markDirty(there)
  tables.settle()
  t.is(await outcome(), 'done')
})

test('a change anywhere is told to the loop, which may be parked', (t) => {
  const tables = new TestTables(2)
  const event = eventOf(tables)
  tables.of(0).enter(event)
  const wakes = tables.wakes[0]!
  tables.of(0).leave(event)
  t.true(tables.wakes[0]! > wakes)
  t.true(tables.of(0).isReportDue)
  tables.settle()
  t.false(tables.of(0).isReportDue)
})

test('all errors of a phase reject its waiters, in order; the next phase is clean', async (t) => {
  const tables = new TestTables(2)
  const home = tables.of(0)
  const event = eventOf(tables)
  home.addError(event, new RangeError('first'))
  home.addError(event, 'second')
  const outcomes = [watch(home.wait(event)), watch(home.wait(event))]
  tables.settle()
  for (const outcome of outcomes) {
    const error = (await outcome()) as WorkFailedError
    t.true(error instanceof WorkFailedError)
    t.is(error.message, 'Work of this scope failed: first (and 1 more, see errors)')
    t.is((error.cause as Error).name, 'RangeError')
    t.is(error.errors[1], 'second')
  }
  const next = watch(home.wait(event))
  tables.settle()
  t.is(await next(), 'done')
})

test('an abort reaches every endpoint and the events opened inside', (t) => {
  const tables = new TestTables(3)
  const home = tables.of(0)
  const outer = home.open(home.root, false)
  const there = tables.of(1).at(outer.id)
  const nested = tables.of(1).open(there, false)
  home.abort(outer)
  tables.settle()
  t.true(outer.signal.aborted)
  t.true(there.signal.aborted)
  t.true(nested.signal.aborted)
  t.true(tables.of(2).at(nested.id).signal.aborted)
  t.true(home.open(outer, false).isAborted, 'what is opened inside later is aborted at once')
})

test('the number of a closed event is used again, that of an aborted one is not', (t) => {
  const tables = new TestTables(2)
  const home = tables.of(0)
  const first = home.open(home.root, false)
  home.close(first)
  const second = home.open(home.root, false)
  t.is(second.id, first.id)
  home.abort(second)
  home.close(second)
  t.not(home.open(home.root, false).id, second.id)
  t.is(home.openCount, 1)
})

test('at the end everybody who waits is rejected, and whoever comes later', async (t) => {
  const tables = new TestTables(2)
  const event = eventOf(tables)
  tables.of(0).enter(event)
  const there = tables.of(1).at(event.id)
  tables.of(1).enter(there)
  const outcome = watch(tables.of(0).wait(event))
  tables.settle()
  t.is(await outcome(), 'pending')
  const end = new Error('the end')
  for (const id of [0, 1]) tables.of(id).failAll(end)
  t.is(await outcome(), end)
  t.is(tables.of(0).waiterCount, 0)
  const late = watch(tables.of(0).wait(event))
  t.is(await late(), end)
})

test('completing more than was enrolled is refused', (t) => {
  const tables = new TestTables(2)
  const event = eventOf(tables)
  tables.of(0).enter(event)
  t.throws(() => tables.of(0).leave(event, 2), { instanceOf: InvariantError })
  t.throws(() => tables.of(0).close(event), { instanceOf: InvariantError })
})
