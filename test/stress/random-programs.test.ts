/** Random programs by the thousand. `ORUJO_SEED=17 npm run test:stress` runs only that seed. */
import test from 'ava'
import { forSeeds } from '../support/schedule.ts'
import { runSeed } from './random-programs.ts'

const { ORUJO_SEED } = process.env

/** Seeds of `npm test` come before these. */
const FIRST_SEED = 1001
const PROGRAMS = 10_000

test(`${PROGRAMS} random programs end with the right answer, under any schedule`, async (t) => {
  t.timeout(3_600_000)
  const [count, first] = ORUJO_SEED === undefined ? [PROGRAMS, FIRST_SEED] : [1, +ORUJO_SEED]
  await forSeeds(count, (_, seed) => runSeed(seed), first)
  t.pass()
})
