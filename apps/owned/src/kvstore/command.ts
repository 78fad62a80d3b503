/**
 * The command `kvstore`: a run of operations on the cores, timed, and the same operations one after
 * the other on one array, which says what every record must be.
 */
import {
  parseWhole,
  rate,
  whole,
  type NewCommand,
  type Outcome,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type RunProblem,
} from '@orujo/cli'
import { free, onAllCores, symmetricObject, type Core, type Runtime } from '@orujo/core'
import { InvalidArgumentError, Option } from 'commander'
import { appOf, countUpTo, wholeUpTo } from '../app.ts'
import { addCounts } from '../store-counts.ts'
import { BUCKET_RECORDS, BUCKET_WORDS, Buckets } from './buckets.ts'
import type { Clients, ClientReport, Desks } from './client.ts'
import {
  closeBuckets,
  countWrong,
  dropBuckets,
  fillBuckets,
  makeClient,
  makeDesk,
  openBuckets,
  runByDelegates,
  runByOwnership,
} from './program.ts'
import {
  initialRecords,
  makeOperations,
  RECORD_WORDS,
  replay,
  type Tally,
  type Workload,
} from './workload.ts'

const MAX_KEYS = 2 ** 24
const MAX_OPERATIONS = 2 ** 27
/** Buckets compared by one message. */
const COMPARED_AT_ONCE = 2 ** 11
/** Steps of the progress bar. */
const STEPS = 4

const HELP = `
Reads and writes of records of 32 bytes, in buckets of ${BUCKET_RECORDS}, by all cores.
Which keys: by YCSB's scrambled Zipf distribution.

Modes:
  ownership  who reads a bucket borrows it, and keeps a copy; its owner writes it
  delegate   every operation is a delegate at the core that has the record

Example:
  npm run --silent kvstore -- --keys 100000 --operations 1000000 --mix 90 --cores 2 --json`

type Mode = 'ownership' | 'delegate'

interface KvStoreOptions extends Workload {
  readonly mode: Mode
}

export function addKvStore(newCommand: NewCommand, run: RunProblem): void {
  newCommand('kvstore', 'a key-value store under the load of YCSB')
    .option('--keys <count>', 'records', countUpTo(MAX_KEYS), 100_000)
    .option('--operations <count>', 'reads and writes in all', countUpTo(MAX_OPERATIONS), 1_000_000)
    .option('--mix <percent>', 'operations of 100 that read', wholeUpTo(100), 90)
    .option(
      '--zipf <theta>',
      'how uneven keys are chosen, 0 up to, not including, 1',
      parseTheta,
      0.99,
    )
    .addOption(new Option('--mode <mode>').choices(['ownership', 'delegate']).default('ownership'))
    .option('--seed <number>', 'for the operations', parseWhole, 1)
    .addHelpText('after', HELP)
    .action((options: KvStoreOptions & ProblemOptions) => run(kvStore(options), options))
}

function parseTheta(text: string): number {
  const value = Number(text)
  if (/^[\d.]+$/.test(text) && value >= 0 && value < 1) return value
  throw new InvalidArgumentError('It must be 0 or more, and less than 1.')
}

function kvStore(options: KvStoreOptions): Problem {
  return appOf('kvstore', {
    program: new URL('./program.js', import.meta.url),
    ownedBytes: Math.ceil(options.keys / BUCKET_RECORDS) * BUCKET_WORDS * 8,
    solve: (runtime, context) => solve(runtime, options, context),
  })
}

async function solve(
  { host }: Runtime,
  options: KvStoreOptions,
  context: ProblemContext,
): Promise<Outcome> {
  const { keys, operations, mix, zipf, seed, mode } = options
  const workload: Workload = { keys, operations, mix, zipf, seed }
  const { progress } = context
  const desks = await symmetricObject(host, makeDesk)
  await onAllCores(host, fillBuckets, desks, keys)
  progress.update(1, STEPS)
  const clients = await symmetricObject(host, makeClient, workload)
  progress.update(2, STEPS)
  const run = mode === 'ownership' ? timeOwnership : timeDelegates
  const { reports, seconds } = await run(host, desks, clients, context.nowMs)
  progress.update(3, STEPS)
  const sequential = replayHere(workload, context.nowMs)
  const wrong = await compare(host, desks, sequential.records, keys)
  progress.update(STEPS, STEPS)
  await onAllCores(host, dropBuckets, desks)
  await free(host, clients)
  await free(host, desks)
  return outcome(options, { reports, seconds, wrong, sequential })
}

