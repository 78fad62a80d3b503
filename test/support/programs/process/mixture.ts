/**
 * A program of random work whose outcome can be told beforehand: calls with known answers, one-way
 * messages that are counted where they arrive, chains of forwards, scopes in scopes, spawned tasks,
 * events, failures that must come back. What each core decides follows from its seed.
 */
import {
  type Core,
  type GlobalCompletionEvent,
  allReduce,
  barrier,
  completionEvent,
  delegate,
  onAllCores,
  task,
} from '@orujo/core'
import { type Schedule, seeded } from '../../schedule.ts'

/** One-way messages that were begun, and that have arrived, on this core. */
class Ledger {
  begun = 0
  arrived = 0
}

function ledgerOf(core: Core): Ledger {
  return core.endpoint.state(Ledger, () => new Ledger())
}

/** Work in progress on this core, for saying what waits if nothing moves any more. */
class Doing {
  readonly steps = new Map<string, number>()
}

async function doing<T>(core: Core, what: string, work: () => Promise<T>): Promise<T> {
  const { steps } = core.endpoint.state(Doing, () => new Doing())
  steps.set(what, (steps.get(what) ?? 0) + 1)
  try {
    return await work()
  } finally {
    steps.set(what, steps.get(what)! - 1)
  }
}

export const product = delegate('mixture.product', (_core: Core, a: number, b: number) => a * b)

export const shout = delegate('mixture.shout', (_core: Core, text: string) => text.toUpperCase())

export const fail = delegate('mixture.fail', (_core: Core, number: number): number => {
  throw new RangeError(`asked to fail with ${number}`)
})

/** Counts an arrival and goes on to the next core while `left` is not 0. */
export const forward = delegate(
  'mixture.forward',
  (core: Core, left: number, step: number): void => {
    ledgerOf(core).arrived++
    if (left > 0) core.send(forward, (core.id + step) % core.cores, left - 1, step)
  },
)

export const later = task('mixture.later', async (core: Core, value: number): Promise<number> => {
  await core.yield()
  return await core.call(product, (core.id + 1) % core.cores, value, 3)
})

/** A tree of tasks, each spawning two on other cores. Returns how many there were. */
export const tree = task('mixture.tree', async (core: Core, depth: number): Promise<number> => {
  if (depth === 0) return 1
  const handles = [1, 3].map((step) => core.spawn(tree, (core.id + step) % core.cores, depth - 1))
  const counts = await Promise.all(handles.map((handle) => handle.join()))
  return 1 + counts.reduce((sum, count) => sum + count, 0)
})

export const work = task(
  'mixture.work',
  async (core: Core, event: GlobalCompletionEvent, seed: number, steps: number): Promise<void> => {
    const schedule = seeded(seed * core.cores + core.id + 1)
    for (let index = 0; index < steps; index++) await step(core, event, schedule)
  },
)

async function step(core: Core, event: GlobalCompletionEvent, schedule: Schedule): Promise<void> {
  const dst = schedule.choose(core.cores + 1)
  const number = schedule.choose(1000)
  switch (schedule.choose(9)) {
    case 0:
      return doing(core, `product on ${dst}`, async () => {
        check(await core.call(product, dst, number, 7), number * 7)
      })
    case 1:
      return doing(core, `shout on ${dst}`, async () => {
        const text = 'x'.repeat(schedule.choose(3000))
        check(await core.call(shout, dst, text), text.toUpperCase())
      })
    case 2:
      return doing(core, `failure on ${dst}`, () => checkFailure(core, dst, number))
    case 3:
      return doing(core, 'forwards', () => checkForwards(core, core, schedule))
    case 4:
      return doing(core, 'forwards in a scope', () =>
        core.finish((inner) => checkForwards(core, inner, schedule)),
      )
    case 5:
      return doing(core, `later on ${dst % core.cores}`, async () => {
        check(await core.spawn(later, dst % core.cores, number).join(), number * 3)
      })
    case 6:
      return doing(core, 'tree', async () => {
        const depth = schedule.choose(5)
        check(await core.call(tree, core.id, depth), 2 ** (depth + 1) - 1)
      })
    case 7:
      return doing(core, 'many calls', () => checkMany(core, schedule))
    default:
      return doing(core, 'work under the event', () =>
        checkForwards(core, event.on(core), schedule),
      )
  }
}

