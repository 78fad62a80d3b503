/**
 * One-way messages of numbers allocate nothing, on neither end: ten million of them cause no more
 * garbage collections than parks and drains do. A control, which allocates one small object per
 * message, shows that this would be noticed.
 */
import test, { type ExecutionContext } from 'ava'
import { type Runtime, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/collect.ts'

const url = new URL('../support/programs/process/collect.js', import.meta.url)

const MESSAGES = 10_000_000
/** Before this the code is not compiled, and compiling allocates. */
const WARM_UP = 1_000_000

/** One collection in half a million messages or fewer: what drains, parks and reports allocate. */
const FEW = 20

async function launchTwo(): Promise<Runtime> {
  const runtime = await launch({ program: url, coresPerLocale: 2, heapBytes: 2 ** 20 })
  for (const core of [0, 1]) await runtime.host.call(program.watch, core)
  return runtime
}

function collectionsOf(runtime: Runtime): Promise<number[]> {
  return Promise.all([0, 1].map((core) => runtime.host.call(program.collections, core)))
}

/** Collections of either core during `work`. */
async function counted(runtime: Runtime, work: () => Promise<void>): Promise<number[]> {
  await collectionsOf(runtime)
  await inTime('the messages', work(), 60_000)
  return collectionsOf(runtime)
}

async function few(
  t: ExecutionContext,
  runtime: Runtime,
  work: () => Promise<void>,
): Promise<void> {
  const found = await counted(runtime, work)
  t.log(`collections: ${found.join(' and ')}`)
  for (const count of found) t.true(count <= FEW, `${count} collections`)
}

test.serial('ten million one-way messages of numbers allocate nothing each', async (t) => {
  await using runtime = await launchTwo()
  await runtime.run(program.sendNumbers, 1, WARM_UP)
  await few(t, runtime, () => runtime.run(program.sendNumbers, 1, MESSAGES))
})

test.serial('nor do fractions that are new each time', async (t) => {
  await using runtime = await launchTwo()
  await runtime.run(program.sendFractions, 1, WARM_UP)
  await few(t, runtime, () => runtime.run(program.sendFractions, 1, MESSAGES))
})

test.serial('nor if both cores send five million at once', async (t) => {
  await using runtime = await launchTwo()
  const both = async (count: number): Promise<void> => {
    await Promise.all([
      runtime.runWith({ core: 0 }, program.sendNumbers, 1, count),
      runtime.runWith({ core: 1 }, program.sendNumbers, 0, count),
    ])
  }
  await both(WARM_UP)
  await few(t, runtime, () => both(MESSAGES / 2))
})

test.serial('one small object per message is noticed, on either end', async (t) => {
  await using runtime = await launchTwo()
  await runtime.run(program.sendAndKeep, 1, WARM_UP)
  const found = await counted(runtime, () => runtime.run(program.sendAndKeep, 1, MESSAGES))
  t.log(`collections: ${found.join(' and ')}`)
  for (const count of found) t.true(count > 2 * FEW, `${count} collections`)
})
