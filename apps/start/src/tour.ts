/**
 * The tour: what `npm start` shows, in order, each part as soon as it is done. A part whose answer
 * is wrong throws, and nothing after it is shown.
 */
import { availableParallelism } from 'node:os'
import { wordNetPath } from '@orujo/cli'
import { launch, type Runtime } from '@orujo/core'
import { openWordNet, type WordNet } from '@orujo/graph'
import { describeChain, type Ends } from './chain.ts'
import { describeCounter } from './counter.ts'
import { rows } from './format.ts'
import { describeRates } from './rates.ts'
import { describeSearch, loadWordGraph } from './search.ts'
import type { TourTerminal } from './terminal.ts'
import { findWord } from './words.ts'

const LOCALES = 2
const CORES_PER_LOCALE = 2

const NEXT_STEPS = rows([
  ['npm start -- octopus piano', 'another chain'],
  ['npm run graph -- bfs --graph kronecker:18', 'a larger graph, or your own: --help'],
  ['npm run bench -- micro', 'more rates, and hand-written ones'],
  ['README.md', 'your first program, in 25 lines'],
])

/** Shows everything, with a chain from one word to the other. */
export async function runTour(from: string, to: string, terminal: TourTerminal): Promise<void> {
  const wordNet = await openWordNet(wordNetPath)
  // Before anything is started, so that a slip of the pen costs no time.
  const first = findWord(from, wordNet)
  const last = findWord(to, wordNet)
  await showLocales(wordNet, { first, last }, terminal)
  await show(
    terminal,
    'Three numbers to another thread: rates, all measured just now',
    describeRates,
  )
  await show(terminal, 'What to try next', () => NEXT_STEPS)
}

/** Everything that runs on cores of several locales. */
async function showLocales(
  wordNet: WordNet,
  { first, last }: Ends,
  terminal: TourTerminal,
): Promise<void> {
  const { nowMs } = terminal
  await using runtime = await launch({
    program: [
      import.meta.resolve('@orujo/graph/program'),
      new URL('./counter.js', import.meta.url),
    ],
    locales: LOCALES,
    coresPerLocale: CORES_PER_LOCALE,
  })
  await show(terminal, 'Orujo: many cores as one memory', () => describePlaces(runtime))
  const words = await loadWordGraph(runtime, wordNet, terminal)
  await show(terminal, `Breadth-first search over WordNet, from '${first.text}'`, () =>
    describeSearch(words, first.synsets[0]!, nowMs),
  )
  await show(terminal, `The shortest chain from '${first.text}' to '${last.text}'`, () =>
    describeChain(words, { first, last }, terminal),
  )
  await show(terminal, 'A counter in global memory, updated from all cores', () =>
    describeCounter(runtime, nowMs),
  )
}

async function show(
  { stdout, bold }: TourTerminal,
  title: string,
  describe: () => string | Promise<string>,
): Promise<void> {
  stdout.write(`\n${bold(title)}\n`)
  stdout.write(await describe())
}

function describePlaces({ cores, topology }: Runtime): string {
  const { locales, coresPerLocale } = topology
  const hardwareThreads = availableParallelism()
  return (
    `  ${cores} cores, a thread each, as ${locales} locales x ${coresPerLocale} cores; ` +
    `Node ${process.version}; ${hardwareThreads} hardware threads\n`
  )
}
