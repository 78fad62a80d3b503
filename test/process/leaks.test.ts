/** Launching and closing, over and over, leaves nothing behind; and neither takes long. */
import test from 'ava'
import { resultOf } from '../support/child.ts'
import { type CycleReport, LIMIT, type Speed } from '../support/programs/process/cycles.ts'

/** As many as fit the normal suite; the stress suite goes on to 100. */
const CYCLES = 20

/** Growth of the resident memory that says nothing about a leak: arenas of the allocator. */
const SLACK_MIB = 60

test.serial(
  `${CYCLES} launches and closes leave no thread, handle, listener or memory`,
  async (t) => {
    const report = await resultOf<CycleReport>('cycles', [CYCLES], { flags: ['--expose-gc'] })
    t.is(report.threads, report.threadsBefore)
    t.deepEqual(report.resources, report.resourcesBefore)
    t.deepEqual(report.listeners, report.listenersBefore)
    t.true(report.grownMiB < SLACK_MIB, `${report.grownMiB} MiB more`)
    t.true(report.sharedMiB < 64, `${report.sharedMiB} MiB of buffers are held`)
  },
)

test.serial('so does a process that loses a core each time', async (t) => {
  const report = await resultOf<CycleReport>('cycles', [5, true], { flags: ['--expose-gc'] })
  t.is(report.threads, report.threadsBefore)
  t.deepEqual(report.resources, report.resourcesBefore)
  t.deepEqual(report.listeners, report.listenersBefore)
})

test.serial('launching two cores and closing them takes no longer than it may', async (t) => {
  const { launchMs, closeMs } = await resultOf<Speed>('speed', [10])
  t.true(launchMs < LIMIT.launchMs, `launch: ${launchMs} ms`)
  t.true(closeMs < LIMIT.closeMs, `close: ${closeMs} ms`)
})
