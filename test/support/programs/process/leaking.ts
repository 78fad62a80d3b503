/**
 * Programs that forget to drop what they own.
 */
import { type Core, f64, task } from '@orujo/core'
import {
  atomicF64,
  channel,
  configureOwnership,
  drop,
  own,
  ownArray,
  ownedMap,
  ownVector,
  replicated,
  replicatedArray,
  type Owned,
} from '@orujo/ownership'

export { ownershipProgram } from '#ownership/program.js'

const grow = task('leaking.grow', async (core: Core, list: Owned<number[]>) => {
  await list.write(core, (values) => values.push(1))
  return list
})

export const leak = task('leaking.leak', async (core: Core, checked: boolean, count: number) => {
  await configureOwnership(core, { checked })
  await core.call(grow, core.cores - 1, own<number[]>(core, []))
  for (let i = 0; i < count; i++) ownArray(core, f64, 8)
  drop(core, own(core, 'dropped'))
})

/** One of each that is no object by itself, or several. */
export const leakThings = task('leaking.leak-things', async (core: Core, isDropped: boolean) => {
  await configureOwnership(core, { checked: true })
  const all = [
    ...channel<number>(core),
    atomicF64(core, 1),
    await replicated(core, [1]),
    await replicatedArray(core, f64, 4),
    await ownVector(core, f64, 64 * core.cores),
    await ownedMap(core, { buckets: 2 }),
  ]
  if (isDropped) for (const one of all) drop(core, one)
})

export { grow }
