/** Ways to bring a runtime of eight cores into a state in which it has nothing to do. */
import { type LaunchOptions, type Runtime, launch } from '@orujo/core'
import { control } from '@orujo/ownership'
import { timer } from '../../timer.ts'
import * as pressure from './pressure.ts'
import * as vacancy from './vacancy.ts'
import * as work from './work.ts'

export type IdleState =
  'worked' | 'aborted' | 'drained' | 'waiting' | 'timed' | 'spinning' | 'controlled'

/** How long the CPU time is watched. */
const WATCH_MS = 2000

const programs = Object.freeze([
  ...['pressure', 'work', 'vacancy'].map((name) => new URL(`./${name}.js`, import.meta.url)),
  import.meta.resolve('@orujo/ownership/program'),
])

/** Part of one CPU that the process uses while the runtime is idle. */
export async function idleUsage(state: IdleState): Promise<number> {
  const runtime = await launch({ ...optionsOf(state), program: programs, coresPerLocale: 8 })
  await runtime.run(pressure.allToAll, 3, 10)
  const ended = Promise.allSettled(await bring(runtime, state))
  // Compilers and collectors of the work before come to rest.
  await timer(500)
  const before = process.cpuUsage()
  const start = performance.now()
  await timer(WATCH_MS)
  const { user, system } = process.cpuUsage(before)
  const used = (user + system) / 1000 / (performance.now() - start)
  await runtime.close({ force: true })
  await ended
  return used
}

function optionsOf(state: IdleState): Partial<LaunchOptions> {
  // What waits for ever shall go on doing so; a timer is told from that by looking again and again.
  const deadlockMs = state === 'timed' ? 500 : 0
  const common = { heapBytes: 2 ** 20, abortGraceMs: 10_000, deadlockMs }
  if (state === 'drained') return { ...common, ringBytes: 2 ** 13 }
  return state === 'spinning' ? { ...common, spinMs: 0.2 } : common
}

/** Runs that are still in progress then. */
async function bring(runtime: Runtime, state: IdleState): Promise<Promise<unknown>[]> {
  switch (state) {
    case 'worked':
    case 'spinning':
      return []
    case 'aborted': {
      const controller = new AbortController()
      const { signal } = controller
      const run = runtime.runWith({ signal }, work.waitForAbortEverywhere)
      await runtime.host.call(work.abortWaiters, 7, 1)
      controller.abort()
      await run.catch(() => undefined)
      return []
    }
    case 'controlled':
      await control(runtime)
      await runtime.run(vacancy.useMuchEverywhere, 40, 2 ** 13)
      await runtime.run(vacancy.spread, 100)
      return []
    case 'drained':
      await runtime.run(pressure.stream, 1, 50_000)
      return []
    case 'waiting':
      return [runtime.run(work.dependOn, 3), runtime.run(work.meetWithout, 2)]
    case 'timed':
      return [runtime.runWith({ core: 5 }, work.rest, 60_000)]
  }
}
