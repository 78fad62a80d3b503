/** The controller on real threads: small heaps, and tasks that it finds a place for. */
import test from 'ava'
import { type LaunchOptions, type Runtime, launch } from '@orujo/core'
import { control } from '@orujo/ownership'
import { inTime } from '../support/deadline.ts'
import * as vacancy from '../support/programs/process/vacancy.ts'

const program = [
  new URL('../support/programs/process/vacancy.js', import.meta.url),
  import.meta.resolve('@orujo/ownership/program'),
]

function launchHere(options: Partial<LaunchOptions> = {}): Promise<Runtime> {
  const memory = { heapBytes: 2 ** 19, sharedBytes: 2 ** 18 }
  return launch({ program, locales: 2, coresPerLocale: 2, ...memory, ...options })
}

for (const [locales, coresPerLocale] of [
  [2, 1],
  [2, 2],
  [4, 1],
] as const) {
  test.serial(
    `what one core has no room for lives on others: ${locales} x ${coresPerLocale}`,
    async (t) => {
      await using runtime = await launchHere({ locales, coresPerLocale })
      const controller = await control(runtime)
      const run = runtime.run(vacancy.useMuchEverywhere, 24, 2 ** 13)
      const elsewhere = await inTime('the run', run)
      t.true(elsewhere[0]! > 0)
      const { locales: found } = await controller.report()
      for (const { locale, heapBytes, valueBytes, residents } of found) {
        const left = { heapBytes, valueBytes, residents }
        t.deepEqual(left, { heapBytes: 0, valueBytes: 0, residents: 0 }, `locale ${locale}`)
      }
      const decisions = await controller.decisions()
      t.true(decisions.some(({ what, from, to }) => what === 'place' && from === 0 && to !== 0))
      t.true(decisions.every(({ atMs }, i) => i === 0 || decisions[i - 1]!.atMs <= atMs))
    },
  )
}

test.serial('tasks without a place run on all cores', async (t) => {
  await using runtime = await launchHere()
  const controller = await control(runtime)
  const counts = await inTime('the run', runtime.run(vacancy.spread, 400))
  t.true(
    counts.every((count) => count >= 40),
    counts.join(),
  )
  const { cores } = await controller.report()
  t.true(cores.every(({ busy }) => busy > 0 && busy <= 1))
})
