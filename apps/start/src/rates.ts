/**
 * Rates: how often a second three numbers reach another thread, by Orujo and by its peers. Measured
 * in alternation, so that whatever the machine does it does to all of them.
 *
 * Means       a warm loop that does nothing else, both threads awake; medians of short rounds.
 * Not meant   a benchmark: that is bench/, with longer runs, spreads and hand-written baselines.
 */
import { availableParallelism } from 'node:os'
import { median, whole } from '@orujo/cli'
import { launch } from '@orujo/core'
import Table from 'cli-table3'
import { expectedSum, IN_FLIGHT, type Contender, type Discipline } from './contender.ts'
import { TourError } from './errors.ts'
import { figure } from './format.ts'
import { startLoad } from './load.ts'
import { orujoContenders } from './orujo-rates.ts'
import { openPeers } from './peers.ts'

/** Rounds before those that count; each fits better than the one before. */
const WARM_UPS = 5
const ROUNDS = 5
const ROUND_SECONDS = 0.08
/** A guess too low for everybody, so that first rounds are short. */
const FIRST_RATE = 3_000
/** So that sums stay exact, far more than any round needs. */
const MAX_COUNT = 2 ** 25
/** Hardware threads busy with other programs, beyond which the reader should know. */
const NOTEWORTHY_LOAD = 0.2

const DISCIPLINES: readonly (readonly [Discipline, string])[] = [
  ['one-way', 'one way, no answer'],
  ['in-flight', `${IN_FLIGHT} calls in flight`],
  ['one-by-one', 'one call at a time'],
]

interface Measured {
  readonly contender: Contender
  /** Calls a second, one figure a round, the guess and the warm-ups among them. */
  readonly rates: number[]
}

/** Measures everything; a table. Throws START_NOT_VERIFIED. */
export async function describeRates(): Promise<string> {
  await using runtime = await launch({
    program: new URL('./orujo-rates.js', import.meta.url),
    coresPerLocale: 2,
  })
  await using peers = await openPeers()
  const contenders = [...orujoContenders(runtime), ...peers.contenders]
  const measured = contenders.map((contender) => ({ contender, rates: [FIRST_RATE] }))
  const load = startLoad()
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    for (const { contender, rates } of measured) {
      const fitting = Math.ceil(rates.at(-1)! * ROUND_SECONDS)
      rates.push(await runVerified(contender, Math.min(MAX_COUNT, fitting)))
    }
  }
  return table(measured) + describeLoad(load.threadsBusyElsewhere())
}

/** Calls a second. */
async function runVerified(contender: Contender, count: number): Promise<number> {
  const { seconds, sum } = await contender.run(count)
  if (sum === expectedSum(count)) return count / seconds
  const found = `${count} calls gave ${sum} instead of ${expectedSum(count)}`
  throw new TourError('START_NOT_VERIFIED', `'${contender.name}' is wrong: ${found}`)
}

/** Threads that wait by spinning lose far more to a busy machine than threads that sleep. */
function describeLoad(threads: number): string {
  if (threads < NOTEWORTHY_LOAD) return ''
  const busy = `${figure(threads)} of ${availableParallelism()} hardware threads`
  return `  Other programs kept ${busy} busy meanwhile, which costs Orujo the most.\n`
}

/** One row a discipline, in each of whose cells is a line a contender, Orujo's first. */
function table(measured: readonly Measured[]): string {
  const lines = new Table({
    head: ['', 'by', 'a second', 'us each', 'Orujo is'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const [discipline, title] of DISCIPLINES) {
    const group = measured.filter(({ contender }) => contender.discipline === discipline)
    const rates = group.map((each) => median(each.rates.slice(-ROUNDS)))
    const [own = Number.NaN, ...others] = rates
    lines.push([
      title,
      group.map(({ contender }) => contender.name).join('\n'),
      rates.map(whole).join('\n'),
      rates.map((rate) => figure(1e6 / rate)).join('\n'),
      ['', ...others.map((rate) => `${figure(own / rate)} x as fast`)].join('\n'),
    ])
  }
  return `${lines.toString()}\n`
}
