/** A few hundred random programs come to what they must; `npm run test:stress` runs thousands. */
import test from 'ava'
import { runSeed } from '../stress/random-programs.ts'
import { forSeeds } from '../support/schedule.ts'

test('random programs end with the right answer, under any schedule', async (t) => {
  await forSeeds(300, (_, seed) => runSeed(seed))
  t.pass()
})
