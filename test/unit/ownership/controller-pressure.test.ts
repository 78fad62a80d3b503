/**
 * Under pressure nothing changes but the place: no object loses its contents, no borrow is refused,
 * and nothing is left. And it would be noticed: each way to commit a spill too lightly is caught.
 */
import test from 'ava'
import { Placer } from '#ownership/controller-core.js'
import { runUnderPressure } from '../../support/pressure.ts'
import { forSeeds } from '../../support/schedule.ts'

const SEEDS = 100
/** Within which a fault must be caught; the rarest needs one in some 250. */
const FAULT_SEEDS = 1000

test.serial('under pressure nothing changes but the place', async (t) => {
  t.timeout(120_000)
  const counts = new Map<string, number>()
  await forSeeds(SEEDS, async (_, seed) => {
    for (const { what, why, times } of await runUnderPressure(seed)) {
      const key = `${what}, ${why}`
      counts.set(key, (counts.get(key) ?? 0) + times)
    }
  })
  t.log(Object.fromEntries(counts))
  // All that a controller does has happened.
  for (const key of [
    'evict, over-high-water',
    'place, room-here',
    'place, over-high-water',
    'place, all-over-high-water',
    'place, makes-room',
    'spill, over-high-water',
    'spill, makes-room',
  ]) {
    t.true((counts.get(key) ?? 0) > 0, key)
  }
})

/** Ways to be too light with what has happened to an object while it moved. */
const FAULTS: Readonly<Record<string, Placer['mayCommit']>> = {
  'that anything may have happened': () => true,
  'that it may be in use, or not owned any more': (owner, pointer) => owner.pointer === pointer,
  'that it may have been written': ({ state, container }) => {
    return state === 'free' && container === undefined
  },
  'that it may have become part of another': ({ state, pointer }, before) => {
    return state === 'free' && pointer === before
  },
}

for (const [fault, mayCommit] of Object.entries(FAULTS)) {
  test.serial(`to forget, when an object has moved away, ${fault}, is caught`, async (t) => {
    t.timeout(120_000)
    const right = Placer.prototype.mayCommit
    Placer.prototype.mayCommit = mayCommit
    try {
      await t.throwsAsync(
        forSeeds(FAULT_SEEDS, async (_, seed) => void (await runUnderPressure(seed))),
      )
    } finally {
      Placer.prototype.mayCommit = right
    }
  })
}
