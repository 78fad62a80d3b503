/**
 * Running a problem: cores for it, a bar while it works, and a report, as JSON for programs or as a
 * table for people.
 */
import { launch, type Topology } from '@orujo/core'
import Table from 'cli-table3'
import { availableParallelism } from 'node:os'
import { plural } from './figures.ts'
import type { Outcome, Problem, ProblemOptions } from './problem.ts'
import { startProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { watch, watchLaunch } from './watching.ts'
import { WrongAnswerError } from './wrong-answer.ts'

/** Solves, reports, and throws WrongAnswerError if the answer was wrong. */
export async function runProblem(
  problem: Problem,
  options: ProblemOptions,
  terminal: Terminal,
): Promise<void> {
  const { locales } = options
  const coresPerLocale = options.cores ?? Math.max(1, Math.floor(availableParallelism() / locales))
  const heapBytes = problem.heapBytes?.(locales * coresPerLocale)
  const { sharedBytes } = problem
  await using runtime = await launch({
    program: problem.program,
    locales,
    coresPerLocale,
    ...(heapBytes === undefined ? {} : { heapBytes }),
    ...(sharedBytes === undefined ? {} : { sharedBytes }),
    ...watchLaunch(options),
  })
  using _watching = watch(runtime, options, terminal)
  const { nowMs } = terminal
  using progress = startProgress(problem.name, terminal.isProgressWanted && !options.json, terminal)
  const outcome = await problem.solve(runtime, { nowMs, progress })
  progress[Symbol.dispose]() // before anything is printed; safe to repeat
  const { topology } = runtime
  const report = options.json ? jsonOf : tableOf
  terminal.stdout.write(`${report(problem, topology, outcome)}\n`)
  if (outcome.fault !== undefined) throw new WrongAnswerError(outcome.fault)
}

function jsonOf({ kind, name }: Problem, topology: Topology, { figures, fault }: Outcome): string {
  const { locales, coresPerLocale } = topology
  const verified = fault === undefined
  return JSON.stringify({ [kind]: name, ...figures, verified, locales, coresPerLocale })
}

function tableOf({ kind, name }: Problem, topology: Topology, { rows, fault }: Outcome): string {
  const { locales, coresPerLocale } = topology
  const table = new Table({ style: { head: [], border: [] } })
  const cores = `${plural(locales, 'locale')} x ${plural(coresPerLocale, 'core')}`
  table.push({ [kind]: name }, { cores })
  for (const [label, value] of rows) table.push({ [label]: value })
  table.push({ verified: fault === undefined ? 'yes' : 'NO' })
  return table.toString()
}
