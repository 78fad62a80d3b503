/** Checked mode on threads: misuse of what was lent is answered where it happens. */
import test from 'ava'
import { launch } from '@orujo/core'
import { main } from '../support/programs/process/guarding.ts'

const program = [
  new URL('../support/programs/process/guarding.js', import.meta.url),
  import.meta.resolve('@orujo/ownership/program'),
]

for (const [locales, coresPerLocale] of [
  [1, 2],
  [2, 1],
] as const) {
  test(`ranges, replicas and maps are guarded: ${locales} x ${coresPerLocale}`, async (t) => {
    await using runtime = await launch({ program, locales, coresPerLocale })
    const { answers, kept } = await runtime.run(main)
    t.deepEqual(
      answers.map(([code, object, isPlaced]) => [code, object.replace(/\d+/, 'n'), isPlaced]),
      [0, 1].flatMap(() => [
        ['OWN_FROZEN', 'vector n of core 0', true],
        ['OWN_ESCAPED', 'vector n of core 0', true],
        // What is lent as a borrow begins where the task does, in no line of the program.
        ['OWN_FROZEN', 'replicated object n of core 0', false],
        ['OWN_ESCAPED', answers[3]![1].replace(/\d+/, 'n'), true],
        ['OWN_ESCAPED', 'vector n of core 0', true],
      ]),
    )
    t.regex(answers[3]![1], /^object \d+ of core \d$/)
    t.is(kept, 2)
  })
}
