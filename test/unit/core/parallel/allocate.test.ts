/** Allocation where numbers run out. */
import test from 'ava'
import { Cluster } from '../../../support/cluster.ts'
import * as program from '../../../support/programs/allocation.ts'

test('4095 arrays can be live, and a freed handle never names the array after it', async (t) => {
  const definitions = Object.values(program)
  await using cluster = new Cluster({ definitions, coresPerLocale: 1 })
  const { count, isUsedAgain, codes, later } = await cluster.run(program.everyNumber)
  t.is(count, 4095)
  t.true(isUsedAgain)
  t.deepEqual(codes, ['ORUJO_MEMORY_EXHAUSTED', 'ORUJO_DOUBLE_FREE'])
  t.is(later, 0)
  await cluster.checkFreed()
})
