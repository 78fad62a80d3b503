/**
 * Programs that forget to drop what they own.
 */
import { type Core, f64, task } from '@orujo/core'
import { configureOwnership, drop, own, ownArray, type Owned } from '@orujo/ownership'

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

export { grow }
