/**
 * Grouping: what a core makes of its rows for one query. As long as many rows share a group it
 * keeps one table, of which others need only the sums; where most rows are groups of their own, or
 * all values are needed, a table of its own would be work done twice: then it deals out the rows,
 * each to the core that has the group.
 */
import { gatheredColumn, GatherTable } from './gather-table.ts'
import {
  copyTo,
  cut,
  GroupTable,
  placeByKey,
  type AnswerTable,
  type Groups,
  type KeyedRows,
} from './group-table.ts'
import { KeepPlan, type Numbers } from './kept.ts'
import type { Query } from './queries.ts'

/** A table is worth it while rows are so many times its groups. */
const MIN_ROWS_PER_GROUP = 2

export class Grouping {
  readonly #query: Query
  readonly #parts: number
  readonly #plan: KeepPlan
  readonly #table: GroupTable
  readonly #gathered: number | undefined
  #rows = 0
  #isDealing: boolean
  // Memory that serves one lot of rows after the other.
  #keys = new Int32Array(0)
  #sortedKeys = new Int32Array(0)
  #values = new Float64Array(0)
  #places = new Int32Array(0)

  constructor(query: Query, parts: number) {
    this.#query = query
    this.#parts = parts
    this.#plan = new KeepPlan(query)
    this.#table = new GroupTable(query)
    this.#gathered = gatheredColumn(query)
    this.#isDealing = this.#gathered !== undefined
  }

  /** The columns that `addRows` wants, besides the keys. */
  get columns(): number[] {
    return this.#gathered === undefined ? this.#plan.columns : [this.#gathered]
  }

  /**
   * Takes rows in. What is to be given away at once, by part: good until the next rows come;
   * undefined if they are in the table.
   */
  addRows(
    keyColumns: readonly Numbers[],
    columns: ReadonlyMap<number, Numbers>,
  ): Groups[] | undefined {
    const count = keyColumns[0]!.length
    const width = keyColumns.length
    if (this.#keys.length < count * width) this.#keys = new Int32Array(count * width)
    for (const [i, column] of keyColumns.entries()) interleave(column, this.#keys, i, width)
    const rows = { keys: this.#keys, count, columns }
    if (this.#isDealing) return this.#deal(rows)
    this.#table.addRows(rows)
    this.#rows += count
    this.#isDealing = this.#rows < MIN_ROWS_PER_GROUP * this.#table.count
    return undefined
  }

  /** What is in the table, by part. */
  rest(): Groups[] {
    return this.#table.split(this.#parts)
  }

  #deal({ keys, count, columns }: KeyedRows): Groups[] {
    const width = this.#query.keys.length
    const stride = this.#gathered === undefined ? this.#plan.stride : 1
    if (this.#places.length < count) {
      this.#places = new Int32Array(count)
      this.#sortedKeys = new Int32Array(count * width)
      this.#values = new Float64Array(count * stride)
    }
    const places = this.#places.subarray(0, count)
    const bounds = placeByKey({ keys, count, width }, this.#parts, places)
    copyTo(places, width, keys, this.#sortedKeys)
    if (this.#gathered === undefined) {
      // Each row a group of its own.
      this.#plan.fill(this.#values, 0, count)
      this.#plan.addRows({ values: this.#values, stride }, { groups: places, count }, columns)
    } else {
      const column = columns.get(this.#gathered)!
      for (let row = 0; row < count; row++) this.#values[places[row]!] = column[row]!
    }
    return cut(bounds, { keys: this.#sortedKeys, values: this.#values }, { width, stride })
  }
}

/** Where what belongs together is brought together. */
export function answerTable(query: Query): AnswerTable {
  return gatheredColumn(query) === undefined ? new GroupTable(query) : new GatherTable(query)
}

function interleave(column: Numbers, to: Int32Array, at: number, width: number): void {
  for (let row = 0; row < column.length; row++) to[row * width + at] = column[row]!
}
