/**
 * Closing is ordered, can be repeated, waits for what was begun, and leaves a runtime that says so.
 */
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, type Runtime, forall, launch } from '@orujo/core'
import { runScenario } from '../support/child.ts'
import { inTime } from '../support/deadline.ts'
import * as work from '../support/programs/process/work.ts'

const program = new URL('../support/programs/process/work.js', import.meta.url)

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20, ...options })
}

async function closed(t: ExecutionContext, what: string, use: () => unknown): Promise<void> {
  const using = async (): Promise<unknown> => use()
  await t.throwsAsync(inTime(what, using()), { code: 'ORUJO_CLOSED', name: 'OrujoError' }, what)
}

test.serial('close waits for the runs that were accepted, queued ones too', async (t) => {
  const runtime = await launchHere({ maxRuns: 1 })
  const runs = [1, 2, 3].map((value) => runtime.run(work.rest, value))
  const closing = runtime.close()
  await closed(t, 'a run while closing', () => runtime.run(work.answer, 4))
  t.deepEqual(await inTime('the runs', Promise.all(runs)), [1, 2, 3])
  await inTime('the close', closing)
})

test.serial('closing again, at once or later, resolves with the first close', async (t) => {
  const runtime = await launchHere()
  let closedEvents = 0
  runtime.on('closed', () => closedEvents++)
  const closes = [runtime.close(), runtime.close(), runtime.close({ force: true })]
  await inTime('the closes', Promise.all(closes))
  await inTime('a later close', runtime.close())
  await inTime('a later close by force', runtime.close({ force: true }))
  t.is(closedEvents, 1)
})

test.serial('close by force rejects what runs, on the host and in the queue', async (t) => {
  const runtime = await launchHere({ maxRuns: 2 })
  const { host } = runtime
  const waiting: Record<string, Promise<unknown>> = {
    'a run': runtime.run(work.waitForEver),
    'another run': runtime.run(work.dependOn, 1),
    'a queued run': runtime.run(work.answer, 1),
    'a call': host.call(work.waitForEver, 1),
    'a join': host.spawn(work.waitForEver, 1).join(),
    'a finish': host.finish((inner) => void inner.send(work.waitForEver, 1)),
  }
  for (const one of Object.values(waiting)) one.catch(() => undefined)
  await host.call(work.place, 1)
  const closing = runtime.close({ force: true })
  for (const [what, one] of Object.entries(waiting)) await closed(t, what, () => one)
  await inTime('the close', closing, 2000)
})

test.serial('force hastens a close that waits', async (t) => {
  const runtime = await launchHere()
  const run = runtime.run(work.waitForEver)
  run.catch(() => undefined)
  const closing = runtime.close()
  await runtime.close({ force: true })
  await inTime('the first close', closing, 2000)
  await closed(t, 'the run', () => run)
})

test.serial('a run that does not end is given closeTimeoutMs', async (t) => {
  const runtime = await launchHere({ closeTimeoutMs: 200 })
  const run = runtime.run(work.waitForEver)
  run.catch(() => undefined)
  await inTime('the close', runtime.close(), 3000)
  await closed(t, 'the run', () => run)
})

test.serial('a core that hears nothing does not keep a close waiting', async (t) => {
  const runtime = await launchHere({ closeTimeoutMs: 100 })
  const run = runtime.runWith({ core: 1 }, work.occupyForEver)
  run.catch(() => undefined)
  await inTime('the close', runtime.close(), 4000)
  await closed(t, 'the run', () => run)
})

test.serial('after the close every use is refused', async (t) => {
  const runtime = await launchHere()
  const { host } = runtime
  await runtime.close()
  await closed(t, 'run', () => runtime.run(work.answer, 1))
  await closed(t, 'runWith', () => runtime.runWith({ core: 1 }, work.answer, 1))
  await closed(t, 'call', () => host.call(work.add, 1, 2, 3))
  await closed(t, 'call with text', () => host.call(work.echo, 1, 'text'))
  await closed(t, 'call of a local task', () => host.call(work.answer, host.id, 1))
  await closed(t, 'send', () => host.send(work.touch, 1, 1))
  await closed(t, 'send of a task', () => host.send(work.answer, 1, 1))
  await closed(t, 'send of a local task', () => host.send(work.answer, host.id, 1))
  await closed(t, 'spawn', () => host.spawn(work.answer, 1, 1).join())
  await closed(t, 'finish', () => host.finish(() => undefined))
  await closed(t, 'forall', () => forall(host, 10, work.waitInLoop))
  await closed(t, 'yield', () => host.yield())
  await closed(t, 'drain', () => host.drain())
  t.is(runtime.metrics().cores.length, 3)
})

test.serial('await using closes, also when the block throws', async (t) => {
  const events: string[] = []
  const block = async (): Promise<void> => {
    await using runtime = await launchHere()
    runtime.on('closed', () => events.push('closed'))
    events.push(String(await runtime.run(work.answer, 1)))
    throw new Error('the block failed')
  }
  await t.throwsAsync(inTime('the block', block()), { message: 'the block failed' })
  t.deepEqual(events, ['1', 'closed'])
})

test.serial('events come in order: ready, closed; after a loss coreLost, closed', async (t) => {
  for (const [isLost, expected] of [
    [false, ['launched', 'ready', 'ran', 'closed', 'close']],
    [true, ['launched', 'ready', 'coreLost', 'ran', 'closed', 'close']],
  ] as const) {
    const events: string[] = []
    const runtime = await launchHere()
    for (const name of ['ready', 'coreLost', 'closed'] as const) {
      runtime.on(name, () => events.push(name))
    }
    events.push('launched')
    await runtime.run(work.answer, 1)
    const run = isLost ? runtime.run(work.dieInTask, 'exit') : runtime.run(work.answer, 2)
    await run.catch(() => undefined)
    events.push('ran')
    await inTime('the close', runtime.close())
    events.push('close')
    t.deepEqual(events, expected)
    t.deepEqual(runtime.eventNames(), [])
  }
})

test.serial('a close by force from inside a delegate on the host ends all the same', async (t) => {
  const runtime = await launchHere({ log: 'event' })
  runtime.on('log', () => void runtime.close({ force: true }))
  await closed(t, 'the run', () => runtime.run(work.logAndAskHost))
  await inTime('the close', runtime.close())
})

test.serial('a program that forgets to close stays, like an open server', async (t) => {
  const { code, stdout } = await runScenario('forgetToClose', [])
  t.is(code, 11, stdout)
})
