/**
 * The protocol of ownership: random programs that obey the rules, on the real stores, owners and
 * borrows, with the invariants of the protocol checked at every step; and the same with each step
 * of the protocol done wrong, which must be noticed.
 */
import test from 'ava'
import { forSeeds } from '../support/schedule.ts'
import { FAULTS } from './ownership-faults.ts'
import { Programs } from './ownership-programs.ts'
import { runModel, runViolations } from './ownership-run.ts'
import { VIOLATIONS } from './ownership-violations.ts'

const SEEDS = 400

test.serial(
  'programs that obey the rules see what was written last, in any schedule',
  async (t) => {
    const programs = new Programs()
    await forSeeds(SEEDS, (_, seed) => runModel(programs, seed))
    for (const [what, times] of programs.tally) {
      t.log(`${what}: ${times}`)
      t.true(times > 50, `the programs hardly ever do this: ${what}`)
    }
  },
)

for (const [name, fault] of Object.entries(FAULTS)) {
  test.serial(`it is noticed if ${name}`, async (t) => {
    const programs = new Programs()
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        await runModel(programs, seed, fault)
      } catch (error) {
        t.log(`seed ${seed}: ${String(error).split('\n')[0]}`)
        t.pass()
        return
      }
    }
    t.fail(`not in ${SEEDS} seeds`)
  })
}

test.serial('what breaks a rule is refused by name, and changes nothing', async (t) => {
  const programs = new Programs()
  await forSeeds(300, (_, seed) => runViolations(programs, seed))
  for (const name of Object.keys(VIOLATIONS)) t.is(programs.tally.get(name), 300, name)
})
