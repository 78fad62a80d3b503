/**
 * Runs: how many at once, in which order, on which core, how they are aborted; and what the host
 * does itself.
 */
import { getEventListeners } from 'node:events'
import test, { type ExecutionContext } from 'ava'
import {
  type LaunchOptions,
  OrujoError,
  type RunOptions,
  type Runtime,
  delegate,
  launch,
  onAllCores,
} from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as work from '../support/programs/process/work.ts'

const program = new URL('../support/programs/process/work.js', import.meta.url)

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20, ...options })
}

async function aborted(t: ExecutionContext, what: string, run: Promise<unknown>, reason: unknown) {
  const error = await t.throwsAsync(inTime(what, run), { instanceOf: OrujoError }, what)
  t.is(error.code, 'ORUJO_ABORTED', what)
  t.is(error.cause, reason, what)
  return error
}

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

test.serial('no more runs than maxRuns are in progress, the others wait their turn', async (t) => {
  await using runtime = await launchHere({ maxRuns: 2 })
  const gates = [0, 1, 2, 3].map((number) => runtime.run(work.passGate, number))
  for (const expected of [2, 2, 2, 1]) {
    const inside = await inTime('runs have begun', runtime.host.call(work.gateWaiters, 0, expected))
    t.is(inside.length, expected)
    await runtime.host.call(work.openGate, 0, inside[0]!)
  }
  t.deepEqual(await inTime('the runs', Promise.all(gates)), [0, 1, 2, 3])
})

test.serial('waiting runs start by priority, then in the order of their calls', async (t) => {
  await using runtime = await launchHere({ maxRuns: 1 })
  const order: number[] = []
  const runs = [undefined, 0, 5, -1, 5, 0].map(async (priority, index) => {
    await runtime.runWith(priority === undefined ? {} : { priority }, work.answer, index)
    order.push(index)
  })
  await inTime('the runs', Promise.all(runs))
  t.deepEqual(order, [0, 2, 4, 1, 5, 3])
})

test.serial('runs in progress at once keep their work apart', async (t) => {
  await using runtime = await launchHere({ maxRuns: 8 })
  const runs = [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => runtime.run(work.interleave, seed, 200))
  const expected = [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => work.interleaveResult(seed, 200, 2))
  t.deepEqual(await inTime('the runs', Promise.all(runs)), expected)
})

test.serial('a run that fails does not disturb another', async (t) => {
  await using runtime = await launchHere()
  const good = runtime.run(work.interleave, 1, 500)
  await t.throwsAsync(runtime.run(work.failAfterSends, 1), { message: 'failed after its sends' })
  t.is(await inTime('the good run', good), work.interleaveResult(1, 500, 2))
})

test.serial('a run goes to the core it is given', async (t) => {
  await using runtime = await launchHere({ coresPerLocale: 3 })
  for (const core of [0, 1, 2]) {
    t.is(await runtime.runWith({ core }, work.where), core)
  }
})

test.serial('wrong options of a run are refused', async (t) => {
  await using runtime = await launchHere()
  for (const [options, message] of [
    [{ core: 2 }, /core must be a whole number from 0 to 1, got 2/],
    [{ core: -1 }, /got -1/],
    [{ core: '0' }, /got '0'/],
    [{ priority: NaN }, /priority .* got NaN/],
    [{ signal: 5 }, /signal must be an AbortSignal, got 5/],
    [{ signal: {} }, /signal must be an AbortSignal, got \{\}/],
    [
      { timeout: 5 },
      /runWith\(\) has no option 'timeout'. Options are: signal, priority, core, deadlockMs/,
    ],
    [{ deadlockMs: NaN }, /deadlockMs .* got NaN/],
    [null, /runWith\(\) takes an object of options, got null/],
  ] as const) {
    const wrong = options as unknown as RunOptions
    await t.throwsAsync(runtime.runWith(wrong, work.answer, 1), { code: 'ORUJO_OPTION', message })
  }
})

test.serial('a task that the program does not export says so', async (t) => {
  await using runtime = await launchHere()
  const stranger = delegate('stranger', () => 1)
  const call = async (): Promise<number> => runtime.host.call(stranger, 0)
  await t.throwsAsync(call(), { code: 'ORUJO_UNKNOWN_DEFINITION', message: /'stranger'/ })
})

test.serial('an aborted signal refuses a run before it begins', async (t) => {
  await using runtime = await launchHere()
  const signal = AbortSignal.abort('beforehand')
  await aborted(t, 'the run', runtime.runWith({ signal }, work.answer, 1), 'beforehand')
  t.is(listenersOf(signal), 0)
  t.is(await runtime.run(work.answer, 1), 1)
})

test.serial('a run that waits leaves the queue when it is aborted', async (t) => {
  await using runtime = await launchHere({ maxRuns: 1 })
  const first = runtime.run(work.passGate, 1)
  const controller = new AbortController()
  const { signal } = controller
  const second = runtime.runWith({ signal }, work.passGate, 2)
  const third = runtime.run(work.answer, 3)
  await inTime('the first runs', runtime.host.call(work.gateWaiters, 0, 1))
  controller.abort('no longer wanted')
  await aborted(t, 'the run', second, 'no longer wanted')
  t.deepEqual(await runtime.host.call(work.gateWaiters, 0, 1), [1])
  await runtime.host.call(work.openGate, 0, 1)
  t.deepEqual(await inTime('the others', Promise.all([first, third])), [1, 3])
  t.is(listenersOf(signal), 0)
})

