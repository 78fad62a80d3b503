/** Allocation where numbers run out, and frees of what never was allocated. */
import test from 'ava'
import { type Freeable, type OrujoError, free } from '@orujo/core'
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

test('free refuses what is no memory, and says what it takes', async (t) => {
  await using cluster = new Cluster({ definitions: [], coresPerLocale: 1 })
  for (const what of [42, undefined, {}, 'text']) {
    const error = await t.throwsAsync(
      free(cluster.host, what as unknown as Freeable), // wrong on purpose
    )
    t.is((error as OrujoError).code, 'ORUJO_BAD_ADDRESS')
    t.regex(error.message, /^free\(\) takes an array, an address or a symmetric object, got /)
  }
})
