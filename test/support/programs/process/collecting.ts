/** Sends messages between two cores and counts the garbage collections that it costs. */
import { type Runtime, launch } from '@orujo/core'
import { inTime } from '../../deadline.ts'
import * as program from './collect.ts'

/** Which messages: see the tasks of collect.ts. */
export type Traffic = 'numbers' | 'fractions' | 'numbers both ways' | 'objects kept'

const url = new URL('./collect.js', import.meta.url)

/** Before this the code is not compiled, and compiling allocates. */
const WARM_UP = 1_000_000

/** Collections of core 0 and of core 1 while `messages` pass. */
export async function collected(traffic: Traffic, messages: number): Promise<number[]> {
  await using runtime = await launch({ program: url, coresPerLocale: 2, heapBytes: 2 ** 20 })
  for (const core of [0, 1]) await runtime.host.call(program.watch, core)
  await pass(runtime, traffic, WARM_UP)
  await collections(runtime)
  await inTime('the messages', pass(runtime, traffic, messages), 60_000)
  return await collections(runtime)
}

async function pass(runtime: Runtime, traffic: Traffic, messages: number): Promise<void> {
  switch (traffic) {
    case 'numbers':
      return runtime.run(program.sendNumbers, 1, messages)
    case 'fractions':
      return runtime.run(program.sendFractions, 1, messages)
    case 'objects kept':
      return runtime.run(program.sendAndKeep, 1, messages)
    case 'numbers both ways':
      await Promise.all([
        runtime.runWith({ core: 0 }, program.sendNumbers, 1, messages / 2),
        runtime.runWith({ core: 1 }, program.sendNumbers, 0, messages / 2),
      ])
  }
}

function collections(runtime: Runtime): Promise<number[]> {
  return Promise.all([0, 1].map((core) => runtime.host.call(program.collections, core)))
}
