/** An idle runtime uses no CPU, whatever it did before and whatever it waits for. */
import test from 'ava'
import { resultOf } from '../support/child.ts'
import type { IdleState } from '../support/programs/process/idle.ts'

/** Of one CPU. */
const LIMIT = 0.01

const STATES: Readonly<Record<IdleState, string>> = {
  worked: 'that has worked',
  aborted: 'whose runs were aborted',
  drained: 'that has waited for room in rings',
  waiting: 'whose tasks wait for one another and for a barrier',
  timed: 'in which a core waits for a timer',
  spinning: 'that spins before it parks',
  controlled: 'with a controller, which has placed and spilled',
}

for (const [state, description] of Object.entries(STATES)) {
  test.serial(`a runtime of 8 cores ${description} uses less than 1 % of a CPU`, async (t) => {
    const used = await resultOf<number>('idleUsage', [state])
    t.true(used < LIMIT, `${(used * 100).toFixed(2)} %`)
  })
}
