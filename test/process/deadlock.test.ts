/**
 * Deadlock: a run that cannot go on is rejected within a second, with who waits for what on which
 * core; a run that something outside will wake never is.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BroadcastChannel } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { DeadlockError, type LaunchOptions, type Runtime, type Waiter, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/deadlocks.ts'
import { timer } from '../support/timer.ts'

/** Short, so that what must not be reported need not wait long to show that it is not. */
const LIMIT_MS = 200
/** Several limits. */
const LONG_MS = 1_200

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({
    program: new URL('../support/programs/process/deadlocks.js', import.meta.url),
    coresPerLocale: 2,
    heapBytes: 2 ** 20,
    deadlockMs: LIMIT_MS,
    ...options,
  })
}

async function deadlocked(t: ExecutionContext, run: Promise<unknown>): Promise<DeadlockError> {
  const error = await t.throwsAsync(inTime('the report', run), { instanceOf: DeadlockError })
  t.is(error.code, 'ORUJO_DEADLOCK')
  return error
}

function waiter(core: number, name: string, waitsFor: readonly string[], count = 1): Waiter {
  return { core, definition: `deadlocks.${name}`, count, waitsFor }
}

const OWN = 'a promise or an event of its own core'
const REST = 'the end of all its work'

test.serial('by default a deadlock is reported within a second', async (t) => {
  await using runtime = await launch({
    program: new URL('../support/programs/process/deadlocks.js', import.meta.url),
    coresPerLocale: 2,
    heapBytes: 2 ** 20,
  })
  t.is(await runtime.run(program.quick, 1), 1)
  const start = performance.now()
  const awaitRun = async (): Promise<void> => {
    await runtime.run(program.callStuck, 1)
  }
  const error = await deadlocked(t, awaitRun())
  const ms = performance.now() - start
  t.true(ms >= 490 && ms < 1000, `${ms} ms`)
  t.is(error.core, 0)
  t.is(error.definition, 'deadlocks.call-stuck')
  t.regex(error.message, /^The run of 'deadlocks\.call-stuck' is deadlocked: nothing is under way/)
  t.regex(
    error.message,
    /\n  core 0: 'deadlocks\.call-stuck' waits for the call of 'deadlocks\.stuck' on core 1\n/,
  )
  t.regex(
    error.message,
    /\n  core 1: 'deadlocks\.stuck' waits for a promise or an event of its own core\n/,
  )
  t.regex(
    error.stack ?? '',
    /at async awaitRun .*deadlock\.test/,
    'the stack names who awaits the run',
  )
})

test.serial('a call that is never answered names caller and callee', async (t) => {
  await using runtime = await launchHere()
  const { waiters } = await deadlocked(t, runtime.run(program.callStuck, 1))
  t.deepEqual(waiters, [
    waiter(0, 'call-stuck', ["the call of 'deadlocks.stuck' on core 1"]),
    waiter(1, 'stuck', [OWN]),
  ])
})

test.serial('a finish whose tasks never end', async (t) => {
  await using runtime = await launchHere({ locales: 2, coresPerLocale: 1 })
  const run = runtime.runWith({ core: 1 }, program.finishStuck, 0)
  const { waiters, core } = await deadlocked(t, run)
  t.is(core, 1)
  t.deepEqual(waiters, [
    waiter(0, 'stuck', [OWN], 3),
    waiter(1, 'finish-stuck', ['the end of its finish']),
  ])
})

test.serial('a main task that has ended before what it spawned', async (t) => {
  await using runtime = await launchHere()
  const { waiters } = await deadlocked(t, runtime.run(program.leaveBehind, 1))
  t.deepEqual(waiters, [waiter(0, 'leave-behind', [REST]), waiter(1, 'stuck', [OWN])])
})

test.serial('two tasks that join each other', async (t) => {
  await using runtime = await launchHere({ coresPerLocale: 1 })
  const { waiters } = await deadlocked(t, runtime.run(program.joinEachOther))
  const joins = (name: string) => `the join of 'deadlocks.${name}' on core 0`
  const [, first, second] = waiters
  t.deepEqual(first, waiter(0, 'join-second', [REST, joins('join-first')]))
  t.deepEqual(second, waiter(0, 'join-first', [REST, joins('join-second')]))
})

