/**
 * A core that dies: whatever depends on it is rejected within a second, with the core and the cause
 * named, and the runtime ends without help.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, OrujoError, type Runtime, forall, launch } from '@orujo/core'
import { resultOf, runScenario } from '../support/child.ts'
import { inTime } from '../support/deadline.ts'
import * as work from '../support/programs/process/work.ts'

const program = new URL('../support/programs/process/work.js', import.meta.url)

/** What must happen within a second gets this long on a machine that is busy with other tests. */
const SECOND_MS = 1000

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({ program, coresPerLocale: 3, heapBytes: 2 ** 20, ...options })
}

/** Why a core was lost, as told by each of `Death`. */
const REASONS: Readonly<Record<work.Death, RegExp>> = {
  exit: /worker exited with code: 3/,
  timer: /a timer threw/,
  rejection: /nobody caught this/,
  value: /it threw 'not an error'/,
  heap: /ran out of JavaScript heap \(raise resourceLimits\.maxOldGenerationSizeMb\)/,
}

/** The young generation is small, so that Node notices the limit before V8 gives up. */
const SMALL_HEAP = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 } as const

interface Loss {
  readonly core: number
  readonly reason: RegExp
}

/** The rejection of `waiting`, which must come within a second from now. */
async function lost(t: ExecutionContext, what: string, waiting: Promise<unknown>, loss: Loss) {
  const error = await t.throwsAsync(
    inTime(what, waiting, SECOND_MS),
    { instanceOf: OrujoError },
    what,
  )
  t.is(error.code, 'ORUJO_CORE_LOST', what)
  t.is(error.core, loss.core, what)
  t.regex(error.message, new RegExp(`^Core ${loss.core} was lost: `), what)
  t.regex(error.message, loss.reason, what)
  return error
}

/** Everything on the host that may wait for core 1, directly or not. */
function waitOnHost(runtime: Runtime): Readonly<Record<string, Promise<unknown>>> {
  const { host } = runtime
  return {
    'a run on the core': runtime.runWith({ core: 1 }, work.waitForEver),
    'a run that depends on it': runtime.run(work.dependOn, 1),
    'a run of others only': runtime.runWith({ core: 2 }, work.dependOn, 0),
    'a barrier without it': runtime.run(work.meetWithout, 1),
    'a run that waits for its turn': runtime.run(work.answer, 5),
    'a call': host.call(work.waitForEver, 1),
    'a join': host.spawn(work.waitForEver, 1).join(),
    'a finish': host.finish((inner) => void inner.send(work.waitForEver, 1)),
    'a loop': forall(host, 3, work.waitInLoop),
  }
}

for (const death of ['exit', 'timer', 'rejection', 'value', 'heap'] as const) {
  test.serial(`core that dies by ${death}: everything on the host hears of it`, async (t) => {
    const runtime = await launchHere({
      maxRuns: 4,
      ...(death === 'heap' ? { resourceLimits: SMALL_HEAP } : {}),
    })
    const told: OrujoError[] = []
    runtime.on('coreLost', (error) => told.push(error))
    const waiting = waitOnHost(runtime)
    for (const one of Object.values(waiting)) one.catch(() => undefined)
    await inTime('the core answers', runtime.host.call(work.place, 1))
    const event = new Promise<OrujoError>((resolve) => runtime.once('coreLost', resolve))
    runtime.host.send(work.die, 1, death)
    const loss = { core: 1, reason: REASONS[death] }
    const error = await inTime('the loss is told', event)
    for (const [what, one] of Object.entries(waiting)) {
      t.is(await lost(t, what, one, loss), error)
    }
    await lost(t, 'a later run', runtime.run(work.answer, 1), loss)
    const call = async (): Promise<unknown> => runtime.host.call(work.add, 0, 1, 2)
    await lost(t, 'a later call', call(), loss)
    const spawn = async (): Promise<unknown> => runtime.host.spawn(work.answer, 0, 1).join()
    await lost(t, 'a later spawn', spawn(), loss)
    const finish = runtime.host.finish((inner) => inner.call(work.add, 0, 1, 2))
    await lost(t, 'a later finish', finish, loss)
    await lost(t, 'a later drain', runtime.host.drain(), loss)
    await inTime('the runtime closes', runtime.close(), 2 * SECOND_MS)
    t.deepEqual(told, [error])
    if (death !== 'exit') t.truthy(error.cause)
  })
}

