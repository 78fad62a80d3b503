/**
 * Scenarios: what tests have processes of their own do. Each leaves its process with nothing to do,
 * so that one that does not end shows what was left running.
 */
import { watch } from '@orujo/cli'
import { type LaunchOptions, OrujoError, type Runtime, launch } from '@orujo/core'
import * as work from './work.ts'

export { collected } from './collecting.ts'
export { cycles, speed } from './cycles.ts'
export { idleUsage } from './idle.ts'
export { talk, talkAndOccupy, talkAtOnce, talkToSlowReader } from './talking.ts'

const program = new URL('./work.js', import.meta.url)

type Options = Partial<LaunchOptions>

function launchTwo(options: Options = {}): Promise<Runtime> {
  return launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20, ...options })
}

/** Says 3 after a sum on core 1. */
export async function launchAndClose(options: Options = {}): Promise<number> {
  await using runtime = await launchTwo(options)
  return await runtime.host.call(work.add, 1, 1, 2)
}

/** Runs of one-way messages to core 1: what came of them there. */
export async function tallyOnOther(count: number): Promise<unknown> {
  await using runtime = await launchTwo()
  return await runtime.run(work.tallyOn, 1, count)
}

/** What `launch` rejects with. */
export async function launchRejection(options: Options): Promise<string> {
  try {
    await launchTwo(options)
    return 'it was launched'
  } catch (error) {
    return describe(error)
  }
}

/** Loses core 1 while a run depends on it, and lets everything lie. */
export async function loseCore(death: work.Death, options: Options = {}): Promise<string> {
  const runtime = await launchTwo(options)
  runtime.host.send(work.die, 1, death)
  try {
    await runtime.run(work.dependOn, 1)
    return 'it came'
  } catch (error) {
    return error instanceof OrujoError ? error.code : String(error)
  }
}

/** Does not close; ends the process with 11 if that still lives some time later. */
export async function forgetToClose(): Promise<void> {
  const runtime = await launchTwo()
  await runtime.run(work.answer, 1)
  AbortSignal.timeout(500).addEventListener('abort', () => process.exit(11))
}

/** Is interrupted while it waits for a run that is traced into `file`. */
export async function interruptTraced(file: string): Promise<void> {
  await using runtime = await launchTwo({ trace: file })
  const { stdout, stderr } = process
  const terminal = { stdout, stderr, isProgressWanted: false, nowMs: () => 0 }
  using _watching = watch(runtime, { trace: file, metrics: false }, terminal)
  const run = runtime.runWith({ core: 1 }, work.waitForEver)
  await runtime.host.call(work.place, 1)
  process.kill(process.pid, 'SIGINT')
  await run
}

function describe(error: unknown): string {
  return error instanceof OrujoError ? `${error.code} ${error.message}` : String(error)
}
