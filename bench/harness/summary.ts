/**
 * Summary: from the figures of a family to the entries of a report. Pure.
 */
import type { Better } from './case.ts'
import type { Environment } from './environment.ts'
import type { Samples } from './measure.ts'

/** One line of the report. The first seven fields are the demanded ones. */
export interface Entry {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly baseline: { readonly name: string; readonly median: number }
  /** Median over the median of the baseline: for rates more is better, for times less. */
  readonly ratio: number
  readonly better: Better
  readonly trials: number
  readonly environment: Environment
}

/** Entries of those `wanted` cases that have a baseline, which must be among `samples`. */
export function summarize(
  samples: readonly Samples[],
  wanted: (name: string) => boolean,
  environment: Environment,
): Entry[] {
  const medians = new Map(samples.map((each) => [each.case.name, median(each.figures)]))
  return samples.flatMap((each) => {
    const { name, baseline } = each.case
    if (baseline === undefined || !wanted(name)) return []
    return [entry(each, baseline, medians, environment)]
  })
}

function entry(
  { case: { name, unit, better }, figures }: Samples,
  baseline: string,
  medians: ReadonlyMap<string, number>,
  environment: Environment,
): Entry {
  const own = medians.get(name)
  const other = medians.get(baseline)
  if (own === undefined || other === undefined) {
    throw new RangeError(`${name}: its baseline ${baseline} was not measured beside it`)
  }
  return {
    name,
    unit,
    median: own,
    min: Math.min(...figures),
    max: Math.max(...figures),
    baseline: { name: baseline, median: other },
    ratio: own / other,
    better,
    trials: figures.length,
    environment,
  }
}

/** The middle figure, or the mean of the two in the middle. NaN for none. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN
  return (lower + upper) / 2
}
