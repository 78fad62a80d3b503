/**
 * Runtime case: a case whose work is a task on core 0 of a runtime, by default of one locale with
 * two cores. Each case has a runtime of its own, so that no other case has shaped its compiled
 * code; an idle runtime uses no CPU, so they do not disturb each other.
 */
import { launch, type LaunchOptions, type Task } from '@orujo/core'
import { scaled, verify, type Better, type MicroCase } from '../harness/case.ts'

export const CORES = 2

/** What the task of a trial answers. */
export interface Timed {
  /** From the first operation until the last is known to be finished, by the clock of core 0. */
  readonly seconds: number
  /** What the receivers made of all arguments. */
  readonly sum: number
}

export interface RuntimeCaseOptions {
  readonly name: string
  readonly unit: string
  readonly better: Better
  /** Without one the case is nothing but a baseline. */
  readonly baseline?: string
  /** Module of the definitions: `import.meta.url` of the case. */
  readonly program: string
  /** In each locale. Default: CORES. */
  readonly cores?: number
  /** Default: 1. */
  readonly locales?: number
  /** Whether the program needs the definitions of ownership. Default: false. */
  readonly isOwning?: boolean
  readonly stealing?: LaunchOptions['stealing']
  /** Does `count` operations and says how long they took. */
  readonly task: Task<[count: number], Timed>
  /** Operations of a full trial; a multiple of `step`, as those of a scaled trial will be. */
  readonly count: number
  readonly step?: number
  /** The sum that `count` operations must give. */
  expectedSum(count: number): number
  figure(count: number, seconds: number): number
}

export function runtimeCase(options: RuntimeCaseOptions): MicroCase {
  const { name, unit, better, baseline, cores = CORES, step = 1 } = options
  const { stealing = 'all', locales = 1, isOwning = false } = options
  const ownership = isOwning ? [import.meta.resolve('@orujo/ownership/program')] : []
  const program = [options.program, ...ownership]
  return {
    name,
    unit,
    better,
    ...(baseline === undefined ? {} : { baseline }),
    async open() {
      const runtime = await launch({ program, locales, coresPerLocale: cores, stealing })
      return {
        async trial(scale) {
          const count = scaled(options.count / step, scale) * step
          const { seconds, sum } = await runtime.run(options.task, count)
          verify(name, sum, options.expectedSum(count))
          return options.figure(count, seconds)
        },
        close: () => runtime.close(),
      }
    },
  }
}

/** Adds `value` to the double at index `at` of this core's heap: what the bodies here do. */
export function addAt(core: HeapHolder, at: number, value: number): void {
  core.memory.heap!.f64[at]! += value
}

/** The part of a core that `addAt` needs. */
interface HeapHolder {
  readonly memory: { readonly heap: { readonly f64: Float64Array } | undefined }
}