interface Timed {
  readonly reports: readonly ClientReport[]
  readonly seconds: number
}

async function timeOwnership(
  host: Core,
  desks: Desks,
  clients: Clients,
  nowMs: () => number,
): Promise<Timed> {
  const start = nowMs()
  const reports = await onAllCores(host, runByOwnership, desks, clients)
  return { reports, seconds: (nowMs() - start) / 1000 }
}

async function timeDelegates(
  host: Core,
  desks: Desks,
  clients: Clients,
  nowMs: () => number,
): Promise<Timed> {
  await onAllCores(host, openBuckets, desks, clients)
  const start = nowMs()
  const reports = await onAllCores(host, runByDelegates, clients)
  const seconds = (nowMs() - start) / 1000
  await onAllCores(host, closeBuckets, clients)
  return { reports, seconds }
}

/** What the same operations, one after the other, lead to. */
interface Sequential {
  readonly records: Float64Array
  readonly tally: Tally
  readonly seconds: number
}

function replayHere(workload: Workload, nowMs: () => number): Sequential {
  const operations = makeOperations(workload, 0, workload.operations)
  // Whole buckets, as on the cores.
  const records = initialRecords(Math.ceil(workload.keys / BUCKET_RECORDS) * BUCKET_RECORDS)
  const start = nowMs()
  const tally = replay(records, operations)
  return { records, tally, seconds: (nowMs() - start) / 1000 }
}

/** Words of all buckets that are not as in the sequential run. */
async function compare(
  host: Core,
  desks: Desks,
  records: Float64Array,
  keys: number,
): Promise<number> {
  const layout = new Buckets(keys, host.cores)
  let wrong = 0
  for (let home = 0; home < host.cores; home++) {
    const count = layout.count(home)
    for (let slot = 0; slot < count; slot += COMPARED_AT_ONCE) {
      const expected = new Float64Array(Math.min(COMPARED_AT_ONCE, count - slot) * BUCKET_WORDS)
      for (let i = 0; i < expected.length / BUCKET_WORDS; i++) {
        const first = layout.firstKey(home, slot + i) * RECORD_WORDS
        expected.set(records.subarray(first, first + BUCKET_WORDS), i * BUCKET_WORDS)
      }
      wrong += await host.call(countWrong, home, desks, slot, expected)
    }
  }
  return wrong
}

function outcome(
  { keys, operations, mix, zipf, mode }: KvStoreOptions,
  { reports, seconds, wrong, sequential }: Timed & { wrong: number; sequential: Sequential },
): Outcome {
  const sum = (of: (report: ClientReport) => number) =>
    reports.reduce((all, one) => all + of(one), 0)
  const reads = sum((report) => report.reads)
  const writes = sum((report) => report.writes)
  const torn = sum((report) => report.torn)
  const { fetches, moves } = addCounts(reports)
  const operationsPerSecond = operations / seconds
  const sequentialOperationsPerSecond = operations / sequential.seconds
  const copies = { hits: mode === 'ownership' ? reads - fetches : 0, fetches, moves }
  const rates = { operationsPerSecond, sequentialOperationsPerSecond }
  const isAsked = reads === sequential.tally.reads && writes === sequential.tally.writes
  return {
    figures: { mode, keys, operations, mix, zipf, reads, writes, seconds, ...rates, ...copies },
    rows: [
      ['mode', mode],
      ['keys', whole(keys)],
      ['operations', `${whole(reads)} reads, ${whole(writes)} writes`],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${rate(operationsPerSecond)} operations a second`],
      ['one loop, one thread', `${rate(sequentialOperationsPerSecond)} a second`],
      ['reads without a fetch', `${whole(copies.hits)}; with one: ${whole(fetches)}`],
    ],
    fault: describeFault({ wrong, torn, isAsked }),
  }
}

function describeFault(found: { wrong: number; torn: number; isAsked: boolean }) {
  if (found.wrong > 0) return `${found.wrong} words of records differ from a sequential run`
  if (found.torn > 0) return `${found.torn} records were read in the middle of a write`
  return found.isAsked ? undefined : 'operations were lost, or done twice'
}
