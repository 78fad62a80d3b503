/**
 * Shape: which of up to four arguments are numbers and which are handles that a number stands for,
 * in one small integer, so that messages with both take the numeric path: three bits an argument.
 */
import type { CoreMemory } from '../memory/directory.ts'
import { GlobalArray, SymmetricArray } from '../memory/global-array.ts'
import { ObjectAddress, SymmetricObject } from '../memory/objects.ts'

/** Some argument is neither. */
const NO_SHAPE = -1

const NUMBER = 0
const ARRAY = 1
const SYMMETRIC_ARRAY = 2
const OBJECT = 3
const SYMMETRIC_OBJECT = 4
const BITS = 3

/** Shape of the first `count` arguments: 0 if all are numbers, NO_SHAPE if one fits no word. */
export function shapeOf(count: number, a: unknown, b: unknown, c: unknown, d: unknown): number {
  if (count > 4) return NO_SHAPE
  const first = count > 0 ? kindOf(a) : NUMBER
  const second = count > 1 ? kindOf(b) : NUMBER
  const third = count > 2 ? kindOf(c) : NUMBER
  const fourth = count > 3 ? kindOf(d) : NUMBER
  if (first < 0 || second < 0 || third < 0 || fourth < 0) return NO_SHAPE
  return first | (second << BITS) | (third << (2 * BITS)) | (fourth << (3 * BITS))
}

/** The word that stands for a value of a shape. */
export function wordOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0 // beyond the count
  if (value instanceof GlobalArray || value instanceof SymmetricArray) return value.id
  return (value as ObjectAddress | SymmetricObject).raw
}

/** The values that `count` words from `first` on stand for. Throws ORUJO_BAD_ADDRESS. */
export function valuesOf(
  memory: CoreMemory,
  shape: number,
  words: Float64Array,
  first: number,
  count: number,
): unknown[] {
  const values: unknown[] = []
  for (let i = 0; i < count; i++) {
    values.push(valueOf(memory, (shape >> (i * BITS)) & 7, words[first + i]!))
  }
  return values
}

function kindOf(value: unknown): number {
  if (typeof value === 'number') return NUMBER
  if (value instanceof GlobalArray) return ARRAY
  if (value instanceof SymmetricArray) return SYMMETRIC_ARRAY
  if (value instanceof ObjectAddress) return OBJECT
  if (value instanceof SymmetricObject) return SYMMETRIC_OBJECT
  return NO_SHAPE
}

function valueOf(memory: CoreMemory, kind: number, word: number): unknown {
  switch (kind) {
    case ARRAY:
      return memory.directory.array(word)
    case SYMMETRIC_ARRAY:
      return memory.directory.symmetric(word)
    case OBJECT:
      return new ObjectAddress(word)
    case SYMMETRIC_OBJECT:
      return new SymmetricObject(word)
    default:
      return word
  }
}
