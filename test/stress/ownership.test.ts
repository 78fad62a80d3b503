/**
 * Ten thousand random programs that obey the rules of ownership, and a thousand that break each of
 * them: nobody is refused who obeys, and nobody gets away who does not. ORUJO_STRESS_SEED says where
 * the seeds begin.
 */
import test from 'ava'
import { Programs } from '../model/ownership-programs.ts'
import { runModel, runViolations } from '../model/ownership-run.ts'
import { VIOLATIONS } from '../model/ownership-violations.ts'
import { forSeeds } from '../support/schedule.ts'

const FIRST_SEED = Number(process.env['ORUJO_STRESS_SEED'] ?? 1)
const OBEYING = 10_000
const BREAKING = 1000

test.serial(`${OBEYING} programs that obey the rules of ownership are not refused`, async (t) => {
  t.timeout(1_800_000)
  const programs = new Programs()
  await forSeeds(OBEYING, (_, seed) => runModel(programs, seed), FIRST_SEED)
  t.log([...programs.tally].map(([what, times]) => `${what} ${times}`).join(', '))
  t.pass()
})

test.serial(`each rule of ownership broken ${BREAKING} times is noticed each time`, async (t) => {
  t.timeout(1_800_000)
  const programs = new Programs()
  await forSeeds(BREAKING, (_, seed) => runViolations(programs, seed), FIRST_SEED)
  for (const name of Object.keys(VIOLATIONS)) t.is(programs.tally.get(name), BREAKING, name)
})
