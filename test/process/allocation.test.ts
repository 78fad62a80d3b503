/**
 * One-way messages of numbers allocate nothing, on neither end: ten million of them cause no more
 * garbage collections than parks and drains do. A control, which allocates one small object per
 * message, shows that this would be noticed.
 */
import test, { type ExecutionContext } from 'ava'
import { resultOf } from '../support/child.ts'
import type { Traffic } from '../support/programs/process/collecting.ts'

const MESSAGES = 10_000_000

/** So that one collection stands for 16 MiB, whatever size the engine would begin with. */
const YOUNG_SPACE = ['--min-semi-space-size=16', '--max-semi-space-size=16']

/**
 * Six bytes per message: no object is so small. Drains and parks allocate; they are one for
 * hundreds of messages, and more of them on a busy machine.
 */
const FEW = 4

async function collected(t: ExecutionContext, traffic: Traffic): Promise<number[]> {
  const found = await resultOf<number[]>('collected', [traffic, MESSAGES], { flags: YOUNG_SPACE })
  t.log(`collections: ${found.join(' and ')}`)
  t.is(found.length, 2)
  return found
}

for (const traffic of ['numbers', 'fractions', 'numbers both ways'] as const) {
  test.serial(`ten million one-way messages allocate nothing each: ${traffic}`, async (t) => {
    for (const count of await collected(t, traffic)) t.true(count <= FEW, `${count} collections`)
  })
}

test.serial('one small object per message is noticed, on either end', async (t) => {
  const found = await collected(t, 'objects kept')
  for (const count of found) t.true(count > 2 * FEW, `${count} collections`)
})
