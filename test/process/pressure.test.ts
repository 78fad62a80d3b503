/**
 * Pressure: more cores than hardware threads, full rings, and cores that sleep while a timer or a
 * full ring is about to give them work. All of it ends, in bounded time.
 */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/pressure.ts'
import * as work from '../support/programs/process/work.ts'

const programs = ['pressure', 'work'].map(
  (name) => new URL(`../support/programs/process/${name}.js`, import.meta.url),
)

function launchCores(coresPerLocale: number, ringBytes?: number): Promise<Runtime> {
  const rings = ringBytes === undefined ? {} : { ringBytes }
  return launch({ program: programs, coresPerLocale, heapBytes: 2 ** 20, ...rings })
}

for (const cores of [8, 16]) {
  test.serial(`${cores} cores pass a ball round`, async (t) => {
    await using runtime = await launchCores(cores)
    const rounds = 100
    const hops = await inTime('the ball', runtime.run(program.passBall, rounds))
    t.is(hops, rounds * cores)
  })

  test.serial(`${cores} cores send all to all, and meet`, async (t) => {
    await using runtime = await launchCores(cores)
    const phases = 20
    const sums = await inTime('the phases', runtime.run(program.allToAll, phases, 50))
    const ids = (cores * (cores - 1)) / 2
    t.deepEqual(sums, Array<number>(cores).fill(phases * 50 * ids))
  })

  test.serial(`${cores} cores call one another, with many calls in flight`, async (t) => {
    await using runtime = await launchCores(cores)
    const answers = await inTime('the calls', runtime.run(program.callAround, 500))
    t.is(answers, 500 * cores)
  })
}

test.serial('a producer ahead of its consumer waits without turning, and gets on', async (t) => {
  await using runtime = await launchCores(2, 2 ** 13)
  const run = inTime('the stream', runtime.run(program.stream, 1, 200_000))
  const drains = await run
  t.true(drains > 10, `${drains} drains`)
  t.is(await runtime.host.call(program.streamed, 1), 200_000)
})

test.serial('a producer hears others while it waits for room', async (t) => {
  await using runtime = await launchCores(2, 2 ** 13)
  const run = runtime.run(program.waitForBusy, 1, 300)
  const pings = await inTime('answers from the waiting core', pingWhile(runtime, run))
  t.true(pings > 20, `${pings} answers`)
})

async function pingWhile(runtime: Runtime, run: Promise<void>): Promise<number> {
  let isOver = false
  const over = run.then(() => {
    isOver = true
  })
  let pings = 0
  for (; !isOver; pings++) await runtime.host.call(work.place, 0)
  await over
  return pings
}

test.serial('two cores that fill the rings to each other get on', async (t) => {
  await using runtime = await launchCores(2, 2 ** 13)
  const drains = await inTime('both', runtime.run(program.streamBoth, 100_000))
  t.is(drains.length, 2)
  for (const core of [0, 1]) t.is(await runtime.host.call(program.streamed, core), 100_000)
})

test.serial('what a task does after a timer gets out of a core that sleeps', async (t) => {
  await using runtime = await launchCores(2)
  for (const deed of [
    'send',
    'call',
    'spawn',
    'end',
    'complete',
    'finish',
    'yield',
    'drain',
  ] as const) {
    for (const core of [0, 1]) {
      const run = runtime.runWith({ core }, program.afterTimer, deed)
      t.is(await inTime(`${deed} on core ${core}`, run, 5000), deed)
    }
  }
})

test.serial('what the host does after a timer gets out of it', async (t) => {
  await using runtime = await launchCores(1)
  const { host } = runtime
  const finish = host.finish(async (inner) => {
    inner.send(work.rest, 0, 20)
    await work.rest.body(inner, 40)
    inner.send(work.remember, 0, 5)
  })
  await inTime('the finish', finish, 5000)
  t.is(await host.call(work.recall, 0), 5)
})
