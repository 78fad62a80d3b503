/**
 * Attaching: gives a core its placer, which connects decisions with messages.
 */
import { anywhere, delegate, task, type Core } from '@orujo/core'
import { Placer, placerOf, setPlacer } from './controller-core.ts'
import { placeTask } from './controller-make.ts'
import { askLoads, reportMemory, rootOf } from './controller-protocol.ts'
import { spill } from './controller-spill.ts'
import { placeSpawns } from './std/spawn.ts'
import { storeOf } from './stores.ts'

/** From now on a controller looks after this core: its row. */
export const attach = delegate(
  'own.control.attach',
  (core: Core, highWater: number, keepDecisions: number): Float64Array => {
    const root = rootOf(core)
    const store = storeOf(core)
    const placer: Placer = new Placer(
      store,
      { highWater, keepDecisions },
      {
        report: (row) => void root.send(reportMemory, core.host, core.id, row),
        relieve: () => void root.send(relieve, core.id),
        askLoads: () => void root.send(askLoads, core.host, core.id),
        spill: (by, goal) => spill(by, placer, goal),
      },
    )
    setPlacer(core, placer)
    placeSpawns(core, placeTask)
    return placer.row()
  },
)

/** From now on none does. */
export const detach = delegate('own.control.detach', (core: Core): void => {
  setPlacer(core, undefined)
  placeSpawns(core, () => anywhere)
})

/** Moves objects away until this core is below its high-water mark, or none is left that can go. */
export const relieve = task('own.control.relieve', async (core: Core): Promise<void> => {
  const placer = placerOf(core)
  if (placer === undefined) return
  try {
    const isEnough = (): boolean => !placer.isOverHighWater
    await spill(core, placer, { why: 'over-high-water', pieceBytes: Infinity, isEnough })
  } finally {
    placer.relieved()
  }
})
