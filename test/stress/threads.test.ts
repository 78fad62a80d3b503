/**
 * Eight cores on threads do random work, several mains at once, for as long as asked: every answer
 * is verified, every one-way message is counted, and whatever hangs is an error that says what each
 * core waits for. ORUJO_STRESS_SECONDS says how long; ORUJO_STRESS_SEED where the seeds begin.
 */
import test from 'ava'
import { type Runtime, launch } from '@orujo/core'
import { resultOf } from '../support/child.ts'
import { inTime } from '../support/deadline.ts'
import type { CycleReport } from '../support/programs/process/cycles.ts'
import * as program from '../support/programs/process/mixture.ts'

const url = new URL('../support/programs/process/mixture.js', import.meta.url)

const SECONDS = Number(process.env['ORUJO_STRESS_SECONDS'] ?? 300)
const FIRST_SEED = Number(process.env['ORUJO_STRESS_SEED'] ?? 1)
const MAINS = 3
const STEPS = 30

/** Far longer than a round takes on the busiest machine. */
const ROUND_MS = 60_000
/** A core that goes on answers by then, however busy it is. */
const ANSWER_MS = 5000

async function rounds(runtime: Runtime, seed: number): Promise<void> {
  const seeds = Array.from({ length: MAINS }, (_, main) => seed * MAINS + main)
  const runs = seeds.map((each) => runtime.runWith({ core: each % 8 }, program.round, each, STEPS))
  try {
    await inTime('the round', Promise.all(runs), ROUND_MS)
  } catch (cause) {
    throw new Error(`with seed ${seed}: ${String(cause)}\n${await describeAll(runtime)}`, { cause })
  }
  const [begun, arrived] = await inTime('the balance', runtime.run(program.balance), ROUND_MS)
  if (begun !== arrived) {
    throw new Error(`with seed ${seed}: ${begun} messages were sent, ${arrived} arrived`)
  }
}

async function describeAll(runtime: Runtime): Promise<string> {
  const lines = Array.from({ length: runtime.cores }, async (_, core) => {
    try {
      return await inTime('no answer', runtime.host.call(program.describeHere, core), ANSWER_MS)
    } catch (error) {
      return `core ${core}: ${String(error)}`
    }
  })
  const { messages } = runtime.metrics()
  return [...(await Promise.all(lines)), 'messages:', ...messages.map((row) => row.join(' '))].join(
    '\n',
  )
}

for (const shape of [
  { locales: 1, coresPerLocale: 8 },
  { locales: 4, coresPerLocale: 2, ringBytes: 2 ** 13 },
]) {
  const { locales, coresPerLocale } = shape
  const seconds = SECONDS / 2
  test.serial(`${locales} x ${coresPerLocale} cores work at random for ${seconds} s`, async (t) => {
    t.timeout(2 * seconds * 1000 + 120_000)
    await using runtime = await launch({ ...shape, program: url, heapBytes: 2 ** 20 })
    const end = performance.now() + seconds * 1000
    let seed = FIRST_SEED
    while (performance.now() < end) await rounds(runtime, seed++)
    t.log(`${seed - FIRST_SEED} rounds, seeds ${FIRST_SEED} to ${seed - 1}`)
    t.true(seed > FIRST_SEED)
  })
}

test.serial('100 launches and closes leave no thread, handle, listener or memory', async (t) => {
  t.timeout(300_000)
  const options = { flags: ['--expose-gc'], deadlineMs: 250_000 }
  const report = await resultOf<CycleReport>('cycles', [100], options)
  t.is(report.threads, report.threadsBefore)
  t.deepEqual(report.resources, report.resourcesBefore)
  t.deepEqual(report.listeners, report.listenersBefore)
  t.true(report.grownMiB < 60, `${report.grownMiB} MiB more`)
})
