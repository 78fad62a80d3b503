/**
 * Command line of the benchmarks.
 *
 *   npm run bench -- micro [--json FILE] [--only NAME,...] [--quick]
 *
 * A table on stdout, where and how it was measured on stderr. Cross-thread cases bring their own
 * trial loops, because mitata and tinybench time a function on the thread that calls it, and here
 * both clocks and work are on other threads; single-thread baselines use mitata.
 */
import { writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { Command } from 'commander'
import { describeEnvironment, findEnvironment } from './harness/environment.ts'
import { busyElsewhere, readProcessorTimes } from './harness/load.ts'
import { measureFamily, type MeasureOptions } from './harness/measure.ts'
import { formatTable } from './harness/report.ts'
import { selectFamilies, UnknownCaseError, type Family } from './harness/select.ts'
import { summarize, type Entry } from './harness/summary.ts'
import { FAMILIES } from './micro/catalogue.ts'

const now = (): number => performance.now()
const FULL: MeasureOptions = { trials: 15, warmups: 3, scale: 1, now }
const QUICK: MeasureOptions = { trials: 10, warmups: 1, scale: 0.1, now }

interface MicroOptions {
  readonly json?: string
  readonly only?: string[]
  readonly quick: boolean
}

async function runMicro({ json, only, quick }: MicroOptions): Promise<void> {
  const families = selectFamilies(FAMILIES, only)
  const environment = findEnvironment()
  const options = quick ? QUICK : FULL
  const { trials, warmups } = options
  console.error(describeEnvironment(environment))
  console.error(`${trials} trials after ${warmups} to warm up, a case and its baseline alternating`)
  const before = readProcessorTimes()
  const entries: Entry[] = []
  for (const family of families) {
    console.error(`measuring ${namesOf(family).join(', ')}`)
    const samples = await measureFamily(family, options)
    entries.push(...summarize(samples, (name) => only?.includes(name) ?? true, environment))
  }
  const { user, system } = process.cpuUsage()
  const ownMs = (user + system) / 1000
  const others = busyElsewhere(before, readProcessorTimes(), ownMs, environment.hardwareThreads)
  console.log(formatTable(entries))
  console.error(`other processes kept ${others.toFixed(2)} hardware threads busy meanwhile`)
  if (json !== undefined) await writeFile(json, JSON.stringify(entries, undefined, 2) + '\n')
}

function namesOf(family: Family): string[] {
  return family.map(({ name }) => name)
}

function splitNames(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

async function main(): Promise<void> {
  const program = new Command('bench').description('Benchmarks, each beside its baseline')
  program
    .command('micro')
    .description('one mechanism at a time: delegates, spawn, completion, loops, launch')
    .option('--json <file>', 'also write the entries to a file, as a list')
    .option('--only <names>', 'these cases only, separated by commas', splitNames)
    .option('--quick', 'a tenth of the work and fewer trials: to see that it runs', false)
    .action(runMicro)
  try {
    await program.parseAsync()
  } catch (error) {
    console.error(error instanceof UnknownCaseError ? error.message : error)
    process.exitCode = 1
  }
}

await main()
