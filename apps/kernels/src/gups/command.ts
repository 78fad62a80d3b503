/**
 * The command `gups`: rounds of updates, timed, and after them the comparison of the whole table
 * with that of a sequential run, element by element.
 */
import {
  parseCount,
  plural,
  rate,
  whole,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type NewCommand,
  type Outcome,
  type RunProblem,
} from '@orujo/cli'
import {
  forall,
  free,
  globalArray,
  i32,
  onAllCores,
  u32,
  type Core,
  type Runtime,
} from '@orujo/core'
import { InvalidArgumentError } from 'commander'
import { KernelError } from '../kernel.ts'
import {
  countWrong,
  fillWord,
  updateBlocking,
  updateByCombining,
  updateByRemoteWords,
  updateOneWay,
  type Table,
} from './program.ts'
import { shiftFor, updateAll, wordAt, type Variant } from './reference.ts'

/** Words that are made, used and forgotten at a time, so that memory does not grow with them. */
const WORDS_PER_ROUND = 2 ** 22
/** Elements compared by one message. */
const COMPARED_AT_ONCE = 2 ** 15
/** Of 32-bit words less two, so that shifts stay within them and indexes are positive. */
const MAX_LOG_SIZE = 30
/** Beside the arrays, and for the part of the heap that arrays do not get. */
const SPARE_BYTES = 2 ** 24
/** The most that a core can have. */
const MAX_HEAP_BYTES = 2 ** 32

const UPDATES = {
  1: updateByRemoteWords,
  2: updateBlocking,
  3: updateOneWay,
  4: updateByCombining,
} as const

const HELP = `
Variants, as in Grappa:
  1  fetch a word from the core where it lies, then fetch-and-add, both waited for
  2  words lie here, fetch-and-add, waited for
  3  words lie here, increments that nobody waits for
  4  the same with an exclusive or of the word

Example:
  npm run --silent gups -- --log-size 20 --updates 8000000 --variant 3 --cores 2 --json`

interface GupsOptions {
  readonly logSize: number
  readonly updates: number
  readonly variant: Variant
}

export function addGups(newCommand: NewCommand, run: RunProblem): void {
  newCommand('gups', 'updates of random elements of a table on all cores')
    .option('--log-size <n>', 'the table has 2^n elements', parseLogSize, 20)
    .option('--updates <count>', 'updates in all', parseCount, WORDS_PER_ROUND)
    .option('--variant <number>', '1 to 4', parseVariant, 3 as Variant)
    .addHelpText('after', HELP)
    .action((options: GupsOptions & ProblemOptions) => run(gups(options), options))
}

function parseLogSize(text: string): number {
  const value = parseCount(text)
  if (value <= MAX_LOG_SIZE) return value
  throw new InvalidArgumentError(`It must be at most ${MAX_LOG_SIZE}.`)
}

function parseVariant(text: string): Variant {
  const value = parseCount(text)
  if (value === 1 || value === 2 || value === 3 || value === 4) return value
  throw new InvalidArgumentError('It must be 1, 2, 3 or 4.')
}

function gups(options: GupsOptions): Problem {
  return {
    kind: 'kernel',
    name: 'gups',
    program: new URL('./program.js', import.meta.url),
    heapBytes: (cores) => heapBytes(options.logSize, cores),
    solve: (runtime, context) => solve(runtime, options, context),
  }
}

/** Twice what the arrays take, because memory is dealt out in powers of two, and some to spare. */
function heapBytes(logSize: number, cores: number): number {
  const arrayBytes = 4 * (2 ** logSize + WORDS_PER_ROUND)
  const bytes = 2 ** Math.ceil(Math.log2((2 * arrayBytes) / cores + SPARE_BYTES))
  if (bytes <= MAX_HEAP_BYTES) return bytes
  throw new KernelError(
    `a table of 2^${logSize} elements does not fit ${plural(cores, 'core')}: use more`,
  )
}

/** Seconds that the rounds took, and the table that they must have led to. */
interface Rounds {
  seconds: number
  sequentialSeconds: number
  readonly expected: Int32Array
}

async function solve(
  { host }: Runtime,
  options: GupsOptions,
  context: ProblemContext,
): Promise<Outcome> {
  const { logSize, updates, variant } = options
  const table = await globalArray(host, i32, 2 ** logSize)
  const rounds = { seconds: 0, sequentialSeconds: 0, expected: new Int32Array(2 ** logSize) }
  for (let done = 0; done < updates;) {
    const count = Math.min(WORDS_PER_ROUND, updates - done)
    await runRound(host, table, { first: done, count, options, rounds, context })
    done += count
    context.progress.update(done, updates)
  }
  const wrong = await compare(host, table, rounds.expected)
  const { seconds, sequentialSeconds } = rounds
  const updatesPerSecond = updates / seconds
  const sequentialUpdatesPerSecond = updates / sequentialSeconds
  return {
    figures: {
      variant,
      logSize,
      updates,
      seconds,
      updatesPerSecond,
      sequentialUpdatesPerSecond,
    },
    rows: [
      ['variant', String(variant)],
      ['table', `${whole(2 ** logSize)} elements`],
      ['updates', whole(updates)],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${rate(updatesPerSecond)} updates a second`],
      ['one plain loop', `${rate(sequentialUpdatesPerSecond)} updates a second`],
    ],
    fault: wrong === 0 ? undefined : `${whole(wrong)} elements differ from a sequential run`,
  }
}

/** One round of the words from `first` on: on all cores, then the same in a plain loop. */
async function runRound(
  host: Core,
  table: Table,
  round: {
    readonly first: number
    readonly count: number
    readonly options: GupsOptions
    readonly rounds: Rounds
    readonly context: ProblemContext
  },
): Promise<void> {
  const { first, count, rounds } = round
  const { logSize, variant } = round.options
  const { nowMs } = round.context
  const words = await globalArray(host, u32, count)
  await forall(host, words, fillWord, words, first)
  const start = nowMs()
  await host.finish((inner) => onAllCores(inner, UPDATES[variant], words, table, shiftFor(logSize)))
  rounds.seconds += (nowMs() - start) / 1000
  await free(host, words)
  const plain = Uint32Array.from({ length: count }, (_, i) => wordAt(first + i))
  const plainStart = nowMs()
  updateAll(rounds.expected, plain, variant)
  rounds.sequentialSeconds += (nowMs() - plainStart) / 1000
}

/** Elements that are not as expected, over all cores. */
async function compare(host: Core, table: Table, expected: Int32Array): Promise<number> {
  let wrong = 0
  for (let dst = 0; dst < host.cores; dst++) {
    const count = table.elementsOn(dst)
    for (let slot = 0; slot < count; slot += COMPARED_AT_ONCE) {
      const length = Math.min(COMPARED_AT_ONCE, count - slot)
      const part = Int32Array.from(
        { length },
        (_, i) => expected[table.globalIndex(dst, slot + i)]!,
      )
      wrong += await host.call(countWrong, dst, table, slot, part)
    }
  }
  return wrong
}
