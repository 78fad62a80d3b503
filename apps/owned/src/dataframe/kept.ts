/**
 * Kept: the numbers that are kept of a group while rows, and what others have kept of the same
 * group, come in; side by side in one array for all groups. Each loop here does one thing for many
 * rows, without a decision inside.
 */
import type { Answer, Query } from './queries.ts'

/** One thing that is kept of each group. */
export type Kept =
  | { readonly kind: 'sum' | 'max' | 'min'; readonly column: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'largest-two'; readonly column: number }
  /** Count, both means, and sums of squares and of products of what is off the means. */
  | { readonly kind: 'moments'; readonly a: number; readonly b: number }

/** Numbers that are only read. */
export interface Numbers {
  readonly length: number
  readonly [index: number]: number
}

/** What is kept of all groups: `stride` numbers of each. */
export interface KeptValues {
  readonly values: Float64Array
  readonly stride: number
}

/** Which group each row, or each group of another, is in: of the first `count`. */
export interface GroupsOf {
  readonly groups: Int32Array
  readonly count: number
}

const MOMENTS = 6

/** What to keep for the answers to a query, and where. */
export class KeepPlan {
  readonly #kept: Kept[] = []
  readonly #places: number[] = []
  /** Numbers of a group. */
  stride = 0

  constructor({ answers }: Query) {
    for (const answer of answers) for (const kept of neededFor(answer)) this.#add(kept)
  }

  /** Gives groups `begin` to `end` - 1 what they have before their first row. */
  fill(values: Float64Array, begin: number, end: number): void {
    const { stride } = this
    for (const [at, start] of this.#kept.flatMap(startOf).entries()) {
      for (let group = begin; group < end; group++) values[group * stride + at] = start
    }
  }

