/** Figures: what was sent is what is counted, on both ends; reading them disturbs nobody. */
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, type Runtime, type RuntimeMetrics, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/traffic.ts'
import * as work from '../support/programs/process/work.ts'
import { settled } from '../support/settled.ts'

const programs = ['traffic', 'work'].map(
  (name) => new URL(`../support/programs/process/${name}.js`, import.meta.url),
)

function launchThree(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({ program: programs, coresPerLocale: 3, heapBytes: 2 ** 20, ...options })
}

/** Figures of one run alone; the run itself is three messages between the host and core 0. */
async function figuresOf(runtime: Runtime, run: () => Promise<unknown>): Promise<RuntimeMetrics> {
  await run()
  await settled(runtime)
  runtime.resetMetrics()
  await run()
  return settled(runtime)
}

function balanced(t: ExecutionContext, metrics: RuntimeMetrics): void {
  const { total, cores, messages } = metrics
  for (const [id, core] of cores.entries()) {
    const sent = messages[id]!.reduce((sum, count) => sum + count, 0)
    t.is(core.sends + core.calls + core.spawns + core.replies + core.controls, sent, `of ${id}`)
    const received = messages.reduce((sum, row) => sum + row[id]!, 0)
    t.is(core.received, received, `to ${id}`)
  }
  t.is(total.sendsHandled, total.sends)
}

test.serial('sends are counted by sender, receiver and pair, with their words', async (t) => {
  await using runtime = await launchThree()
  const metrics = await figuresOf(runtime, () => runtime.run(program.sendTo, 1000, 100, 10))
  t.is(metrics.cores[0]!.sends, 1100)
  t.is(metrics.cores[1]!.sendsHandled, 1000)
  t.is(metrics.cores[2]!.sendsHandled, 100)
  t.deepEqual(metrics.messages[0]!.slice(1, 3), [1000, 100])
  // A message of two numbers has three words at most; runs of like messages share their headers.
  t.true(metrics.words[0]![1]! >= 2000 && metrics.words[0]![1]! <= 3010)
  t.is(metrics.cores[0]!.localDelegates, 10)
  balanced(t, metrics)
})

test.serial('calls, answers and spawns are counted as such', async (t) => {
  await using runtime = await launchThree()
  const metrics = await figuresOf(runtime, () => runtime.run(program.callAndSpawn, 50, 20))
  const [first, second] = metrics.cores
  t.is(first!.calls, 50)
  t.is(second!.callsHandled, 50)
  t.is(first!.spawns, 20)
  t.is(second!.replies, 70)
  t.is(second!.tasksStarted, 20)
  t.is(second!.tasksFinished, 20)
  t.is(metrics.cores[3]!.calls, 1, 'the run itself')
  balanced(t, metrics)
})

test.serial('every kind of traffic adds up, by row and column', async (t) => {
  await using runtime = await launchThree()
  const metrics = await figuresOf(runtime, () => runtime.run(program.mixture, 40))
  balanced(t, metrics)
  t.is(metrics.total.spawns, 3 * 40)
  t.is(metrics.total.tasksStarted, metrics.total.tasksFinished)
})

test.serial('messages in pieces, and encoded ones, are one message each', async (t) => {
  await using runtime = await launchThree({ ringBytes: 2 ** 13 })
  const metrics = await figuresOf(runtime, () => runtime.run(program.sendLong, 5, 100_000))
  t.is(metrics.cores[0]!.sends, 5)
  t.is(metrics.cores[1]!.sendsHandled, 5)
  t.true(metrics.words[0]![1]! >= (5 * 100_000) / 8)
  t.is(
    metrics.total.received,
    metrics.messages.flat().reduce((sum, count) => sum + count, 0),
  )
})

test.serial('flushes are counted by cause', async (t) => {
  await using runtime = await launchThree()
  const metrics = await figuresOf(runtime, () => runtime.run(program.flushes, 100, 50_000))
  const [{ flushesExplicit, flushesBySize, flushesByTurn }] = metrics.cores as [
    (typeof metrics.cores)[number],
  ]
  t.is(flushesExplicit, 100)
  t.true(flushesBySize > 10, `${flushesBySize} by size`)
  t.true(flushesByTurn > 0)
})

test.serial('a reset starts everything from zero, and only for the reader', async (t) => {
  await using runtime = await launchThree()
  await runtime.run(program.sendTo, 1000, 100, 10)
  await settled(runtime)
  runtime.resetMetrics()
  const { total, messages, words } = runtime.metrics()
  t.is(total.sends, 0)
  t.is(total.received, 0)
  t.deepEqual([...messages.flat(), ...words.flat()], Array<number>(32).fill(0))
  t.true(total.busyMs + total.parkedMs + total.spinningMs < 1000)
})

test.serial('figures can be read while a core is busy, and show what it does', async (t) => {
  await using runtime = await launchThree()
  await runtime.run(program.sendTo, 10, 10, 1)
  runtime.resetMetrics()
  const start = performance.now()
  const busy = runtime.host.call(work.occupy, 1, 400)
  await runtime.host.call(work.rest, 2, 200)
  const during = runtime.metrics()
  const passed = performance.now() - start
  t.true(during.cores[1]!.busyMs > 150, `${during.cores[1]!.busyMs} ms busy`)
  t.true(during.cores[2]!.parkedMs > 120, `${during.cores[2]!.parkedMs} ms parked`)
  for (const { busyMs, parkedMs, spinningMs } of during.cores) {
    const sum = busyMs + parkedMs + spinningMs
    t.true(Math.abs(sum - passed) < 50, `${sum} of ${passed} ms`)
  }
  await busy
})

test.serial('queues show how deep they are', async (t) => {
  await using runtime = await launchThree({ ringBytes: 2 ** 13 })
  const busy = runtime.runWith({ core: 1 }, program.queueTasks, 500, 300)
  const stream = runtime.runWith({ core: 0 }, program.pour, 1, 20_000)
  const seen = { tasks: 0, words: 0 }
  let isOver = false
  const over = Promise.all([busy, stream]).then(() => (isOver = true))
  while (!isOver) {
    const { cores } = runtime.metrics()
    seen.tasks = Math.max(seen.tasks, cores[1]!.queuedTasks)
    seen.words = Math.max(seen.words, cores[0]!.queuedWords)
    await new Promise(setImmediate)
  }
  await over
  t.true(seen.tasks >= 500, `${seen.tasks} tasks`)
  t.true(seen.words > 10_000, `${seen.words} words`)
  const { total } = await settled(runtime)
  t.is(total.queuedTasks, 0)
  t.is(total.queuedWords, 0)
})

test.serial("the 'metrics' event brings figures, until the close", async (t) => {
  const runtime = await launchThree({ metricsIntervalMs: 5 })
  const figures: RuntimeMetrics[] = []
  const three = new Promise<void>((resolve) => {
    runtime.on('metrics', (metrics) => {
      if (figures.push(metrics) === 3) resolve()
    })
  })
  await inTime('three events', three)
  await runtime.close()
  const count = figures.length
  await work.rest.body(undefined, 50)
  t.is(figures.length, count)
  t.is(figures[0]!.cores.length, 4)
})
