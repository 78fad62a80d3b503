/**
 * The protocol of ownership: random programs that obey the rules, on the real stores, owners and
 * borrows, with the invariants of the protocol checked at every step; and the same with each step
 * of the protocol done wrong, which must be noticed.
 */
import test from 'ava'
import { forSeeds } from '../support/schedule.ts'
import { FAULTS } from './ownership-faults.ts'
import { Programs } from './ownership-programs.ts'
import { runModel } from './ownership-run.ts'

const SEEDS = 400

test.serial(
  'programs that obey the rules see what was written last, in any schedule',
  async (t) => {
    const programs = new Programs()
    await forSeeds(SEEDS, (_, seed) => runModel(programs, seed))
    t.pass()
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
