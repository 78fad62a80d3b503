/**
 * Shared view: a typed array as readers have it. Types only. Written out, because all that a typed
 * array hands to callbacks and returns as itself could be written again.
 */

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

type Visit<E, R> = (value: E, index: number) => R

/** A typed array without the ways to write it; copies that it makes can be written. */
export interface SharedView<
  T extends TypedArray,
  E extends T[number] = T[number],
> extends Iterable<E> {
  readonly [index: number]: E
  readonly length: number
  readonly byteLength: number
  readonly BYTES_PER_ELEMENT: number
  at(index: number): E | undefined
  entries(): IterableIterator<[number, E]>
  every(test: Visit<E, boolean>): boolean
  /** A copy. */
  filter(test: Visit<E, boolean>): T
  find(test: Visit<E, boolean>): E | undefined
  findIndex(test: Visit<E, boolean>): number
  forEach(visit: Visit<E, void>): void
  includes(value: E, from?: number): boolean
  indexOf(value: E, from?: number): number
  join(separator?: string): string
  keys(): IterableIterator<number>
  lastIndexOf(value: E, from?: number): number
  /** A copy. */
  map(change: Visit<E, E>): T
  reduce<R = E>(step: (sum: R, value: E, index: number) => R, initial: R): R
  reduce(step: (sum: E, value: E, index: number) => E): E
  /** A copy. */
  slice(begin?: number, end?: number): T
  some(test: Visit<E, boolean>): boolean
  values(): IterableIterator<E>
}