test.serial('a completion event that nobody completes', async (t) => {
  await using runtime = await launchHere()
  const own = await deadlocked(t, runtime.run(program.waitEvent))
  t.deepEqual(own.waiters, [waiter(0, 'wait-event', [OWN])])
  const global = await deadlocked(t, runtime.runWith({ core: 1 }, program.waitGlobalEvent))
  const [only] = global.waiters
  t.like(only, { core: 1, definition: 'deadlocks.wait-global-event' })
  t.regex(
    only!.waitsFor.join(),
    /^completion event \d+ \(2 enrolled on core 1 and not completed\)$/,
  )
})

test.serial('a table kept on an endpoint says itself what is waited for', async (t) => {
  await using runtime = await launchHere()
  const { waiters } = await deadlocked(t, runtime.run(program.passGate))
  t.deepEqual(waiters, [waiter(0, 'pass-gate', ['a gate of the test'])])
})

test.serial('a barrier before which a task throws reports the error as its cause', async (t) => {
  await using runtime = await launchHere({ coresPerLocale: 3 })
  const error = await deadlocked(t, runtime.run(program.throwBeforeBarrier, 1))
  const entered = 'barrier that only these cores have entered: 0, 2'
  t.deepEqual(error.waiters.slice(-1), [waiter(2, 'enter', [entered])])
  const inside = error.waiters.find(({ definition }) => definition === 'deadlocks.enter')
  t.true(inside?.waitsFor.includes(entered))
  t.is((error.cause as Error).name, 'RangeError')
  t.is((error.cause as Error).message, 'core 1 does not come')
  t.regex(error.message, /before that, work of the run failed .*: core 1 does not come/)
})

for (const [who, main] of [
  ['main task', program.failBeforeBarrier],
  ['finish', program.failInFinish],
] as const) {
  test.serial(`a ${who} that fails is the cause if what it began cannot end`, async (t) => {
    await using runtime = await launchHere()
    const error = await deadlocked(t, runtime.run(main))
    t.is((error.cause as Error).message, `the ${who} does not come`)
  })
}

test.serial('the runtime goes on after a report, and closes in order', async (t) => {
  await using runtime = await launchHere()
  for (let i = 0; i < 3; i++) {
    await deadlocked(t, runtime.run(program.callStuck, 1))
    t.is(await inTime('another run', runtime.run(program.quick, i)), i)
  }
  // What is left of reported runs is no part of later reports.
  const { waiters } = await deadlocked(t, runtime.run(program.leaveBehind, 1))
  t.is(waiters.length, 2)
  await inTime('the close', runtime.close(), 2000)
})

test.serial('a report aborts what waits for the abort of the run', async (t) => {
  await using runtime = await launchHere()
  await deadlocked(t, runtime.run(program.waitForAbort))
  t.is(await inTime('another run', runtime.run(program.quick, 1)), 1)
})

test.serial(
  'a run that its signal can still abort is not reported while tasks wait for that',
  async (t) => {
    await using runtime = await launchHere()
    const controller = new AbortController()
    const run = runtime.runWith({ signal: controller.signal }, program.waitForAbort)
    run.catch(() => undefined)
    await timer(LONG_MS)
    controller.abort('enough')
    await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_ABORTED' })
  },
)

test.serial('of two runs at once only the one that cannot go on is rejected', async (t) => {
  await using runtime = await launchHere()
  const bad = runtime.run(program.callStuck, 1)
  const good = runtime.run(program.askOutside, 1, 'timer', LONG_MS, '')
  const [error, value] = await inTime('both', Promise.all([deadlocked(t, bad), good]))
  t.is(value, 'core 1 went on')
  t.true(error.waiters.every(({ definition }) => definition !== 'deadlocks.outside'))
})

