/** Scope tables, one per endpoint, whose messages arrive when the test says so. */
import test from 'ava'
import { InvariantError, type OrujoError } from '#core/errors.js'
import { slotOf } from '#core/sync/scope-number.js'
import type { Scope } from '#core/sync/scope.js'
import { ScopeTable, WorkFailedError } from '#core/sync/scopes.js'
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

test('the slot of a closed event is used again, under another number', (t) => {
  const tables = new TestTables(2)
  const home = tables.of(0)
  const first = home.open(home.root, false)
  home.close(first)
  const second = home.open(home.root, false)
  t.not(second.id, first.id)
  t.is(slotOf(second.id), slotOf(first.id))
  home.abort(second)
  home.close(second)
  const third = home.open(home.root, false)
  t.is(slotOf(third.id), slotOf(first.id))
  t.false(third.isAborted)
  t.is(home.openCount, 1)
  for (const id of [first.id, second.id]) t.true(home.at(id).isEnded)
  t.is(home.at(third.id), third)
})

test('other endpoints learn from a later event that the earlier one is over', (t) => {
  const tables = new TestTables(2)
  const [home, other] = [tables.of(0), tables.of(1)]
  const first = home.open(home.root, false)
  const kept = other.at(first.id)
  home.close(first)
  t.false(kept.isEnded)
  const second = home.open(home.root, false)
  const there = other.at(second.id)
  t.true(kept.isEnded)
  t.is(other.at(second.id), there, 'and the later one stays known')
  other.enter(there)
  t.true(other.at(first.id).isEnded, 'what has work here is not over')
  t.is(other.at(second.id), there)
})

for (const missed of [1, 100, 127, 128, 129, 200, 255]) {
  test(`an endpoint that has missed ${missed} events of a slot knows the next for open`, (t) => {
    const tables = new TestTables(2)
    const [home, other] = [tables.of(0), tables.of(1)]
    for (let i = 0; i <= missed; i++) {
      const scope = home.open(home.root, false)
      if (i === 0 || i === missed) t.false(other.at(scope.id).isEnded)
      home.close(scope)
    }
  })
}

test('generations of a slot begin anew, and the shorter way round says which is later', (t) => {
  const tables = new TestTables(2)
  const [home, other] = [tables.of(0), tables.of(1)]
  const ids = new Set<number>()
  for (let i = 0; i < 256; i++) {
    const scope = home.open(home.root, false)
    t.false(other.at(scope.id).isEnded)
    t.true(scope.id >= 0 && scope.id < 2 ** 31)
    ids.add(scope.id)
    home.close(scope)
  }
  t.is(ids.size, 256)
  t.true(ids.has(home.open(home.root, false).id))
})

test('more events than there are slots is an error that says so', (t) => {
  const endpoints = 2 ** 21
  const table = new ScopeTable(
    0,
    endpoints,
    new TestTables(1).link(0),
    () => undefined,
    () => undefined,
  )
  for (let i = 1; i < 4; i++) table.open(table.root, false)
  const error = t.throws<OrujoError>(() => table.open(table.root, false))
  t.is(error.code, 'ORUJO_OVERFLOW')
  t.regex(error.message, /More than 4 completion scopes/)
})

test('only what was enrolled can be completed', (t) => {
  const tables = new TestTables(2)
  const event = eventOf(tables)
  const home = tables.of(0)
  home.enter(event) // a task that runs
  const error = t.throws<InvariantError>(() => home.complete(event, 1))
  t.regex(error.message, /1 completed where only 0 were enrolled/)
  home.enroll(event, 2)
  home.complete(event, 2)
  t.is(event.active, 1)
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
