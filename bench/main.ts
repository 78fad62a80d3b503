/**
 * Command line of the benchmarks.
 *
 *   npm run bench -- micro [--json FILE] [--only NAME,...] [--quick]
 *   npm run bench -- modes [--json FILE] [--only NAME,...] [--quick]
 *
 * A table on stdout, where and how it was measured on stderr. Cross-thread cases bring their own
 * trial loops, because mitata and tinybench time a function on the thread that calls it, and here
 * both clocks and work are on other threads; single-thread baselines use mitata.
 */
import { writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { Command } from 'commander'
import { describeEnvironment, findEnvironment, type Environment } from './harness/environment.ts'
import { busyElsewhere, readProcessorTimes, type ProcessorTimes } from './harness/load.ts'
import { measureFamily, type MeasureOptions } from './harness/measure.ts'
import { formatTable } from './harness/report.ts'
import { selectByName, selectFamilies, UnknownCaseError, type Family } from './harness/select.ts'
import { summarize, type Entry } from './harness/summary.ts'
import { FAMILIES } from './micro/catalogue.ts'
import { MODE_CASES } from './modes/catalogue.ts'
import { compareModes, type ModeComparison } from './modes/measure.ts'
import { describePlace, PLACES } from './modes/mode-case.ts'
import { describeWinners, formatModes, modeEntries } from './modes/report.ts'

const now = (): number => performance.now()
const FULL: MeasureOptions = { trials: 15, warmups: 3, scale: 1, now }
const QUICK: MeasureOptions = { trials: 10, warmups: 1, scale: 0.1, now }
const MODES_FULL: MeasureOptions = { trials: 10, warmups: 2, scale: 1, now }
const MODES_QUICK: MeasureOptions = { trials: 3, warmups: 1, scale: 0.1, now }

interface BenchOptions {
  readonly json?: string
  readonly only?: string[]
  readonly quick: boolean
}

async function runMicro({ json, only, quick }: BenchOptions): Promise<void> {
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
  console.log(formatTable(entries))
  reportLoad(before, environment)
  if (json !== undefined) await writeFile(json, JSON.stringify(entries, undefined, 2) + '\n')
}

async function runModes({ json, only, quick }: BenchOptions): Promise<void> {
  const cases = selectByName(MODE_CASES, only)
  const environment = findEnvironment()
  const options = quick ? MODES_QUICK : MODES_FULL
  console.error(describeEnvironment(environment))
  const before = readProcessorTimes()
  const comparisons: ModeComparison[] = []
  for (const one of cases) {
    for (const place of PLACES) {
      console.error(`measuring ${one.name} on ${describePlace(place)}`)
      comparisons.push(await compareModes(one, place, options))
    }
  }
  const entries = modeEntries(comparisons, environment)
  console.log(formatModes(entries))
  console.log(describeWinners(entries))
  reportLoad(before, environment)
  if (json !== undefined) await writeFile(json, JSON.stringify(entries, undefined, 2) + '\n')
}

function reportLoad(before: ProcessorTimes, { hardwareThreads }: Environment): void {
  const { user, system } = process.cpuUsage()
  const ownMs = (user + system) / 1000
  const others = busyElsewhere(before, readProcessorTimes(), ownMs, hardwareThreads)
  console.error(`other processes kept ${others.toFixed(2)} hardware threads busy meanwhile`)
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
  program
    .command('modes')
    .description('the same programs with delegates and with ownership, beside one thread')
    .option('--json <file>', 'also write the entries to a file, as a list')
    .option('--only <names>', 'these programs only, separated by commas', splitNames)
    .option('--quick', 'a tenth of the work and fewer trials: to see that it runs', false)
    .action(runModes)
  try {
    await program.parseAsync()
  } catch (error) {
    console.error(error instanceof UnknownCaseError ? error.message : error)
    process.exitCode = 1
  }
}

await main()
