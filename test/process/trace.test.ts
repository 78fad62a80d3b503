/** Traces of real runs: what is in the file, also when a core died, and that none costs nothing. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, type Runtime, type TraceSummary, launch } from '@orujo/core'
import { reserve } from '#core/launch/launch.js'
import { settle } from '#core/launch/options.js'
import { inTime } from '../support/deadline.ts'
import { type Event, complaintsAbout, parseTrace, trackNames } from '../support/trace-format.ts'
import * as program from '../support/programs/process/traffic.ts'
import * as work from '../support/programs/process/work.ts'

const programs = ['traffic', 'work'].map(
  (name) => new URL(`../support/programs/process/${name}.js`, import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'orujo-trace-'))
test.after.always(() => rmSync(folder, { recursive: true }))

function launchThree(options: Partial<LaunchOptions>): Promise<Runtime> {
  return launch({ program: programs, coresPerLocale: 3, heapBytes: 2 ** 20, ...options })
}

interface Traced {
  readonly events: readonly Event[]
  readonly summary: TraceSummary
}

/** The trace of a runtime in which `use` ran, checked. */
async function trace(
  t: ExecutionContext,
  options: Partial<LaunchOptions>,
  use: (runtime: Runtime) => Promise<unknown>,
): Promise<Traced> {
  const file = join(folder, `${t.title.replaceAll(/\W+/g, '-')}.json`)
  const runtime = await launchThree({ ...options, trace: { file, eventsPerCore: 4096 } })
  const told: TraceSummary[] = []
  runtime.on('trace', (summary) => told.push(summary))
  await use(runtime)
  await inTime('the close', runtime.close())
  const [summary] = told
  t.is(told.length, 1)
  t.is(summary!.file, file)
  const events = parseTrace(readFileSync(file, 'utf8'))
  t.deepEqual(complaintsAbout(events), [])
  t.deepEqual(trackNames(events), ['core 0', 'core 1', 'core 2', 'host'])
  return { events, summary: summary! }
}

function named(events: readonly Event[], ph: string, name: string, track?: number): Event[] {
  return events.filter((e) => e.ph === ph && e.name === name && (track ?? e.pid - 1) === e.pid - 1)
}

