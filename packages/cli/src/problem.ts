/**
 * Problem: what work with an answer that can be checked looks like to the command line that runs
 * it.
 */
import type { Runtime } from '@orujo/core'
import type { Command } from 'commander'
import type { Progress } from './progress.ts'
import type { WatchOptions } from './watching.ts'

/** Options that every problem has, as parsed. */
export interface ProblemOptions extends WatchOptions {
  readonly locales: number
  /** Cores in each locale. */
  readonly cores?: number
  readonly json: boolean
}

/** What was found out, for programs and for people. */
export interface Outcome {
  /** Fields of the JSON object. */
  readonly figures: Readonly<Record<string, unknown>>
  /** Lines of the table. */
  readonly rows: readonly (readonly [label: string, value: string])[]
  /** What is wrong with the answer, if it is wrong. */
  readonly fault: string | undefined
}

/** Work to be done, its size settled. */
export interface Problem {
  /** What the report calls it, such as 'kernel'. */
  readonly kind: string
  readonly name: string
  /** Modules that export its definitions. */
  readonly program: URL | readonly (URL | string)[]
  /** Of global heap that each of so many cores needs; undefined if the default will do. */
  readonly heapBytes?: (cores: number) => number
  /** Of these, bytes for arrays; undefined if the default will do. */
  readonly sharedBytes?: number
  /** Does the work and checks the answer. */
  solve(runtime: Runtime, context: ProblemContext): Promise<Outcome>
}

/** What a problem is given of the outside world. */
export interface ProblemContext {
  readonly nowMs: () => number
  readonly progress: Progress
}

/** Runs a problem on cores as the options say and reports. Throws WrongAnswerError. */
export type RunProblem = (problem: Problem, options: ProblemOptions) => Promise<void>

/** Makes a command with the common options. */
export type NewCommand = (name: string, description: string) => Command

/** Adds the command of one problem. */
export type AddProblem = (newCommand: NewCommand, run: RunProblem) => void
