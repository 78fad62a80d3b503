/**
 * Reference: the queries on one thread, by other means than the cores: groups are numbered by maps
 * of the language, over whole columns, and every answer is worked out from all rows of its group,
 * by the formula of the textbook.
 */
import type { Rows } from './columns.ts'
import type { Groups } from './group-table.ts'
import { widthOf, type Answer, type Query } from './queries.ts'

/** Sums of fractions depend on their order; they differ by less. */
const TOLERANCE = 1e-9

/** Keys made one number, in steps, so that no number loses a digit. */
class Numbering {
  /** Columns of a step, and what to multiply by before each is added. */
  readonly #steps: { readonly columns: number[]; readonly numbers: Map<number, number> }[] = []
  readonly #limits: readonly number[]

  /** `limits`: by key column, more than its largest key. `rows`: groups at most. */
  constructor(limits: readonly number[], rows: number) {
    this.#limits = limits
    let most = Infinity
    for (const [column, limit] of limits.entries()) {
      if (most * limit > Number.MAX_SAFE_INTEGER) {
        this.#steps.push({ columns: [], numbers: new Map() })
        most = this.#steps.length === 1 ? 1 : rows
      }
      this.#steps.at(-1)!.columns.push(column)
      most *= limit
    }
  }

  /** Groups so far. */
  get count(): number {
    return this.#steps.at(-1)!.numbers.size
  }

  /** The number of a group: a new one if `isAdding`, else undefined if there is none. */
  numberOf(keyAt: (column: number) => number, isAdding: boolean): number | undefined {
    let number = 0
    for (const { columns, numbers } of this.#steps) {
      for (const column of columns) number = number * this.#limits[column]! + keyAt(column)
      let known = numbers.get(number)
      if (known === undefined) {
        if (!isAdding) return undefined
        known = numbers.size
        numbers.set(number, known)
      }
      number = known
    }
    return number
  }
}

/** The answer to a query. */
export class Reference {
  readonly #query: Query
  readonly #numbering: Numbering
  /** Numbers of an answer, and those of all groups, side by side. */
  readonly #width: number
  readonly #values: Float64Array

  constructor(query: Query, { keys, values }: Rows) {
    this.#query = query
    const columns = query.keys.map((column) => keys[column]!)
    const rows = columns[0]!.length
    const limits = columns.map((column) => column.reduce((a, b) => Math.max(a, b), 0) + 1)
    this.#numbering = new Numbering(limits, rows)
    const groupOf = new Int32Array(rows)
    for (let row = 0; row < rows; row++) {
      groupOf[row] = this.#numbering.numberOf((i) => columns[i]![row]!, true)!
    }
    this.#width = query.answers.reduce((sum, answer) => sum + widthOf(answer), 0)
    this.#values = new Float64Array(this.groups * this.#width)
    const { offsets, order } = sorted(groupOf, this.groups)
    for (let group = 0; group < this.groups; group++) {
      const of = order.subarray(offsets[group], offsets[group + 1])
      const valuesOf = (column: number) => Array.from(of, (row) => values[column]![row]!)
      const answers = query.answers.flatMap((answer) => answerOf(answer, of.length, valuesOf))
      this.#values.set(answers, group * this.#width)
    }
  }

  get groups(): number {
    return this.#numbering.count
  }

  /** What is wrong with an answer in parts, each of which has groups of its own. */
  findFault(parts: readonly Groups[]): string | undefined {
    const { name, keys: columns } = this.#query
    const width = this.#width
    const seen = new Set<number>()
    for (const { keys, values } of parts) {
      for (let group = 0; group < keys.length / columns.length; group++) {
        const keyAt = (i: number) => keys[group * columns.length + i]!
        const number = this.#numbering.numberOf(keyAt, false)
        if (number === undefined || seen.has(number)) {
          return `${name} has a group that it should not have, or has it twice`
        }
        seen.add(number)
        for (let i = 0; i < width; i++) {
          const found = values[group * width + i]!
          const expected = this.#values[number * width + i]!
          if (isNear(found, expected)) continue
          return `${name} has ${found} in a group that should have ${expected}`
        }
      }
    }
    if (seen.size === this.groups) return undefined
    return `${name} has ${seen.size} groups that should be ${this.groups}`
  }
}

/** Rows by group: those of group g are in `order` from offsets[g] to offsets[g + 1]. */
function sorted(groupOf: Int32Array, groups: number) {
  const offsets = new Int32Array(groups + 1)
  for (const group of groupOf) offsets[group + 1]!++
  for (let group = 0; group < groups; group++) offsets[group + 1]! += offsets[group]!
  const order = new Int32Array(groupOf.length)
  const next = offsets.slice()
  for (const [row, group] of groupOf.entries()) order[next[group]!++] = row
  return { offsets, order }
}

function answerOf(answer: Answer, count: number, valuesOf: (column: number) => number[]): number[] {
  switch (answer.kind) {
    case 'sum':
      return [total(valuesOf(answer.column))]
    case 'count':
      return [count]
    case 'mean':
      return [total(valuesOf(answer.column)) / count]
    case 'range': {
      const largest = valuesOf(answer.largest).reduce((a, b) => Math.max(a, b))
      return [largest - valuesOf(answer.smallest).reduce((a, b) => Math.min(a, b))]
    }
    case 'largest-two': {
      const [first, second] = valuesOf(answer.column).sort((a, b) => b - a)
      return [first!, second ?? NaN]
    }
    case 'median': {
      const inOrder = valuesOf(answer.column).sort((a, b) => a - b)
      return [(inOrder[Math.floor((count - 1) / 2)]! + inOrder[Math.floor(count / 2)]!) / 2]
    }
    case 'sd': {
      const values = valuesOf(answer.column)
      return [Math.sqrt(offMeans(values, values) / (count - 1))]
    }
    case 'r2': {
      const [a, b] = [valuesOf(answer.a), valuesOf(answer.b)]
      return [offMeans(a, b) ** 2 / (offMeans(a, a) * offMeans(b, b))]
    }
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** The sum of the products of what `a` and `b` are off their means; 0 if one does not vary. */
function offMeans(a: readonly number[], b: readonly number[]): number {
  const [shiftA, shiftB] = [a[0]!, b[0]!]
  const meanA = total(a.map((value) => value - shiftA)) / a.length
  const meanB = total(b.map((value) => value - shiftB)) / b.length
  return a.reduce((sum, value, i) => sum + (value - shiftA - meanA) * (b[i]! - shiftB - meanB), 0)
}

function isNear(found: number, expected: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(found)
  return Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))
}
