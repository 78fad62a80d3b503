/**
 * A program for tests of cores that never run out of bound tasks: one on each core sends itself
 * again and again, until it is relieved or has done so more often than any rule allows.
 */
import { type Core, anywhere, delegate, task } from '@orujo/core'

/** A second of turns: who is not relieved by then is forgotten. */
const MOST_TURNS = 1_000_000

class Business {
  turns = 0
  isRelieved = false
}

function businessOf(core: Core): Business {
  return core.endpoint.state(Business, () => new Business())
}

export const stayBusy = task('test.busy.stay', (core: Core) => {
  const business = businessOf(core)
  if (business.isRelieved) return
  if (++business.turns < MOST_TURNS) core.send(stayBusy, core.id)
  else relieveAll(core)
})

export const relieve = delegate('test.busy.relieve', (core: Core) => {
  businessOf(core).isRelieved = true
})

function relieveAll(core: Core): void {
  for (let dst = 0; dst < core.cores; dst++) core.send(relieve, dst)
}

export const relief = task('test.busy.relief', relieveAll)

export const nothing = task('test.busy.nothing', () => undefined)

/** Whether no core had to be forgotten. Leaves them as they were at first. */
export const wereRelieved = task('test.busy.were-relieved', async (core: Core) => {
  const turns: number[] = []
  for (let dst = 0; dst < core.cores; dst++) turns.push(await core.call(reset, dst))
  return turns.every((count) => count < MOST_TURNS)
})

export const reset = delegate('test.busy.reset', (core: Core) => {
  const business = businessOf(core)
  const { turns } = business
  business.turns = 0
  business.isRelieved = false
  return turns
})

/** Every core is busy until an unbound task, spawned here, has run. */
export const relieved = task('test.busy.relieved', async (core: Core) => {
  await core.finish((inner) => {
    for (let dst = 0; dst < core.cores; dst++) inner.send(stayBusy, dst)
    inner.send(relief, anywhere)
  })
  return core.call(wereRelieved, core.id)
})