async function checkMany(core: Core, schedule: Schedule): Promise<void> {
  const numbers = Array.from({ length: 1 + schedule.choose(200) }, () => schedule.choose(1000))
  const calls = numbers.map((number) => core.call(product, number % core.cores, number, 2))
  const answers = await Promise.all(calls)
  for (const [index, answer] of answers.entries()) check(answer, numbers[index]! * 2)
}

/** `through`: the handle, and so the scope, that the messages belong to. */
async function checkForwards(core: Core, through: Core, schedule: Schedule): Promise<void> {
  const count = 1 + schedule.choose(300)
  const hops = schedule.choose(4)
  const stride = schedule.choose(core.cores)
  ledgerOf(core).begun += count * (hops + 1)
  for (let i = 0; i < count; i++) {
    if (!through.send(forward, (core.id + i) % core.cores, hops, stride)) await core.drain()
  }
}

async function checkFailure(core: Core, dst: number, number: number): Promise<void> {
  const outcome = await core.call(fail, dst, number).catch((error: Error) => error.message)
  check(outcome, `asked to fail with ${number}`)
}

/** A round on all cores: random work, an event to wait for, a barrier and a sum. */
export const round = task(
  'mixture.round',
  async (core: Core, seed: number, steps: number): Promise<void> => {
    const event = completionEvent(core)
    await core.finish((inner) => onAllCores(inner, work, event, seed, steps))
    await doing(core, 'event', () => event.wait())
    await event.close()
    await core.finish((inner) => onAllCores(inner, meetAll, seed))
  },
)

export const meetAll = task('mixture.meet-all', async (core: Core, seed: number): Promise<void> => {
  const { cores } = core
  await doing(core, 'barrier', () => barrier(core))
  const sum = await doing(core, 'all-reduce', () => allReduce(core, core.id + seed, 'sum'))
  check(sum, (cores * (cores - 1)) / 2 + cores * seed)
})

/** Messages begun and arrived on all cores together; from zero again afterwards. */
export const balance = task('mixture.balance', async (core: Core): Promise<[number, number]> => {
  const entries = await onAllCores(core, takeLedger)
  const sums = [0, 1].map((at) => entries.reduce((sum, entry) => sum + entry[at]!, 0))
  return [sums[0]!, sums[1]!]
})

export const takeLedger = delegate('mixture.take-ledger', (core: Core): number[] => {
  const ledger = ledgerOf(core)
  const { begun, arrived } = ledger
  ledger.begun = ledger.arrived = 0
  return [begun, arrived]
})

/** What goes on here, for an error that says what a hang waits for. */
export const describeHere = delegate('mixture.describe-here', (core: Core): string => {
  const { calls, scheduler, scopes } = core.endpoint
  const { steps } = core.endpoint.state(Doing, () => new Doing())
  const active = [...steps].filter(([, count]) => count > 0)
  const figures = {
    calls: calls.openCount,
    tasks: scheduler.activeTasks,
    queued: scheduler.queuedTasks,
    scopes: scopes.openCount,
    waiters: scopes.waiterCount,
    overflow: scheduler.outboxes.reduce((sum, outbox) => sum + outbox.queuedWords, 0),
  }
  const counts = Object.entries(figures).map(([name, count]) => `${name} ${count}`)
  const waits = active.map(([what, count]) => `${count} x ${what}`)
  return `core ${core.id}: ${counts.join(', ')}; in progress: ${waits.join(', ') || 'nothing'}`
})

function check(found: unknown, expected: unknown): void {
  if (found === expected) return
  throw new Error(`the answer was ${String(found)}, not ${String(expected)}`)
}
