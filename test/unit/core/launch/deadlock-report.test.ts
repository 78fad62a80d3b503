/** Deadlock report: whose waits belong to a run, and what is said of them. */
import test from 'ava'
import type { ScopeView, TaskGroup, WaitingView } from '#core/delegate/waiting.js'
import { type JudgedRun, deadlockOf } from '#core/launch/deadlock-report.js'

const HOST = 2
const RUN: JudgedRun = { definition: 'main', core: 0, call: 7, startedMs: 100, canAbort: false }
/** Scope of the run. */
const ROOT = 30

function view(core: number, parts: Partial<WaitingView> = {}): WaitingView {
  const mains = core === 0 ? [{ caller: HOST, call: 7, definition: 'main', scope: ROOT }] : []
  return { core, mains, tasks: [], scopes: [], waits: [], failures: [], ...parts }
}

function scope(id: number, parts: Partial<ScopeView> = {}): ScopeView {
  const home = { isHome: true, parent: -1, isEvent: false, waiters: 0 }
  return { id, ...home, enrolled: 0, hasSignal: false, ...parts }
}

function task(definition: string, of: number, parts: Partial<TaskGroup> = {}): TaskGroup {
  return { definition, scope: of, caller: -1, isSpawned: false, count: 1, ...parts }
}

test('work in scopes inside the scope of a run belongs to it, on every core', (t) => {
  const views = [
    view(0, { scopes: [scope(ROOT), scope(33, { parent: ROOT, waiters: 1 })] }),
    view(1, { scopes: [scope(34, { parent: 33, waiters: 1 })], tasks: [task('deep', 34)] }),
  ]
  const error = deadlockOf(RUN, HOST, views)
  t.deepEqual(error?.waiters, [
    { core: 0, definition: 'main', count: 1, waitsFor: ['the end of its finish'] },
    { core: 1, definition: 'deep', count: 1, waitsFor: ['a promise or an event of its own core'] },
  ])
  t.is(error?.core, 0)
  t.is(error?.definition, 'main')
})

test('work of other runs, and what is left of earlier ones, is left out', (t) => {
  const views = [view(0, { scopes: [scope(ROOT)] }), view(1, { tasks: [task('other', 31)] })]
  const names = deadlockOf(RUN, HOST, views)?.waiters.map(({ definition }) => definition)
  t.deepEqual(names, ['main'])
})

test('a run whose main task is unknown is not judged', (t) => {
  t.is(deadlockOf({ ...RUN, call: 8 }, HOST, [view(0), view(1)]), undefined)
})

test('a run that can be aborted is not judged while a task of it listens for that', (t) => {
  const listening = [view(0, { scopes: [scope(ROOT, { hasSignal: true })] }), view(1)]
  t.is(deadlockOf({ ...RUN, canAbort: true }, HOST, listening), undefined)
  t.truthy(deadlockOf(RUN, HOST, listening))
  const others = [view(0, { scopes: [scope(ROOT), scope(36, { hasSignal: true })] }), view(1)]
  t.truthy(deadlockOf({ ...RUN, canAbort: true }, HOST, others))
})

test('tasks that share a scope are each listed with all that may be meant', (t) => {
  const views = [
    view(0, {
      tasks: [task('a', ROOT, { caller: 0, isSpawned: true, count: 2 }), task('b', ROOT)],
    }),
    view(1, { tasks: [task('called', ROOT, { caller: 0 })] }),
  ]
  const waiters = deadlockOf(RUN, HOST, views)?.waiters
  const call = "the call of 'called' on core 1"
  const join = "the join of 'a' on core 0"
  t.deepEqual(waiters?.slice(0, 3), [
    { core: 0, definition: 'main', count: 1, waitsFor: [call, join] },
    { core: 0, definition: 'a', count: 2, waitsFor: [call, join] },
    { core: 0, definition: 'b', count: 1, waitsFor: [call, join] },
  ])
})

test('a table that knows its tasks explains them, one that does not explains its core', (t) => {
  const waits = [
    { what: 'mutex 5 of core 1', count: 1, definition: 'locker' },
    { what: 'semaphore 6 of core 1', count: 1 },
  ]
  const tasks = [task('locker', ROOT), task('other', ROOT)]
  const views = [view(0), view(1, { waits, tasks })]
  const [, locker, other] = deadlockOf(RUN, HOST, views)!.waiters
  t.deepEqual(locker?.waitsFor, ['mutex 5 of core 1'])
  t.deepEqual(other?.waitsFor, ['semaphore 6 of core 1'])
})

test('the first failure since the run began is the cause', (t) => {
  const failure = (of: number, atMs: number, text: string) => {
    return { definition: 'x', scope: of, atMs, error: new RangeError(text) }
  }
  const failures = [failure(ROOT, 50, 'before'), failure(31, 120, 'of another')]
  t.is(deadlockOf(RUN, HOST, [view(0, { failures }), view(1)])?.cause, undefined)
  const own = [failure(ROOT, 150, 'second'), failure(ROOT, 110, 'first')]
  const error = deadlockOf(RUN, HOST, [view(0, { failures }), view(1, { failures: own })])
  t.is((error?.cause as Error).message, 'first')
  t.regex(error!.message, /before that, work of the run failed \(see error\.cause\): first/)
})

test('a message is short, however many wait', (t) => {
  const tasks = Array.from({ length: 50 }, (_, i) => task(`t${i}`, ROOT))
  const error = deadlockOf(RUN, HOST, [view(0, { tasks }), view(1)])!
  t.is(error.waiters.length, 51)
  t.is(error.message.split('\n').length, 15)
  t.regex(error.message, /\.\.\. and 39 more, see error\.waiters/)
})
