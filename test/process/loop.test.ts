/**
 * The loop on real threads: what is resumed while it parks, or is about to, is not forgotten; tasks
 * that leave it no rest do not keep others from ending.
 */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import * as program from '../support/programs/parking.ts'

function start(spinMs: number): Promise<Runtime> {
  return launch({
    program: new URL('../support/programs/parking.js', import.meta.url),
    coresPerLocale: 2,
    heapBytes: 2 ** 20,
    spinMs,
  })
}

for (const [what, spinMs] of [
  ['cores that park at once', 0],
  ['cores that look around before they park', 0.1],
] as const) {
  test.serial(`${what}: a task that ends silently ends its scope`, async (t) => {
    await using runtime = await start(spinMs)
    t.is(await runtime.run(program.silentEnds, 20), 20)
  })

  test.serial(`${what}: a completion from the event loop wakes those who wait`, async (t) => {
    await using runtime = await start(spinMs)
    t.is(await runtime.run(program.silentCompletions, 20), 20)
  })

  test.serial(`${what}: a scope ends although a task never lets its core rest`, async (t) => {
    await using runtime = await start(spinMs)
    t.is(await runtime.run(program.amongRestless, 20), 20)
  })
}
