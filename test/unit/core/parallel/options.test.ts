/** Options that there are none of: refused by name, before anything is sent. */
import test from 'ava'
import {
  type Core,
  allGather,
  allReduce,
  barrier,
  broadcast,
  copyArray,
  delegate,
  exclusiveScan,
  f64,
  forallRangesUnbound,
  forallUnbound,
  free,
  gather,
  globalArray,
  memset,
  prefixSum,
  scan,
  sortArray,
  task,
} from '@orujo/core'
import { Cluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'

const nothing = delegate('test.options.nothing', () => undefined)

/** What becomes of each function when it is given the option `nme`. */
const misspell = task('test.options.misspell', async (core: Core) => {
  const array = await globalArray(core, f64, 4)
  const other = await globalArray(core, f64, 4)
  const wrong = { nme: 1, count: 1 } as object
  const calls: Record<string, () => Promise<unknown>> = {
    globalArray: () => globalArray(core, f64, 1, wrong),
    memset: () => memset(core, array, 1, wrong),
    copyArray: () => copyArray(core, array, other, wrong),
    sortArray: () => sortArray(core, array, wrong),
    prefixSum: () => prefixSum(core, array, wrong),
    forallUnbound: () => forallUnbound(core, wrong as { count: number }, nothing),
    forallRangesUnbound: () => forallRangesUnbound(core, wrong as { count: number }, nothing),
    barrier: () => barrier(core, wrong),
    allReduce: () => allReduce(core, 1, 'sum', wrong),
    scan: () => scan(core, 1, 'sum', wrong),
    exclusiveScan: () => exclusiveScan(core, 1, 'sum', 0, wrong),
    gather: () => gather(core, 1, wrong),
    allGather: () => allGather(core, 1, wrong),
    broadcast: () => broadcast(core, 1, wrong),
  }
  const outcomes: [string, Failure | undefined][] = []
  for (const [name, call] of Object.entries(calls)) outcomes.push([name, await failure(call)])
  await free(core, array)
  await free(core, other)
  return outcomes
})

test('an option that a function does not have is refused by name', async (t) => {
  await using cluster = new Cluster({ definitions: [misspell, nothing], coresPerLocale: 1 })
  const outcomes = await cluster.run(misspell)
  t.is(outcomes.length, 14)
  for (const [name, error] of outcomes) {
    t.is(error?.code, 'ORUJO_OPTION', name)
    t.regex(error!.message, new RegExp(`^${name}\\(\\) has no option 'nme'. Options are: `))
  }
})
