/** Calls: every promise settles once, and its scope is active exactly until then. */
import test from 'ava'
import fc from 'fast-check'
import { Calls } from '#core/delegate/calls.js'
import { TestTables } from '../../../support/scope-tables.ts'

function makeCalls() {
  const tables = new TestTables(2)
  const scopes = tables.of(0)
  const scope = scopes.open(scopes.root, false)
  return { calls: new Calls(scopes), scope }
}

/** Lets every microtask run that is due by now or soon. */
async function soon(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

test('answers in any order reach the calls they belong to', async (t) => {
  const order = fc.array(fc.nat(), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(order, async (picks) => {
      const { calls, scope } = makeCalls()
      const open: { call: number; promise: Promise<unknown>; value: number }[] = []
      const answered: { promise: Promise<unknown>; value: number }[] = []
      for (const [value, pick] of picks.entries()) {
        const promise = calls.open(scope)
        open.push({ call: calls.last, promise, value })
        t.is(new Set(open.map(({ call }) => call)).size, open.length, 'numbers are not shared')
        if (pick % 3 === 0) continue
        const [one] = open.splice(pick % open.length, 1)
        t.true(calls.isOpen(one!.call))
        calls.resolve(one!.call, one!.value, -1)
        t.false(calls.isOpen(one!.call))
        answered.push(one!)
        t.is(calls.openCount, open.length)
        t.is(scope.active, open.length)
      }
      for (const one of open) calls.resolve(one.call, one.value, -1)
      for (const { promise, value } of [...answered, ...open]) t.is(await promise, value)
      t.is(scope.active, 0)
      t.is(calls.openCount, 0)
    }),
  )
})

test('an answer that says so is counted as a message to its source', (t) => {
  const { calls, scope } = makeCalls()
  void calls.open(scope)
  calls.resolve(calls.last, 1, 1)
  t.deepEqual([...scope.counts], [0, 1])
  calls.open(scope).catch(() => undefined)
  calls.reject(calls.last, new Error('counted'), 1)
  t.deepEqual([...scope.counts], [0, 2])
})

test('who waits for a failed call goes on before its scope is passive', async (t) => {
  const { calls, scope } = makeCalls()
  const active: number[] = []
  const wait = async (): Promise<void> => {
    try {
      await calls.open(scope)
    } catch {
      active.push(scope.active)
    }
  }
  const waits = [wait(), wait()]
  calls.reject(0, new Error('first'), -1)
  calls.reject(1, new Error('second'), -1)
  await Promise.all(waits)
  t.true(active.length === 2 && active.every((count) => count > 0))
  await soon()
  t.is(scope.active, 0)
})

test('a join gives the answer, whether it is asked for before or after', async (t) => {
  const { calls, scope } = makeCalls()
  const joins = [0, 1, 2, 3].map(() => calls.openJoin(undefined))
  const [before, , failsBefore] = joins.map((join, i) => (i % 2 === 0 ? join.join() : undefined))
  calls.resolve(0, 'early', -1)
  calls.resolve(1, 'late', -1)
  calls.reject(2, new RangeError('early'), -1)
  calls.reject(3, new RangeError('late'), -1)
  await soon()
  t.is(await before, 'early')
  t.is(await joins[1]!.join(), 'late')
  await t.throwsAsync(failsBefore!, { instanceOf: RangeError, message: 'early' })
  await t.throwsAsync(joins[3]!.join(), { instanceOf: RangeError, message: 'late' })
  t.is(joins[0]!.join(), joins[0]!.join(), 'one promise for all who join')
  t.is(joins[1]!.join(), joins[1]!.join(), 'one promise for all who join')
  t.is(scope.active, 0)
})

test('a join keeps the scope active that it is given', (t) => {
  const { calls, scope } = makeCalls()
  calls.openJoin(scope)
  t.is(scope.active, 1)
  calls.resolve(calls.last, undefined, -1)
  t.is(scope.active, 0)
})

test('the end rejects joins, those asked for later too', async (t) => {
  const { calls } = makeCalls()
  const joins = [calls.openJoin(undefined), calls.openJoin(undefined)]
  const first = joins[0]!.join()
  const end = new Error('the end')
  calls.end(end)
  t.is(await t.throwsAsync(first), end)
  t.is(await t.throwsAsync(joins[1]!.join()), end)
  t.is(
    t.throws(() => calls.openJoin(undefined)),
    end,
  )
})

test('the number of a cancelled call is free again', (t) => {
  const { calls, scope } = makeCalls()
  void calls.open(scope)
  const { last } = calls
  calls.cancel(last)
  t.is(calls.openCount, 0)
  void calls.open(scope)
  t.is(calls.last, last)
})

test('the end rejects every open call and refuses new ones', async (t) => {
  const { calls, scope } = makeCalls()
  const answered = calls.open(scope)
  calls.resolve(calls.last, 1, -1)
  const waits = [calls.open(scope), calls.open(scope)]
  const end = new Error('the end')
  calls.end(end)
  for (const wait of waits) t.is(await t.throwsAsync(wait), end)
  t.is(await answered, 1)
  t.is(
    t.throws(() => calls.open(scope)),
    end,
  )
})

test('the number of an abandoned call is not used until its answer has come', async (t) => {
  const { calls, scope } = makeCalls()
  const promise = calls.open(scope)
  const call = calls.last
  calls.abandon(call, new Error('given up'))
  await t.throwsAsync(promise, { message: 'given up' })
  t.is(calls.abandonedCount, 1)
  const other = calls.open(scope)
  t.not(calls.last, call)
  calls.reject(call, new Error('a late answer'), -1)
  t.is(calls.abandonedCount, 0)
  await soon()
  calls.resolve(calls.last, 'its own answer', -1)
  t.is(await other, 'its own answer')
  t.is(scope.active, 0)
  const last = calls.open(scope)
  calls.abandon(calls.last, new Error('given up too'))
  calls.end(new Error('the end'))
  await t.throwsAsync(last, { message: 'given up too' })
})