test.serial(
  'runs that wait for their turn are not reported, and get it after a report',
  async (t) => {
    await using runtime = await launchHere({ maxRuns: 1 })
    const first = runtime.run(program.callStuck, 1)
    const second = runtime.run(program.askOutside, 1, 'timer', LONG_MS, '')
    const third = runtime.run(program.quick, 3)
    await deadlocked(t, first)
    t.is(await inTime('the second', second), 'core 1 went on')
    t.is(await inTime('the third', third), 3)
  },
)

const WAITS = [
  'timer',
  'unreferenced timer',
  'unreferenced process',
  'thread pool',
  'loop',
] as const
for (const how of WAITS) {
  test.serial(`a task is not reported while it waits for: ${how}`, async (t) => {
    await using runtime = await launchHere()
    const run = runtime.run(program.askOutside, 1, how, LONG_MS, '')
    t.is(await inTime('the run', run), 'core 1 went on')
  })
}

test.serial('a task is not reported while it reads a file that is not there yet', async (t) => {
  await using runtime = await launchHere()
  const path = join(mkdtempSync(join(tmpdir(), 'orujo-')), 'pipe')
  execFileSync('mkfifo', [path])
  const run = runtime.run(program.askOutside, 1, 'file', 0, path)
  run.catch(() => undefined)
  await timer(LONG_MS)
  writeFileSync(path, 'at last')
  t.is(await inTime('the run', run), 'core 1 went on')
})

for (const how of ['socket', 'unreferenced socket'] as const) {
  test.serial(`a task is not reported while it waits for: ${how}`, async (t) => {
    await using runtime = await launchHere()
    const server = createServer((socket) => void timer(LONG_MS).then(() => socket.end('at last')))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // listens on a port
    const run = runtime.run(program.askOutside, 1, how, 0, port)
    t.is(await inTime('the run', run), 'core 1 went on')
    server.close()
  })
}

test.serial('a task is not reported while it waits for a channel of its own', async (t) => {
  await using runtime = await launchHere()
  const name = 'orujo-deadlock-test'
  const run = runtime.run(program.askOutside, 1, 'channel', 0, name)
  run.catch(() => undefined)
  await timer(LONG_MS)
  const channel = new BroadcastChannel(name)
  channel.postMessage('at last')
  t.is(await inTime('the run', run), 'core 1 went on')
  channel.close()
})

test.serial('a run is not reported while the host works for it', async (t) => {
  await using runtime = await launchHere()
  t.is(await inTime('the run', runtime.run(program.askHost, LONG_MS)), 'core 2 went on')
})

test.serial('a host whose thread was occupied reports nothing by itself', async (t) => {
  await using runtime = await launchHere()
  const run = runtime.run(program.askOutside, 1, 'timer', LONG_MS / 2, '')
  await timer(50)
  const end = performance.now() + LONG_MS
  while (performance.now() < end);
  t.is(await inTime('the run', run), 'core 1 went on')
})

test.serial(
  'a task that waits for room is not reported, however long the reader is busy',
  async (t) => {
    await using runtime = await launchHere({ ringBytes: 2 ** 13 })
    await inTime('the run', runtime.run(program.fillRing, 1, LONG_MS))
    t.pass()
  },
)

test.serial('a run is not judged once the host has itself taken part', async (t) => {
  await using runtime = await launchHere()
  const run = runtime.run(program.passGate)
  t.is(await runtime.host.call(program.add, 1, 1, 2), 3)
  await timer(LONG_MS)
  await runtime.host.call(program.openGate, 0)
  t.is(await inTime('the run', run), 'passed')
})

test.serial('deadlockMs of 0 turns reports off, for a runtime or one run', async (t) => {
  await using off = await launchHere({ deadlockMs: 0 })
  await using on = await launchHere()
  const runs = [off.run(program.passGate), on.runWith({ deadlockMs: 0 }, program.passGate)]
  await timer(LONG_MS)
  await Promise.all([off, on].map(({ host }) => host.call(program.openGate, 0)))
  t.deepEqual(await inTime('the runs', Promise.all(runs)), ['passed', 'passed'])
})
