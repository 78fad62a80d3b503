/**
 * Kernel: what a problem with a known answer looks like to the command line that runs it.
 */
import type { Progress, WatchOptions } from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import type { Command } from 'commander'

/** Options that every kernel has, as parsed. */
export interface KernelOptions extends WatchOptions {
  readonly locales: number
  /** Cores in each locale. */
  readonly cores?: number
  readonly json: boolean
}

/** What a kernel found out, for programs and for people. */
export interface Outcome {
  /** Fields of the JSON object. */
  readonly figures: Readonly<Record<string, string | number>>
  /** Lines of the table. */
  readonly rows: readonly (readonly [label: string, value: string])[]
  /** What is wrong with the answer, if it is wrong. */
  readonly fault: string | undefined
}

/** A problem, its size settled. */
export interface Kernel {
  readonly name: string
  /** Module that exports its definitions. */
  readonly program: URL
  /** Of global heap that each of so many cores needs; undefined if the default will do. */
  readonly heapBytes?: (cores: number) => number
  /** Solves the problem and checks the answer. */
  solve(runtime: Runtime, context: KernelContext): Promise<Outcome>
}

/** What a kernel is given of the outside world. */
export interface KernelContext {
  readonly nowMs: () => number
  readonly progress: Progress
}

/** Runs a kernel on cores as the options say and reports. Throws WrongAnswerError. */
export type RunKernel = (kernel: Kernel, options: KernelOptions) => Promise<void>

/** Makes a command with the common options. */
export type NewCommand = (name: string, description: string) => Command

/** Adds the command of one kernel. */
export type AddKernel = (newCommand: NewCommand, run: RunKernel) => void

/** A problem that cannot be solved as asked. Its message is for the user. */
export class KernelError extends Error {
  readonly code = 'KERNEL_REFUSED'

  constructor(message: string) {
    super(message)
    this.name = 'KernelError'
  }
}
