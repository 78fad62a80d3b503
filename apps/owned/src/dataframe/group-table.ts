/**
 * Group table: groups by their keys, and the numbers that are kept of each. One core makes one of
 * its rows, and one of what it is given by others.
 */
import { GroupIndex, hashOf, partOf } from './group-index.ts'
import { KeepPlan, neededFor, type Kept, type Numbers } from './kept.ts'
import { widthOf, type Answer, type Query } from './queries.ts'

/** Groups as they are given away, or their answers: keys and numbers of each, side by side. */
export interface Groups {
  readonly keys: Int32Array
  readonly values: Float64Array
}

/** Rows whose keys are side by side. */
export interface KeyedRows {
  readonly count: number
  readonly keys: Int32Array
  /** By their number. */
  readonly columns: ReadonlyMap<number, Numbers>
}

/** Where a core brings together what it is given of the groups that are its own. */
export interface AnswerTable {
  /** Takes groups in, as other cores have them. */
  addGroups(keys: Numbers, values: Numbers): void
  /** The answers for all groups. */
  answers(): Groups
}

export class GroupTable implements AnswerTable {
  readonly #query: Query
  readonly #plan: KeepPlan
  readonly #index: GroupIndex
  #values = new Float64Array(0)
  /** Groups whose numbers have begun. */
  #begun = 0
  #groups = new Int32Array(0)

  constructor(query: Query) {
    this.#query = query
    this.#plan = new KeepPlan(query)
    this.#index = new GroupIndex(query.keys.length)
  }

  get count(): number {
    return this.#index.count
  }

  addRows({ keys, count, columns }: KeyedRows): void {
    const groups = this.#find(keys, count)
    this.#plan.addRows(this.#kept, { groups, count }, columns)
  }

  addGroups(keys: Numbers, values: Numbers): void {
    const count = keys.length / this.#query.keys.length
    const groups = this.#find(keys, count)
    this.#plan.addGroups(this.#kept, { groups, count }, values)
  }

  /** The groups in `parts` parts, by their keys. */
  split(parts: number): Groups[] {
    const width = this.#query.keys.length
    const { stride } = this.#plan
    const { keys, count } = this.#index
    const places = new Int32Array(count)
    const bounds = placeByKey({ keys, count, width }, parts, places)
    const sortedKeys = new Int32Array(count * width)
    const sortedValues = new Float64Array(count * stride)
    copyTo(places, width, keys, sortedKeys)
    copyTo(places, stride, this.#values, sortedValues)
    return cut(bounds, { keys: sortedKeys, values: sortedValues }, { width, stride })
  }

  answers(): Groups {
    const { answers } = this.#query
    const stride = answers.reduce((sum, answer) => sum + widthOf(answer), 0)
    const values = new Float64Array(this.count * stride)
    let at = 0
    for (const answer of answers) {
      this.#answer(answer, values, stride, at)
      at += widthOf(answer)
    }
    return { keys: this.#index.keys, values }
  }

  get #kept(): { readonly values: Float64Array; readonly stride: number } {
    return { values: this.#values, stride: this.#plan.stride }
  }

  #find(keys: Numbers, count: number): Int32Array {
    if (this.#groups.length < count) this.#groups = new Int32Array(count)
    this.#index.find(keys, count, this.#groups)
    this.#begin()
    return this.#groups
  }

  /** Gives new groups the numbers that they begin with. */
  #begin(): void {
    const { stride } = this.#plan
    const end = this.#index.count
    if (end * stride > this.#values.length) {
      const values = new Float64Array(2 * end * stride)
      values.set(this.#values.subarray(0, this.#begun * stride))
      this.#values = values
    }
    this.#plan.fill(this.#values, this.#begun, end)
    this.#begun = end
  }

  #answer(answer: Answer, to: Float64Array, width: number, at: number): void {
    const { stride } = this.#plan
    const values = this.#values
    const [first, second] = neededFor(answer).map((kept: Kept) => this.#plan.placeOf(kept))
    for (let group = 0; group < this.count; group++) {
      const one = values[group * stride + first!]!
      const other = second === undefined ? 0 : values[group * stride + second]!
      const place = group * width + at
      switch (answer.kind) {
        case 'mean':
          to[place] = one / other
          break
        case 'range':
          to[place] = one - other
          break
        case 'largest-two': {
          const next = values[group * stride + first! + 1]!
          to[place] = one
          to[place + 1] = next === -Infinity ? NaN : next
          break
        }
        case 'r2': {
          const [squaresA, squaresB, products] = values.subarray(group * stride + first! + 3)
          to[place] = products! ** 2 / (squaresA! * squaresB!)
          break
        }
        default:
          to[place] = one
      }
    }
  }
}

/** Rows that are to be placed, or groups. */
export interface Keyed {
  readonly keys: Int32Array
  readonly count: number
  readonly width: number
}

/** The place of each, so that parts lie side by side. Where parts begin, and the last ends. */
export function placeByKey(
  { keys, count, width }: Keyed,
  parts: number,
  places: Int32Array,
): Int32Array {
  const bounds = new Int32Array(parts + 1)
  for (let i = 0; i < count; i++) {
    const part = partOf(hashOf(keys, i * width, width), parts)
    places[i] = part
    bounds[part + 1]!++
  }
  for (let part = 0; part < parts; part++) bounds[part + 1]! += bounds[part]!
  const next = bounds.slice()
  for (let i = 0; i < count; i++) places[i] = next[places[i]!]!++
  return bounds
}

/** Copies each `width` numbers to its place. */
export function copyTo<T extends Int32Array | Float64Array>(
  places: Int32Array,
  width: number,
  from: T,
  to: T,
): void {
  for (let i = 0; i < places.length; i++) {
    const [at, place] = [i * width, places[i]! * width]
    for (let k = 0; k < width; k++) to[place + k] = from[at + k]!
  }
}

/** The parts of what lies in order. */
export function cut(
  bounds: Int32Array,
  { keys, values }: Groups,
  { width, stride }: { readonly width: number; readonly stride: number },
): Groups[] {
  return Array.from({ length: bounds.length - 1 }, (_, part) => {
    const [begin, end] = [bounds[part]!, bounds[part + 1]!]
    return {
      keys: keys.subarray(begin * width, end * width),
      values: values.subarray(begin * stride, end * stride),
    }
  })
}