  /** The columns that are needed, each once. */
  get columns(): number[] {
    return [...new Set(this.#kept.flatMap(columnsOf))]
  }

  /** Takes rows in; `columns` by their number. */
  addRows(into: KeptValues, groupsOf: GroupsOf, columns: ReadonlyMap<number, Numbers>): void {
    for (const [i, kept] of this.#kept.entries()) {
      addRows(kept, into, this.#places[i]!, groupsOf, columns)
    }
  }

  /** Takes what another has kept in: of as many groups as `groupsOf` has. */
  addGroups(into: KeptValues, groupsOf: GroupsOf, from: Numbers): void {
    for (const [i, { kind }] of this.#kept.entries()) {
      addGroups(kind, into, this.#places[i]!, groupsOf, from)
    }
  }

  /** The place of something kept among the numbers of a group. */
  placeOf(wanted: Kept): number {
    return this.#places[this.#kept.findIndex((kept) => isSame(kept, wanted))]!
  }

  #add(wanted: Kept): void {
    if (this.#kept.some((kept) => isSame(kept, wanted))) return
    this.#kept.push(wanted)
    this.#places.push(this.stride)
    this.stride += startOf(wanted).length
  }
}

/** What an answer is made of. The median and such need all rows: see gather-table.ts. */
export function neededFor(answer: Answer): Kept[] {
  switch (answer.kind) {
    case 'sum':
    case 'largest-two':
      return [{ kind: answer.kind, column: answer.column }]
    case 'mean':
      return [{ kind: 'sum', column: answer.column }, { kind: 'count' }]
    case 'count':
      return [{ kind: 'count' }]
    case 'range':
      return [
        { kind: 'max', column: answer.largest },
        { kind: 'min', column: answer.smallest },
      ]
    case 'r2':
      return [{ kind: 'moments', a: answer.a, b: answer.b }]
    case 'median':
    case 'sd':
      return []
  }
}

function isSame(one: Kept, other: Kept): boolean {
  return one.kind === other.kind && columnsOf(one).join() === columnsOf(other).join()
}

function columnsOf(kept: Kept): number[] {
  if (kept.kind === 'count') return []
  return kept.kind === 'moments' ? [kept.a, kept.b] : [kept.column]
}

function startOf({ kind }: Kept): number[] {
  switch (kind) {
    case 'sum':
    case 'count':
      return [0]
    case 'min':
      return [Infinity]
    case 'max':
      return [-Infinity]
    case 'largest-two':
      return [-Infinity, -Infinity]
    case 'moments':
      return Array<number>(MOMENTS).fill(0)
  }
}

// Rows.

function addRows(
  kept: Kept,
  { values, stride }: KeptValues,
  at: number,
  { groups, count }: GroupsOf,
  columns: ReadonlyMap<number, Numbers>,
): void {
  if (kept.kind === 'count') {
    for (let row = 0; row < count; row++) values[groups[row]! * stride + at]! += 1
    return
  }
  if (kept.kind === 'moments') {
    const [a, b] = [columns.get(kept.a)!, columns.get(kept.b)!]
    for (let row = 0; row < count; row++) {
      addToMoments(values, groups[row]! * stride + at, a[row]!, b[row]!)
    }
    return
  }
  addColumn(kept.kind, { values, stride }, at, { groups, count }, columns.get(kept.column)!)
}

function addColumn(
  kind: 'sum' | 'max' | 'min' | 'largest-two',
  { values, stride }: KeptValues,
  at: number,
  { groups, count }: GroupsOf,
  column: Numbers,
): void {
  switch (kind) {
    case 'sum':
      for (let row = 0; row < count; row++) values[groups[row]! * stride + at]! += column[row]!
      return
    case 'max':
      for (let row = 0; row < count; row++) {
        const to = groups[row]! * stride + at
        if (column[row]! > values[to]!) values[to] = column[row]!
      }
      return
    case 'min':
      for (let row = 0; row < count; row++) {
        const to = groups[row]! * stride + at
        if (column[row]! < values[to]!) values[to] = column[row]!
      }
      return
    case 'largest-two':
      for (let row = 0; row < count; row++) {
        addToLargest(values, groups[row]! * stride + at, column[row]!)
      }
  }
}

// Groups of another.

function addGroups(
  kind: Kept['kind'],
  { values, stride }: KeptValues,
  at: number,
  { groups, count }: GroupsOf,
  from: Numbers,
): void {
  for (let i = 0; i < count; i++) {
    const to = groups[i]! * stride + at
    const other = i * stride + at
    switch (kind) {
      case 'sum':
      case 'count':
        values[to]! += from[other]!
        break
      case 'max':
        values[to] = Math.max(values[to]!, from[other]!)
        break
      case 'min':
        values[to] = Math.min(values[to]!, from[other]!)
        break
      case 'largest-two':
        addToLargest(values, to, from[other]!)
        addToLargest(values, to, from[other + 1]!)
        break
      case 'moments':
        addMoments(values, to, from, other)
    }
  }
}

// Things of more than one number.

function addToLargest(values: Float64Array, at: number, value: number): void {
  if (value <= values[at + 1]!) return
  const largest = values[at]!
  values[at + 1] = value > largest ? largest : value
  if (value > largest) values[at] = value
}

/** Means that follow each value, so that no digits are lost to large sums (Welford). */
function addToMoments(values: Float64Array, at: number, a: number, b: number): void {
  const count = ++values[at]!
  const [offA, offB] = [a - values[at + 1]!, b - values[at + 2]!]
  values[at + 1]! += offA / count
  values[at + 2]! += offB / count
  const newOffB = b - values[at + 2]!
  values[at + 3]! += offA * (a - values[at + 1]!)
  values[at + 4]! += offB * newOffB
  values[at + 5]! += offA * newOffB
}

/** The same of two sets of rows (Chan, Golub and LeVeque). */
function addMoments(values: Float64Array, at: number, from: Numbers, other: number): void {
  const [here, there] = [values[at]!, from[other]!]
  if (there === 0) return
  const count = here + there
  const [offA, offB] = [from[other + 1]! - values[at + 1]!, from[other + 2]! - values[at + 2]!]
  const weight = (here * there) / count
  values[at] = count
  values[at + 1]! += (offA * there) / count
  values[at + 2]! += (offB * there) / count
  values[at + 3]! += from[other + 3]! + offA * offA * weight
  values[at + 4]! += from[other + 4]! + offB * offB * weight
  values[at + 5]! += from[other + 5]! + offA * offB * weight
}
