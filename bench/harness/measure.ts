/**
 * Measure: runs the trials of a family of cases alternately, so that whatever the machine does to
 * one of them (frequency, neighbours, memory) it does to those that it is compared with.
 *
 * Ordering    each round runs every case once; odd rounds run backwards, so that no case always
 *             follows the same one. Rounds of warm-up come first and are thrown away.
 * Bounds      a trial that took longer than LONG_MS makes the next of its case smaller: on a busy
 *             machine spinning threads can be a hundred times slower, and a run must end anyway.
 * Ownership   closes every subject that was opened, on failure too.
 */
import type { MicroCase, Subject } from './case.ts'

/** Well above what a trial takes on a free machine, 50 to 300 ms. */
const LONG_MS = 500

export interface MeasureOptions {
  /** Rounds that count. */
  readonly trials: number
  /** Rounds before them. */
  readonly warmups: number
  /** Factor on the work of a trial, unless trials take too long. */
  readonly scale: number
  /** Milliseconds by a steady clock. */
  readonly now: () => number
}

/** The figures of one case, a trial each, in the order of the trials. */
export interface Samples {
  readonly case: MicroCase
  readonly figures: readonly number[]
}

interface Opened {
  readonly case: MicroCase
  readonly subject: Subject
  readonly figures: number[]
  scale: number
}

export async function measureFamily(
  family: readonly MicroCase[],
  options: MeasureOptions,
): Promise<Samples[]> {
  const opened: Opened[] = []
  try {
    for (const each of family) {
      opened.push({ case: each, subject: await each.open(), figures: [], scale: options.scale })
    }
    await runRounds(opened, options)
  } finally {
    // a subject that fails to close must not keep the others open, nor hide the first failure
    await Promise.allSettled(opened.map(({ subject }) => subject.close()))
  }
  return opened
}

async function runRounds(opened: readonly Opened[], options: MeasureOptions): Promise<void> {
  const backwards = opened.toReversed()
  for (let round = 0; round < options.warmups + options.trials; round++) {
    for (const each of round % 2 === 0 ? opened : backwards) {
      const start = options.now()
      const figure = await each.subject.trial(each.scale)
      each.scale = nextScale(each.scale, options.now() - start, options.scale)
      if (round >= options.warmups) each.figures.push(figure)
    }
  }
}

/** Scale of the trial after one that took `elapsedMs` at `scale`; `full` at most. */
export function nextScale(scale: number, elapsedMs: number, full: number): number {
  if (elapsedMs > LONG_MS) return (scale * LONG_MS) / elapsedMs
  return Math.min(full, scale * 2)
}
