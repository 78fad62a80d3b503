/**
 * Running a kernel: cores for it, a bar while it works, and a report, as JSON for programs or as a
 * table for people.
 */
import {
  plural,
  startProgress,
  watch,
  watchLaunch,
  WrongAnswerError,
  type Terminal,
} from '@orujo/cli'
import { launch, type Topology } from '@orujo/core'
import Table from 'cli-table3'
import { availableParallelism } from 'node:os'
import type { Kernel, KernelOptions, Outcome } from './kernel.ts'

/** Solves, reports, and throws WrongAnswerError if the answer was wrong. */
export async function runKernel(
  kernel: Kernel,
  options: KernelOptions,
  terminal: Terminal,
): Promise<void> {
  const { locales } = options
  const coresPerLocale = options.cores ?? Math.max(1, Math.floor(availableParallelism() / locales))
  const heapBytes = kernel.heapBytes?.(locales * coresPerLocale)
  await using runtime = await launch({
    program: kernel.program,
    locales,
    coresPerLocale,
    ...(heapBytes === undefined ? {} : { heapBytes }),
    ...watchLaunch(options),
  })
  using _watching = watch(runtime, options, terminal)
  const { nowMs } = terminal
  using progress = startProgress(kernel.name, terminal.isProgressWanted && !options.json, terminal)
  const outcome = await kernel.solve(runtime, { nowMs, progress })
  progress[Symbol.dispose]() // before anything is printed; safe to repeat
  const { topology } = runtime
  const report = options.json ? jsonOf : tableOf
  terminal.stdout.write(`${report(kernel, topology, outcome)}\n`)
  if (outcome.fault !== undefined) throw new WrongAnswerError(outcome.fault)
}

function jsonOf({ name }: Kernel, topology: Topology, { figures, fault }: Outcome): string {
  const { locales, coresPerLocale } = topology
  const verified = fault === undefined
  return JSON.stringify({ kernel: name, ...figures, verified, locales, coresPerLocale })
}

function tableOf({ name }: Kernel, topology: Topology, { rows, fault }: Outcome): string {
  const { locales, coresPerLocale } = topology
  const table = new Table({ style: { head: [], border: [] } })
  const cores = `${plural(locales, 'locale')} x ${plural(coresPerLocale, 'core')}`
  table.push({ kernel: name }, { cores })
  for (const [label, value] of rows) table.push({ [label]: value })
  table.push({ verified: fault === undefined ? 'yes' : 'NO' })
  return table.toString()
}
