/**
 * Ten thousand random programs that obey the rules of ownership, and a thousand that break each of
 * them: nobody is refused who obeys, and nobody gets away who does not. `ORUJO_SEED=17 npm run
 * test:stress` runs only that seed.
 */
import test from 'ava'
import { Programs } from '../model/ownership-programs.ts'
import { runModel, runViolations } from '../model/ownership-run.ts'
import { VIOLATIONS } from '../model/ownership-violations.ts'
import { forSeeds } from '../support/schedule.ts'

const { ORUJO_SEED } = process.env

/** Seeds of `npm test` come before these. */
const FIRST_SEED = 1001
const OBEYING = 10_000
const BREAKING = 1000

/** How many seeds, and the first. */
function seeds(count: number): [count: number, first: number] {
  return ORUJO_SEED === undefined ? [count, FIRST_SEED] : [1, Number(ORUJO_SEED)]
}

test.serial(`${OBEYING} programs that obey the rules of ownership are not refused`, async (t) => {
  t.timeout(1_800_000)
  const programs = new Programs()
  const [count, first] = seeds(OBEYING)
  await forSeeds(count, (_, seed) => runModel(programs, seed), first)
  t.log([...programs.tally].map(([what, times]) => `${what} ${times}`).join(', '))
  t.pass()
})

test.serial(`each rule of ownership broken ${BREAKING} times is noticed each time`, async (t) => {
  t.timeout(1_800_000)
  const programs = new Programs()
  const [count, first] = seeds(BREAKING)
  await forSeeds(count, (_, seed) => runViolations(programs, seed), first)
  for (const name of Object.keys(VIOLATIONS)) t.is(programs.tally.get(name), count, name)
})
