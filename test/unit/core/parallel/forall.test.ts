/** Loops: what they refuse, before or with the first iteration. */
import test from 'ava'
import { type Core, type GlobalArray, delegate, forall, globalArray, i32, task } from '@orujo/core'
import { withCluster } from '../../../support/cluster.ts'
import { failure } from '../../../support/machine.ts'

/** As JavaScript, which no compiler checks, would define it. */
const suspends = delegate('test.forall.suspends', (async (_core: Core, _index: number) => {
  await Promise.resolve()
}) as unknown as (core: Core, index: number) => undefined)

const overBoth = task('test.forall.over-both', async (core: Core) => {
  const array = await globalArray(core, i32, 100)
  return [
    await failure(() => forall(core, 100, suspends)),
    await failure(() => forall(core, array, suspends)),
  ]
})

const overNothing = task('test.forall.over-nothing', async (core: Core) => {
  const spaces = [undefined, '10', [1, 2, 3]] as unknown as GlobalArray[]
  return Promise.all(spaces.map((space) => failure(() => forall(core, space, suspends))))
})

const definitions = [suspends, overBoth, overNothing]

test('a delegate that suspends is refused as a body, and not forgotten', (t) =>
  withCluster({ definitions, coresPerLocale: 1 }, async (cluster) => {
    const errors = await cluster.run(overBoth)
    for (const error of errors) {
      t.is(error?.code, 'ORUJO_INVARIANT')
      t.regex(error?.message ?? '', /'test\.forall\.suspends' returned a promise/)
    }
  }))

test('what is neither a count nor a global array is refused by name', (t) =>
  withCluster({ definitions }, async (cluster) => {
    for (const error of await cluster.run(overNothing)) {
      t.regex(error?.message ?? '', /a count of iterations or a global array/)
    }
  }))
