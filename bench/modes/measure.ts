/**
 * Measure: runs a program in both modes on one place, trial by trial in alternation, beside the
 * program for one thread. Each mode has a runtime of its own; an idle one uses no CPU.
 *
 * Invariants  every answer is compared with that of one thread before its figures count.
 * Ownership   closes every runtime that was started, on failure too.
 */
import { launch, type Runtime } from '@orujo/core'
import { scaled, WrongAnswerError } from '../harness/case.ts'
import { nextScale, type MeasureOptions } from '../harness/measure.ts'
import { median } from '../harness/summary.ts'
import { MODES, type Mode, type ModeCase, type Outcome, type Place } from './mode-case.ts'

/** What one operation of a mode costs, in the median of the trials. */
export interface ModeFigures {
  readonly mode: Mode
  readonly nanoseconds: number
  readonly min: number
  readonly max: number
  readonly messages: number
  readonly bytes: number
  /** Copies fetched to be read. */
  readonly copies: number
  /** Objects fetched to be written, which live there then. */
  readonly moves: number
  /** Shared borrows of a copy that was there. */
  readonly hits: number
}

export interface ModeComparison {
  readonly name: string
  readonly operation: string
  readonly place: Place
  /** Nanoseconds for one operation in one thread. */
  readonly plain: number
  readonly modes: readonly ModeFigures[]
}

interface Opened {
  readonly mode: Mode
  readonly runtime: Runtime
  readonly trials: ModeFigures[]
  scale: number
}

export async function compareModes(
  one: ModeCase,
  place: Place,
  options: MeasureOptions,
): Promise<ModeComparison> {
  const opened: Opened[] = []
  try {
    for (const mode of MODES) opened.push(await open(one, mode, place, options.scale))
    const runPlain = one.openPlain()
    const plains: number[] = []
    for (let round = 0; round < options.warmups + options.trials; round++) {
      const isCounted = round >= options.warmups
      const count = scaled(one.counts.delegate, options.scale)
      const plain = await runPlain(count)
      if (isCounted) plains.push((plain.seconds * 1e9) / count)
      for (const each of opened) await runTrial(one, runPlain, each, { ...options, isCounted })
    }
    const { name, operation } = one
    const modes = opened.map(({ trials }) => middleOf(trials))
    return { name, operation, place, plain: median(plains), modes }
  } finally {
    // As in the harness: one that fails to close must not keep the others open.
    await Promise.allSettled(opened.map(({ runtime }) => runtime.close()))
  }
}

async function open(one: ModeCase, mode: Mode, place: Place, scale: number): Promise<Opened> {
  const runtime = await launch({
    program: [...one.program, import.meta.resolve('@orujo/ownership/program')],
    locales: place.locales,
    coresPerLocale: place.cores,
  })
  return { mode, runtime, trials: [], scale }
}

async function runTrial(
  one: ModeCase,
  plain: ReturnType<ModeCase['openPlain']>,
  each: Opened,
  options: MeasureOptions & { readonly isCounted: boolean },
): Promise<void> {
  const count = scaled(one.counts[each.mode], each.scale)
  const { answer } = await plain(count)
  const start = options.now()
  const outcome = await each.runtime.run(one.tasks[each.mode], count)
  each.scale = nextScale(each.scale, options.now() - start, options.scale)
  verifyAnswer(one, each.mode, outcome.answer, answer)
  if (options.isCounted) each.trials.push(figuresOf(each.mode, outcome, count))
}

function verifyAnswer(one: ModeCase, mode: Mode, found: number, expected: number): void {
  const { name, tolerance = 0 } = one
  if (Math.abs(found - expected) <= tolerance * Math.abs(expected)) return
  throw new WrongAnswerError(`${name}, ${mode}: expected the answer ${expected}, found ${found}`)
}

function figuresOf(mode: Mode, { cost }: Outcome, count: number): ModeFigures {
  const nanoseconds = (cost.seconds * 1e9) / count
  const copies = cost.fetches - cost.moves
  return {
    mode,
    nanoseconds,
    min: nanoseconds,
    max: nanoseconds,
    messages: cost.messages / count,
    bytes: cost.bytes / count,
    copies: copies / count,
    moves: cost.moves / count,
    hits: cost.hits / count,
  }
}

/** Each figure by itself: the trials differ in time, hardly in what they send. */
function middleOf(trials: readonly ModeFigures[]): ModeFigures {
  const middle = (figure: (one: ModeFigures) => number): number => median(trials.map(figure))
  return {
    mode: trials[0]!.mode,
    nanoseconds: middle((one) => one.nanoseconds),
    min: Math.min(...trials.map((one) => one.nanoseconds)),
    max: Math.max(...trials.map((one) => one.nanoseconds)),
    messages: middle((one) => one.messages),
    bytes: middle((one) => one.bytes),
    copies: middle((one) => one.copies),
    moves: middle((one) => one.moves),
    hits: middle((one) => one.hits),
  }
}
