/**
 * Wire format: how one value lies in the bytes of a message, shared by writer and reader.
 *
 * A value is a tag byte and what the tag says. A length or count is a varint: 7 bits a byte, low
 * first. Multi-byte numbers are little-endian and not aligned.
 *
 *   0x80 + n            integer n, 0 to 127
 *   0x40 + n            string of n Latin-1 characters, 0 to 63, one byte each
 *   INTEGER             varint, zigzag, 32 bits
 *   FLOAT, DATE         8 bytes
 *   BIGINT64            8 bytes
 *   BIGINT              sign byte, string of hexadecimal digits
 *   LATIN1, UTF16       length in code units, one or two bytes each
 *   ARRAY, SET          count, values
 *   OBJECT, BARE        count, pairs of string and value; BARE has no prototype
 *   MAP                 count, pairs of values
 *   REGEXP              two strings
 *   BYTES               number of the buffer class, byte length, bytes
 *   ERROR               see ValueWriter
 *   EXTENSION           tag of the extension, what it wrote
 *   REFERENCE           number of an object earlier in this message; objects, from ARRAY on, are
 *                       numbered in the order in which they begin
 */

export const UNDEFINED = 1
export const NULL = 2
export const TRUE = 3
export const FALSE = 4
export const INTEGER = 5
export const FLOAT = 6
export const BIGINT64 = 7
export const BIGINT = 8
export const LATIN1 = 9
export const UTF16 = 10
export const ARRAY = 11
export const OBJECT = 12
export const BARE = 13
export const MAP = 14
export const SET = 15
export const DATE = 16
export const REGEXP = 17
export const BYTES = 18
export const ERROR = 19
export const EXTENSION = 20
export const REFERENCE = 21

/** Tag of the empty short string; longer ones follow. */
export const SHORT_STRING = 0x40
/** Longest short string: what lies between the tags of strings and of integers. */
export const MAX_SHORT_STRING = 0x3f
/** Tag of the integer 0; larger ones follow. */
export const SMALL_INTEGER = 0x80

/**
 * Values may lie this deep in each other. Writer and reader recurse; a level takes up to 600 bytes
 * of stack, so this fits the 984 KiB of a main thread and the 4 MiB of a worker. Where the caller
 * has left less, the overflow is a refusal like any other.
 */
export const MAX_DEPTH = 1000

/** Errors may cause each other to this depth; deeper ones become strings. */
export const MAX_ERROR_DEPTH = 16

/** In front of the parts of an error that not every error has. */
export const HAS_CAUSE = 1
export const HAS_ERRORS = 2

/** Classes that are bytes and nothing else. The number on the wire is the index. */
export const ARRAY_BUFFER = 0
export const SHARED_ARRAY_BUFFER = 1
export const BUFFER = 2
export const FIRST_VIEW = 3

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView

/** Views by wire number less FIRST_VIEW. Node 20 lacks the last: nobody there can have made one. */
export const VIEW_CLASSES: readonly ViewClass[] = [
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  ...float16Class(),
]

/** The library types of our language level do not know Float16Array yet. */
function float16Class(): ViewClass[] {
  const found: unknown = Reflect.get(globalThis, 'Float16Array')
  return typeof found === 'function' ? [found as ViewClass] : []
}

/** Makes what class number `kind` is out of bytes that belong to nobody else; undefined if none. */
export function bufferOfKind(kind: number, bytes: ArrayBuffer): object | undefined {
  switch (kind) {
    case ARRAY_BUFFER:
      return bytes
    case SHARED_ARRAY_BUFFER: {
      const shared = new SharedArrayBuffer(bytes.byteLength)
      new Uint8Array(shared).set(new Uint8Array(bytes))
      return shared
    }
    case BUFFER:
      return Buffer.from(bytes)
    default: {
      const view = VIEW_CLASSES[kind - FIRST_VIEW]
      return view === undefined ? undefined : new view(bytes)
    }
  }
}
