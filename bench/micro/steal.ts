/**
 * Steal: core 0 makes unbound tasks and then keeps busy, without a turn of its loop; core 1 has
 * nothing else to do than to steal and run them.
 *
 * Means       one stolen task, from the victim's deque to the end of a body that does next to
 *             nothing, by the thief's clock from its first stolen task to its last.
 * Not meant   the time until a parked thief is awake, and thefts across locales.
 */
import { performance } from 'node:perf_hooks'
import { anywhere, delegate, task, type Core } from '@orujo/core'
import { microsecondsEach } from '../harness/case.ts'
import { CORES, runtimeCase, type Timed } from './runtime-case.ts'

/** Fits a deque. */
const COUNT = 20_000
/** Stolen tasks between two looks at the clock. */
const TASKS_PER_CLOCK = 16
/** How long core 0 keeps busy at most; and between two looks at whether all are taken. */
const BUSY_MS = 200
const LOOK_MS = 0.1

/** What one core has run. */
class Ran {
  tasks = 0
  sum = 0
  firstMs = 0
  /** When `timedTasks` had run. */
  lastMs = 0
  timedTasks = 0
}

function ranOn(core: Core): Ran {
  return core.endpoint.state(Ran, () => new Ran())
}

export const add = task('bench.steal.add', (core: Core, value: number) => {
  const ran = ranOn(core)
  ran.sum += value
  if (ran.tasks++ % TASKS_PER_CLOCK !== 0) return
  ran.lastMs = performance.now()
  ran.timedTasks = ran.tasks
  if (ran.tasks === 1) ran.firstMs = ran.lastMs
})

export const takeRan = delegate('bench.steal.take-ran', (core: Core): number[] => {
  const ran = ranOn(core)
  const { sum, firstMs, lastMs, timedTasks } = ran
  Object.assign(ran, new Ran())
  return [sum, lastMs - firstMs, timedTasks]
})

export const stealAll = task(
  'bench.steal.steal-all',
  async (core: Core, count: number): Promise<Timed> => {
    for (let dst = 0; dst < CORES; dst++) await core.call(takeRan, dst)
    await core.finish((inner) => {
      for (let i = 0; i < count; i++) inner.send(add, anywhere, i)
      const endMs = performance.now() + BUSY_MS
      let lookMs = 0
      for (let nowMs = 0; nowMs < endMs; nowMs = performance.now()) {
        if (nowMs < lookMs) continue
        if (core.endpoint.unbound.waiting === 0) break
        lookMs = nowMs + LOOK_MS
      }
    })
    const [homeSum] = await core.call(takeRan, 0)
    const [thiefSum, passedMs, tasks] = await core.call(takeRan, 1)
    if (tasks! < 2) throw new Error('Nothing was stolen: core 1 had no hardware thread.')
    const secondsEach = passedMs! / 1000 / (tasks! - 1)
    return { seconds: secondsEach * count, sum: homeSum! + thiefSum! }
  },
)

export const stealCase = runtimeCase({
  name: 'steal',
  unit: 'us',
  better: 'less',
  baseline: 'steal.hand-written',
  program: import.meta.url,
  task: stealAll,
  count: COUNT,
  expectedSum: (count: number) => (count * (count - 1)) / 2,
  figure: microsecondsEach,
})