test.serial('waits on other cores are rejected with the core and the cause', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'orujo-lost-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'outcomes')
  const runtime = await launchHere()
  const run = runtime.run(work.recordLoss, file, 700)
  await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_CORE_LOST' })
  await inTime('the runtime closes', runtime.close(), 2 * SECOND_MS)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').sort()
  const outcome = 'ORUJO_CORE_LOST Core 2 was lost: worker exited with code: 5.'
  const waits = ['barrier', 'call', 'drain', 'finish', 'join']
  const expected = [0, 1].flatMap((core) => waits.map((wait) => `${core} ${wait}: ${outcome}`))
  t.deepEqual(lines, expected)
})

test.serial('a core that hears nothing does not keep the others waiting', async (t) => {
  const runtime = await launchHere()
  const deaf = runtime.runWith({ core: 0 }, work.occupyForEver)
  const waiting = runtime.runWith({ core: 2 }, work.dependOn, 1)
  await inTime('a core answers', runtime.host.call(work.place, 2))
  runtime.host.send(work.die, 1, 'exit')
  const loss = { core: 1, reason: REASONS.exit }
  await t.throwsAsync(inTime('the deaf run', deaf, 3 * SECOND_MS), { code: 'ORUJO_CORE_LOST' })
  await lost(t, 'a run', waiting, loss)
  await inTime('the runtime closes', runtime.close(), 3 * SECOND_MS)
})

test.serial('of two cores that die at once one is named, and told once', async (t) => {
  const runtime = await launchHere()
  const told: OrujoError[] = []
  runtime.on('coreLost', (error) => told.push(error))
  const run = runtime.run(work.dependOn, 1)
  runtime.host.send(work.die, 1, 'exit')
  runtime.host.send(work.die, 2, 'timer')
  const error = await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_CORE_LOST' })
  await inTime('the runtime closes', runtime.close(), 2 * SECOND_MS)
  t.deepEqual(told as unknown[], [error])
})

test.serial('a core lost during close ends the wait for runs', async (t) => {
  const runtime = await launchHere()
  const run = runtime.run(work.dependOn, 1)
  await inTime('the core answers', runtime.host.call(work.place, 1))
  const close = runtime.close()
  runtime.host.send(work.die, 1, 'exit')
  await lost(t, 'the run', run, { core: 1, reason: REASONS.exit })
  await inTime('the runtime closes', close, 2 * SECOND_MS)
})

test.serial('what a core said before it died is heard', async (t) => {
  const runtime = await launchHere({ log: 'event' })
  const lines: string[] = []
  runtime.on('log', (line) => lines.push(line))
  const run = runtime.runWith({ core: 1 }, work.lastWords)
  await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_CORE_LOST' })
  t.deepEqual(lines, ['[core 1] this is the end', '[core 1] my only friend'])
  await runtime.close()
})

test.serial('a process whose core died ends by itself, without a call of close', async (t) => {
  for (const death of ['exit', 'rejection']) {
    const { code, stdout, stderr } = await runScenario('loseCore', [death])
    t.is(code, 0, stderr)
    t.is(JSON.parse(stdout), 'ORUJO_CORE_LOST')
    t.is(stderr, '')
  }
})

test.serial('a core that runs out of memory takes nothing with it', async (t) => {
  t.is(await resultOf('loseCore', ['heap', { resourceLimits: SMALL_HEAP }]), 'ORUJO_CORE_LOST')
})
