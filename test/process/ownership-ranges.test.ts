/** Vectors and replicated objects on threads: cores of one locale, of several, and of both. */
import test from 'ava'
import { launch, memoryUsage } from '@orujo/core'
import { rounds } from '../support/programs/owned-ranges.ts'

const program = [
  new URL('../support/programs/owned-ranges.js', import.meta.url),
  import.meta.resolve('@orujo/ownership/program'),
]
const LENGTH = 10_000
const ROUNDS = 12
const WEIGHTS = 16

for (const [locales, coresPerLocale] of [
  [1, 2],
  [2, 1],
  [2, 2],
] as const) {
  test(`all cores read what all have written: ${locales} x ${coresPerLocale}`, async (t) => {
    await using runtime = await launch({ program, locales, coresPerLocale, heapBytes: 2 ** 21 })
    const sums = await runtime.run(rounds, LENGTH, ROUNDS)
    let expected = 0
    for (let i = 0; i < LENGTH; i++) expected += (i % WEIGHTS) * ((ROUNDS * (ROUNDS + 1)) / 2)
    t.deepEqual(
      sums,
      sums.map(() => expected),
    )
    const { shared, own } = await memoryUsage(runtime.host)
    t.is(
      [shared, ...own].reduce((sum, { bytesInUse }) => sum + bytesInUse, 0),
      0,
    )
  })
}