test.serial(
  'core.signal reaches all work of a run on every core, in inner scopes too',
  async (t) => {
    await using runtime = await launchHere({ coresPerLocale: 3 })
    const controller = new AbortController()
    const { signal } = controller
    const run = runtime.runWith({ signal, core: 1 }, work.waitForAbortEverywhere)
    run.catch(() => undefined)
    const other = runtime.run(work.waitForAbort)
    other.catch(() => undefined)
    for (const core of [0, 1, 2]) {
      const expected = core === 0 ? 2 : 1
      await inTime(`core ${core} waits`, runtime.host.call(work.abortWaiters, core, expected))
    }
    controller.abort(new Error('that is enough'))
    const error = await aborted(t, 'the run', run, signal.reason)
    t.is(error.message, "The run of 'work.abort-everywhere' was aborted.")
    t.is(await inTime('the other waits on', runtime.host.call(work.abortWaiters, 0, 1)), 1)
    t.is(await runtime.run(work.answer, 1), 1)
    t.is(listenersOf(signal), 0)
    await runtime.close({ force: true })
    await t.throwsAsync(other, { code: 'ORUJO_CLOSED' })
  },
)

test.serial('work that is started under an aborted run finds it aborted', async (t) => {
  await using runtime = await launchHere()
  const controller = new AbortController()
  const run = runtime.runWith({ signal: controller.signal }, work.abortThenSpawn)
  await inTime('the run waits', runtime.host.call(work.abortWaiters, 0, 1))
  controller.abort()
  await aborted(t, 'the run', run, controller.signal.reason)
})

test.serial('a run that ignores its abort ends the runtime, and all that it runs', async (t) => {
  const runtime = await launchHere({ abortGraceMs: 100 })
  const controller = new AbortController()
  const run = runtime.runWith({ signal: controller.signal }, work.waitForEver)
  const other = runtime.run(work.waitForEver)
  other.catch(() => undefined)
  const isClosed = new Promise<void>((resolve) => runtime.once('closed', resolve))
  await inTime('a core answers', runtime.host.call(work.place, 0))
  controller.abort('stop')
  const error = await aborted(t, 'the run', run, 'stop')
  t.regex(error.message, /^The runtime was ended, because the run of 'work\.wait-for-ever' did not/)
  t.regex(error.message, /within 100 ms of its abort\. Have long tasks look at core\.signal/)
  await t.throwsAsync(inTime('the other run', other), { code: 'ORUJO_ABORTED' })
  await inTime('the runtime closes by itself', isClosed)
  await t.throwsAsync(runtime.run(work.answer, 1), { code: 'ORUJO_ABORTED' })
  t.is(listenersOf(controller.signal), 0)
})

test.serial('a core that is occupied for ever is ended with the rest', async (t) => {
  const runtime = await launchHere({ abortGraceMs: 100 })
  const controller = new AbortController()
  const run = runtime.runWith({ signal: controller.signal, core: 1 }, work.occupyForEver)
  await inTime('a core answers', runtime.host.call(work.place, 0))
  controller.abort('stop')
  await aborted(t, 'the run', run, 'stop')
  await inTime('the close', runtime.close(), 5000)
})

test.serial('an abort after the end changes nothing', async (t) => {
  await using runtime = await launchHere({ abortGraceMs: 0 })
  const controller = new AbortController()
  const { signal } = controller
  t.is(await runtime.runWith({ signal }, work.answer, 5), 5)
  t.is(listenersOf(signal), 0)
  controller.abort()
  t.is(await runtime.runWith({}, work.answer, 6), 6)
})

test.serial('two runtimes of one program do not hear of each other', async (t) => {
  await using first = await launchHere()
  await using second = await launchHere({ coresPerLocale: 1 })
  await first.host.call(work.remember, 0, 1)
  await second.host.call(work.remember, 0, 2)
  t.is(await first.host.call(work.recall, 0), 1)
  t.is(await second.host.call(work.recall, 0), 2)
  await first.close()
  t.is(await inTime('the second goes on', second.run(work.answer, 3)), 3)
})

test.serial('two runtimes of different programs at once', async (t) => {
  const other = new URL('../support/programs/process/errors.js', import.meta.url)
  await using first = await launchHere()
  await using second = await launch({ program: [other, program], heapBytes: 2 ** 20 })
  const sums = [first, second].map((runtime) => runtime.host.call(work.add, 0, 2, 3))
  t.deepEqual(await inTime('the sums', Promise.all(sums)), [5, 5])
})

test.serial('the host calls, sends, spawns and loops, and cores do so to the host', async (t) => {
  await using runtime = await launchHere()
  const { host } = runtime
  t.is(host.id, 2)
  t.is(await host.call(work.add, 1, 2, 3), 5)
  t.is(await host.call(work.add, host.id, 2, 3), 5)
  t.is(await host.call(work.answer, host.id, 7), 7)
  t.is(await host.spawn(work.answer, 1, 8).join(), 8)
  t.is(await host.spawn(work.answer, host.id, 9).join(), 9)
  await host.finish((inner) => void inner.send(work.remember, 1, 10))
  t.is(await host.call(work.recall, 1), 10)
  t.deepEqual(await inTime('all cores', onAllCores(host, work.place)), [0, 1])
  t.is(await runtime.run(work.callPlaceOf, host.id), 2)
})

test.serial('an object that the host holds is reached from the cores', async (t) => {
  await using runtime = await launchHere()
  const list: number[] = []
  const address = runtime.host.hold(list)
  await inTime('the pushes', runtime.run(work.pushFromAll, address))
  t.deepEqual(list.sort(), [0, 1])
  runtime.host.release(address)
  await t.throwsAsync(runtime.run(work.pushFromAll, address), { code: 'ORUJO_WORK_FAILED' })
})
