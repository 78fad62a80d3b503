/**
 * Task record: how an unbound task lies in 64 bytes, wherever it waits or travels. Plain numbers
 * and handles are in the record; other arguments stay, encoded, at the core that spawned the task,
 * and the record names their place there.
 *
 *   int 0   definition in bits 0-15, shape of the arguments in bits 16-27
 *   int 1   number of the completion scope
 *   int 2   core that spawned the task in bits 0-15, count of arguments in bits 16-18
 *   int 3   number of the join call there, -1 for none
 *   word 2  first of up to MAX_NUMBERS arguments; or the place of the encoded ones
 */

/** Words of 8 bytes in a record: one cache line. */
export const RECORD_WORDS = 8
export const RECORD_INTS = 2 * RECORD_WORDS
/** First argument. */
export const FIRST_ARGUMENT = 2
/** Arguments that fit. */
export const MAX_NUMBERS = RECORD_WORDS - FIRST_ARGUMENT
/** In place of the count: the arguments are encoded, at home. */
export const OUT_OF_LINE = MAX_NUMBERS + 1

const SCOPE = 1
const HOME = 2
const CALL = 3
const LOW = 0xffff

/** The two views of the memory in which records lie. */
export interface RecordViews {
  readonly f64: Float64Array
  readonly i32: Int32Array
}

/** Writes what comes before the arguments; `at`: the record's first word. */
export function writeHead(
  i32: Int32Array,
  at: number,
  definition: number,
  shape: number,
  scope: number,
  home: number,
  count: number,
  call: number,
): void {
  const first = 2 * at
  i32[first] = definition | (shape << 16)
  i32[first + SCOPE] = scope
  i32[first + HOME] = home | (count << 16)
  i32[first + CALL] = call
}

export function definitionAt(i32: Int32Array, at: number): number {
  return i32[2 * at]! & LOW
}

export function shapeAt(i32: Int32Array, at: number): number {
  return i32[2 * at]! >>> 16
}

export function scopeAt(i32: Int32Array, at: number): number {
  return i32[2 * at + SCOPE]!
}

export function homeAt(i32: Int32Array, at: number): number {
  return i32[2 * at + HOME]! & LOW
}

export function countAt(i32: Int32Array, at: number): number {
  return i32[2 * at + HOME]! >>> 16
}

export function callAt(i32: Int32Array, at: number): number {
  return i32[2 * at + CALL]!
}

/** Copies a record. The head goes as integers: as a double it might be taken for no number. */
export function copyRecord(src: RecordViews, from: number, dst: RecordViews, to: number): void {
  for (let i = 0; i < 2 * FIRST_ARGUMENT; i++) dst.i32[2 * to + i] = src.i32[2 * from + i]!
  for (let i = FIRST_ARGUMENT; i < RECORD_WORDS; i++) dst.f64[to + i] = src.f64[from + i]!
}
