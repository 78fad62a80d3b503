/** Options: the ring that launch grants carries whatever cannot be cut into pieces. */
import test from 'ava'
import { type Core, delegate, task } from '@orujo/core'
import { settle } from '#core/launch/options.js'
import { withCluster } from '../../../support/cluster.ts'

const program = 'file:///program.js'

const stay = delegate('test.options.stay', (core: Core): number => core.id)

/** Work of a scope elsewhere, which is reported from there. */
const elsewhere = task('test.options.elsewhere', async (core: Core): Promise<void> => {
  await core.finish((inner) => void inner.send(stay, core.cores - 1))
})

/** The least `ringBytes` that launch takes for so many cores. */
function leastRingBytes(cores: number): number {
  for (let ringBytes = 2 ** 10; ; ringBytes *= 2) {
    try {
      return settle({ program, locales: 1, coresPerLocale: cores, ringBytes }).ringBytes
    } catch {
      // Too small: the next.
    }
  }
}

for (const cores of [61, 62]) {
  test(`the smallest ring that launch takes for ${cores} cores carries a report`, (t) => {
    const ringWords = leastRingBytes(cores) / 8
    const definitions = [stay, elsewhere]
    const sizes = { coresPerLocale: cores, ringWords, heapBytes: 4096, sharedBytes: 0 }
    return withCluster({ definitions, ...sizes }, async (cluster) => {
      await t.notThrowsAsync(cluster.run(elsewhere))
    })
  })
}

test('the default ring of any number of cores is one that may be asked for', (t) => {
  for (const cores of [1, 2, 16, 61, 62, 509, 510, 511, 1024, 4094]) {
    const { ringBytes } = settle({ program, locales: 1, coresPerLocale: cores })
    t.true(ringBytes >= leastRingBytes(cores), `${cores} cores`)
    t.is(settle({ program, coresPerLocale: cores, ringBytes }).ringBytes, ringBytes)
  }
})
