/** Cores on threads do what every runtime must. One runtime per shape serves all its rules. */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import type { Machine } from '../support/machine.ts'
import { programUrls } from '../support/programs/modules.ts'
import { settled } from '../support/settled.ts'
import * as checks from '../support/programs/checks.ts'
import { type Shape, runtimeConformance } from './runtime.ts'

interface Running {
  readonly shape: Shape
  readonly runtime: Runtime
}

/** At most one, because each has threads of its own. */
const running: Running[] = []

async function runtimeOf(shape: Shape): Promise<Runtime> {
  if (running[0]?.shape !== shape) {
    await running.pop()?.runtime.close()
    const runtime = await launch({ ...shape, program: programUrls(), heapBytes: 2 ** 20 })
    running.push({ shape, runtime })
  }
  return running[0]!.runtime
}

test.after.always('the last runtime closes', async () => {
  await running.pop()?.runtime.close()
})

runtimeConformance(async (shape, body) => {
  const runtime = await runtimeOf(shape)
  const machine: Machine = {
    cores: runtime.cores,
    host: runtime.host,
    run: (main, ...args) => runtime.run(main, ...args),
    until: (promise) => promise,
    settled: () => settled(runtime),
  }
  await body(machine)
  const left = await runtime.run(checks.whatIsLeft)
  if (left.length > 0) throw new Error(`Something is left at the end: ${left.join(', ')}`)
})
