/** Unbound tasks on real threads: they spread as the policy says, and a thief's death is told. */
import test from 'ava'
import { type LaunchOptions, type Runtime, launch } from '@orujo/core'
import { failure } from '../support/machine.ts'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/unbound.ts'

const url = new URL('../support/programs/process/unbound.js', import.meta.url)

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  return launch({ program: url, coresPerLocale: 2, heapBytes: 2 ** 20, ...options })
}

test.serial('work of one core spreads over two, in shared memory', async (t) => {
  await using runtime = await launchHere()
  const places = await runtime.run(program.placesOf, 200, 1)
  for (const core of [0, 1]) {
    const share = places.filter((place) => place === core).length
    t.true(share > 20, `core ${core} ran ${share} of 200`)
  }
  const { cores, total } = runtime.metrics()
  t.true(cores[1]!.steals > 0 && cores[1]!.stolenTasks >= cores[1]!.steals)
  t.true(total.stealAttempts >= total.steals)
  t.is(total.queuedUnbound, 0)
})

test.serial('work of one core spreads to another locale, by message', async (t) => {
  await using runtime = await launchHere({ locales: 2, coresPerLocale: 1 })
  const places = await runtime.run(program.placesOf, 200, 1)
  t.true(places.filter((place) => place === 1).length > 20)
  t.true(runtime.metrics().cores[1]!.stolenTasks > 20)
})

test.serial('a lone task of a busy core is taken by a parked one', async (t) => {
  await using runtime = await launchHere({ spinMs: 0 })
  t.is(await runtime.run(program.loneTask, 500), 1)
})

test.serial("with stealing 'none' an unbound task stays where it was spawned", async (t) => {
  await using runtime = await launchHere({ stealing: 'none' })
  const places = await runtime.run(program.placesOf, 50, 0)
  t.true(places.every((place) => place === 0))
  t.is(runtime.metrics().total.stealAttempts, 0)
})

test.serial("with stealing 'locale' no task leaves its locale", async (t) => {
  await using runtime = await launchHere({ locales: 2, stealing: 'locale' })
  const places = await runtime.run(program.placesOf, 200, 0)
  t.true(places.every((place) => place < 2))
})

test.serial('a policy that is none is refused', async (t) => {
  const error = await failure(() => launchHere({ stealing: 'some' as 'all' }))
  t.is(error?.code, 'ORUJO_OPTION')
  t.regex(error!.message, /stealing must be 'all' or 'locale' or 'none', got 'some'/)
})

test.serial('a thief that dies with tasks rejects whoever waits for them', async (t) => {
  await using runtime = await launchHere()
  const error = await failure(() => inTime('the loss', runtime.run(program.loseThief)))
  t.is(error?.code, 'ORUJO_CORE_LOST')
  t.is(error?.core, 1)
})

test.serial('more tasks than a deque holds wait in its overflow, and all run', async (t) => {
  await using runtime = await launchHere({ stealing: 'none', coresPerLocale: 1 })
  await runtime.run(program.batch, 100_000)
  t.true(runtime.metrics().total.tasksFinished >= 100_000)
})

test.serial('programs without unbound tasks exchange no messages about them', async (t) => {
  await using runtime = await launchHere({ locales: 2 })
  await runtime.run(program.computeFor, 20)
  t.is(runtime.metrics().total.stealAttempts, 0)
})
