/**
 * Gather table: for answers that need all values of a group at once: the median, and with it the
 * standard deviation. What a core is given are rows, each with its key and one value.
 */
import { GroupIndex } from './group-index.ts'
import type { AnswerTable, Groups } from './group-table.ts'
import type { Numbers } from './kept.ts'
import type { Answer, Query } from './queries.ts'

/** Values, and the group of each. */
interface Batch {
  readonly groups: Int32Array
  readonly values: Float64Array
}

/** The one column whose values are needed all at once; undefined if sums and such will do. */
export function gatheredColumn({ answers }: Query): number | undefined {
  return answers.find((answer) => answer.kind === 'median' || answer.kind === 'sd')?.column
}

export class GatherTable implements AnswerTable {
  readonly #query: Query
  readonly #index: GroupIndex
  readonly #batches: Batch[] = []

  constructor(query: Query) {
    this.#query = query
    this.#index = new GroupIndex(query.keys.length)
  }

  /** Values are copied. */
  addGroups(keys: Numbers, values: Numbers): void {
    const groups = new Int32Array(values.length)
    this.#index.find(keys, values.length, groups)
    this.#batches.push({ groups, values: Float64Array.from(values) })
  }

  answers(): Groups {
    const { answers } = this.#query
    const { count, keys } = this.#index
    const { bounds, values } = this.#sorted()
    const found = new Float64Array(count * answers.length)
    for (let group = 0; group < count; group++) {
      // Its own values, in order from here on.
      const sample = values.subarray(bounds[group], bounds[group + 1]).sort()
      for (const [i, answer] of answers.entries()) {
        found[group * answers.length + i] = answerOf(answer, sample)
      }
    }
    return { keys, values: found }
  }

  /** All values, those of a group side by side, and where each group begins and the last ends. */
  #sorted(): { readonly bounds: Int32Array; readonly values: Float64Array } {
    const { count } = this.#index
    const bounds = new Int32Array(count + 1)
    for (const { groups } of this.#batches) {
      for (let i = 0; i < groups.length; i++) bounds[groups[i]! + 1]!++
    }
    for (let group = 0; group < count; group++) bounds[group + 1]! += bounds[group]!
    const sorted = new Float64Array(bounds[count]!)
    const next = bounds.slice()
    for (const { groups, values } of this.#batches) {
      for (let i = 0; i < groups.length; i++) sorted[next[groups[i]!]!++] = values[i]!
    }
    return { bounds, values: sorted }
  }
}

function answerOf({ kind }: Answer, sample: Float64Array): number {
  return kind === 'median' ? medianOf(sample) : deviationOf(sample)
}

/** Of values in order. */
function medianOf(sample: Float64Array): number {
  const half = sample.length >> 1
  return sample.length % 2 === 1 ? sample[half]! : (sample[half - 1]! + sample[half]!) / 2
}

/** Of a sample, in two passes: no digits are lost to large sums of squares. */
function deviationOf(sample: Float64Array): number {
  let sum = 0
  for (let i = 0; i < sample.length; i++) sum += sample[i]!
  const mean = sum / sample.length
  let squares = 0
  for (let i = 0; i < sample.length; i++) squares += (sample[i]! - mean) ** 2
  return Math.sqrt(squares / (sample.length - 1))
}
