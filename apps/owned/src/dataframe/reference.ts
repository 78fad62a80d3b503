/**
 * Reference: the queries on one thread, by other means than the cores: groups are numbered by maps
 * of the language, over whole columns.
 */
import type { Rows } from './columns.ts'
import type { Groups } from './group-table.ts'
import { merged, startOf, type Query } from './queries.ts'

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
  /** By accumulator, then by group. */
  readonly #values: number[][]

  constructor(query: Query, { keys, values }: Rows) {
    this.#query = query
    const columns = query.keys.map((column) => keys[column]!)
    const rows = columns[0]!.length
    const limits = columns.map((column) => column.reduce((a, b) => Math.max(a, b), 0) + 1)
    this.#numbering = new Numbering(limits, rows)
    this.#values = query.accumulators.map(() => [])
    for (let row = 0; row < rows; row++) {
      const group = this.#numbering.numberOf((i) => columns[i]![row]!, true)!
      for (const [i, { fold, column }] of query.accumulators.entries()) {
        const list = this.#values[i]!
        const value = fold === 'count' ? 1 : values[column]![row]!
        list[group] = merged(fold, list[group] ?? startOf(fold), value)
      }
    }
  }

  get groups(): number {
    return this.#numbering.count
  }

  /** What is wrong with an answer in parts, each of which has groups of its own. */
  findFault(parts: readonly Groups[]): string | undefined {
    const { name, keys: columns, accumulators } = this.#query
    const seen = new Set<number>()
    for (const { keys, values } of parts) {
      for (let group = 0; group < keys.length / columns.length; group++) {
        const keyAt = (i: number) => keys[group * columns.length + i]!
        const number = this.#numbering.numberOf(keyAt, false)
        if (number === undefined || seen.has(number)) {
          return `${name} has a group that it should not have, or has it twice`
        }
        seen.add(number)
        for (let i = 0; i < accumulators.length; i++) {
          const found = values[group * accumulators.length + i]!
          const expected = this.#values[i]![number]!
          if (Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) continue
          return `${name} has ${found} in a group that should have ${expected}`
        }
      }
    }
    if (seen.size === this.groups) return undefined
    return `${name} has ${seen.size} groups that should be ${this.groups}`
  }
}
