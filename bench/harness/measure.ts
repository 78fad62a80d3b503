/**
 * Measure: runs the trials of a family of cases alternately, so that whatever the machine does to
 * one of them (frequency, neighbours, memory) it does to those that it is compared with.
 *
 * Ordering    each round runs every case once; odd rounds run backwards, so that no case always
 *             follows the same one. Rounds of warm-up come first and are thrown away.
 * Ownership   closes every subject that was opened, on failure too.
 */
import type { MicroCase, Subject } from './case.ts'

export interface MeasureOptions {
  /** Rounds that count. */
  readonly trials: number
  /** Rounds before them. */
  readonly warmups: number
  /** Factor on the work of a trial. */
  readonly scale: number
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
}

export async function measureFamily(
  family: readonly MicroCase[],
  options: MeasureOptions,
): Promise<Samples[]> {
  const opened: Opened[] = []
  try {
    for (const each of family) {
      opened.push({ case: each, subject: await each.open(options.scale), figures: [] })
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
    for (const { subject, figures } of round % 2 === 0 ? opened : backwards) {
      const figure = await subject.trial()
      if (round >= options.warmups) figures.push(figure)
    }
  }
}