/** Starts and ends of arrows, by the tracks they join. */
function arrows(events: readonly Event[]): Map<string, number> {
  const counts = new Map<string, number>()
  const ends = new Map(events.flatMap((e) => (e.ph === 'f' ? [[e.id!, e.pid - 1] as const] : [])))
  for (const { ph, pid, id } of events) {
    if (ph !== 's') continue
    const pair = `${pid - 1}-${ends.get(id!)}`
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return counts
}

test.serial('every batch that was handled has an arrow from where it was sent', async (t) => {
  const { events, summary } = await trace(t, {}, (runtime) => runtime.run(program.mixture, 40))
  t.is(summary.lost, 0)
  t.true(summary.records > 100)
  const batches = events.filter(({ ph, cat }) => ph === 'X' && cat === 'messages')
  const places = new Set(named(events, 'f', 'batch').map(({ tid, ts }) => `${tid} ${ts}`))
  t.deepEqual(
    batches.filter(({ tid, ts }) => !places.has(`${tid} ${ts}`)),
    [],
  )
  const pairs = arrows(events)
  for (const pair of ['0-1', '1-2', '2-0', '0-3', '3-0']) t.true(pairs.get(pair)! > 0, pair)
})

test.serial('batches tell what was in them, and publications where it went', async (t) => {
  const { events } = await trace(t, {}, (runtime) => runtime.run(program.sendTo, 1000, 100, 10))
  const handled = named(events, 'X', 'traffic.pair', 1)
  const messages = handled.reduce((sum, { args }) => sum + Number(args!['messages']), 0)
  t.is(messages, 1000)
  t.is(handled[0]!.args!['from'], 'core 0')
  const sent = named(events, 'X', 'to core 2', 0).filter(({ args }) => args!['of'] !== 'answers')
  t.true(sent.some(({ args }) => args!['of'] === 'traffic.pair' && args!['messages'] === 100))
})

test.serial('tasks show when they ran first, and how long they lived', async (t) => {
  const { events } = await trace(t, {}, (runtime) => runtime.run(program.callAndSpawn, 10, 20))
  t.is(named(events, 'X', 'work.answer', 1).filter(({ cat }) => cat === 'task').length, 20)
  t.is(named(events, 'b', 'work.answer', 1).length, 20)
  const [main] = named(events, 'b', 'traffic.call-and-spawn', 0)
  t.falsy(main!.args!['unfinished'])
})

test.serial('waits are recorded: parks, drains and queues', async (t) => {
  const { events } = await trace(t, { ringBytes: 2 ** 13 }, async (runtime) => {
    await runtime.runWith({ core: 0 }, program.pour, 1, 20_000)
    await runtime.runWith({ core: 1 }, program.queueTasks, 500, 50)
    await runtime.run(work.fillAndDrain, 1)
  })
  for (const core of [0, 1, 2, 3]) t.true(named(events, 'X', 'parked', core).length > 0, `${core}`)
  t.true(named(events, 'b', 'drain', 0).length > 0)
  const depth = (name: string, key: string, core: number) =>
    Math.max(...named(events, 'C', name, core).map(({ args }) => Number(args![key])))
  t.true(depth('queued words', 'words', 0) > 1000)
  t.true(depth('queued tasks', 'tasks', 1) >= 300)
})

test.serial('unbound tasks and steals are recorded: how many, and from whom', async (t) => {
  let stolen = 0
  const { events } = await trace(t, {}, async (runtime) => {
    await runtime.run(program.spread, 300, 0.3)
    stolen = runtime.metrics().total.stolenTasks
  })
  const tasks = (list: readonly Event[]) =>
    list.reduce((sum, { args }) => sum + Number(args!['tasks']), 0)
  const steals = events.filter(({ ph, cat }) => ph === 'X' && cat === 'steal')
  t.true(stolen > 0)
  t.is(tasks(steals), stolen)
  t.true(steals.every(({ name, pid }) => name !== `steal from core ${pid - 1}`))
  const begun = [0, 1, 2].map((core) => tasks(named(events, 'X', 'unbound tasks', core)))
  t.is(begun[0]! + begun[1]! + begun[2]!, 300)
  t.true(begun.filter((count) => count > 0).length > 1)
})

test.serial('a trace that does not fit keeps the latest, and tells what was lost', async (t) => {
  const { events, summary } = await trace(t, {}, (runtime) => runtime.run(program.mixture, 2000))
  t.true(summary.lost > 0)
  const labels = events.filter(({ name }) => name === 'process_labels')
  const lost = labels.map(({ args }) => Number.parseInt(String(args!['labels'])))
  t.is(
    lost.reduce((sum, count) => sum + count, 0),
    summary.lost,
  )
  const [main] = named(events, 'b', 'traffic.mixture', 0)
  t.truthy(main, 'the longest task is not lost')
})

test.serial('a lost core leaves what it recorded, up to what it died of', async (t) => {
  const { events } = await trace(t, { log: 'event' }, async (runtime) => {
    await runtime.host.call(work.place, 1)
    const run = runtime.runWith({ core: 1 }, work.lastWords)
    await t.throwsAsync(inTime('the run', run), { code: 'ORUJO_CORE_LOST' })
  })
  t.is(named(events, 'X', 'work.place', 1).length, 1)
  const last = named(events, 'X', 'work.last-words', 1).filter(({ cat }) => cat === 'task')
  t.is(last.length, 1)
  t.true(last[0]!.args!['unfinished'])
})

test.serial('a forced close writes the trace of runs that were cut off', async (t) => {
  const { events } = await trace(t, {}, async (runtime) => {
    const run = runtime.runWith({ core: 1 }, work.waitForEver)
    run.catch(() => undefined)
    await runtime.host.call(work.place, 1)
    await runtime.close({ force: true })
    await t.throwsAsync(run, { code: 'ORUJO_CLOSED' })
  })
  t.is(named(events, 'b', 'work.wait-for-ever', 1).length, 1)
})

test.serial('the clocks of all threads are one: no arrow goes back in time', async (t) => {
  const { events } = await trace(t, {}, (runtime) => runtime.run(program.callAndSpawn, 300, 0))
  const sent = new Map(named(events, 's', 'batch').map(({ id, ts }) => [id, ts!]))
  const gaps = named(events, 'f', 'batch').map(({ id, ts }) => ts! - sent.get(id)!)
  t.true(gaps.length > 300)
  t.true(Math.min(...gaps) > 0, 'none is cut to fit, either')
})

test.serial('without a trace there is no memory for one', async (t) => {
  const parts = reserve(settle({ program: programs, coresPerLocale: 1 }))
  t.is(parts.trace, undefined)
  const runtime = await launchThree({})
  runtime.on('trace', () => t.fail())
  await runtime.run(program.sendTo, 10, 10, 1)
  await runtime.close()
})

test.serial('a file that cannot be made is refused before anything starts', async (t) => {
  const file = join(folder, 'nowhere', 'trace.json')
  const error = await t.throwsAsync(launchThree({ trace: file }), { code: 'ORUJO_OPTION' })
  t.regex(error.message, /^The file of launch\(\{ trace \}\) cannot be opened: ENOENT.*nowhere/)
})

const isWritable = process.platform === 'linux' ? test.serial : test.serial.skip
isWritable('a trace that cannot be written fails the close, which is complete', async (t) => {
  const runtime = await launchThree({ trace: '/dev/full' })
  let isClosed = false
  runtime.on('closed', () => (isClosed = true))
  await runtime.run(program.sendTo, 10, 10, 1)
  const error = await t.throwsAsync(runtime.close(), { code: 'ORUJO_TRACE' })
  t.regex(error.message, /^The trace cannot be written: ENOSPC/)
  t.true(isClosed)
})

isWritable('a launch that fails says why, also when its trace cannot be written', async (t) => {
  const program = new URL('../support/programs/process/no-such-program.js', import.meta.url)
  const launching = launchThree({ program, trace: '/dev/full' })
  await t.throwsAsync(inTime('launch', launching), { code: 'ORUJO_PROGRAM' })
})
