/**
 * Byte writer: a growing buffer and the primitive things of the wire format. It exists so that the
 * value writer deals with values only.
 *
 * Invariants  the buffer starts 8-byte aligned and its length is a multiple of 8; at <= its length.
 * Failure     RangeError over `maxBytes`; the value writer makes a refusal of it.
 * Bounds      `maxBytes` a message; a buffer over RETAINED_BYTES is given up when little used.
 */
import {
  INTEGER,
  FLOAT,
  LATIN1,
  MAX_SHORT_STRING,
  SHORT_STRING,
  SMALL_INTEGER,
  UTF16,
} from './wire-format.ts'

/** Room for the common message without growing. */
const INITIAL_BYTES = 4096
/** Kept from message to message whatever its use: a megabyte a core is not worth a growth. */
const RETAINED_BYTES = 1 << 20
/** Longer strings go through Buffer, whose calls cost as much as this many turns of a loop. */
const LOOP_LENGTH = 100
/** A varint of a safe integer. */
const MAX_VARINT_BYTES = 8

export class ByteWriter {
  readonly maxBytes: number
  // Three views of one buffer. Not private: read for every value and every message.
  bytes: Uint8Array<ArrayBuffer>
  view: DataView<ArrayBuffer>
  words: Float64Array<ArrayBuffer>
  /** Where the next byte goes. */
  at = 0
  /** The same buffer for long strings; made when the first one comes. */
  #buffer: Buffer | undefined

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
    this.bytes = new Uint8Array(INITIAL_BYTES)
    this.view = new DataView(this.bytes.buffer)
    this.words = new Float64Array(this.bytes.buffer)
  }

  /** Forgets the last message. */
  restart(): void {
    const capacity = this.bytes.length
    if (capacity > RETAINED_BYTES && this.at < capacity / 4) this.#replace(RETAINED_BYTES, 0)
    this.at = 0
  }

  /** Zeroes what is left of the last word. Returns the byte length of the message. */
  finish(): number {
    for (let i = this.at; (i & 7) !== 0; i++) this.bytes[i] = 0
    return this.at
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.#grow(count)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  /** A number from 0 to Number.MAX_SAFE_INTEGER. */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES)
    this.#varint(value)
  }

  /** Eight bytes without a tag. */
  double(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  /** A number as a value. */
  number(value: number): void {
    this.reserve(1 + MAX_VARINT_BYTES)
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      this.bytes[this.at] = FLOAT
      this.view.setFloat64(this.at + 1, value, true)
      this.at += 9
    } else if (value >= 0 && value < 0x80) {
      this.bytes[this.at++] = SMALL_INTEGER + value
    } else {
      this.bytes[this.at++] = INTEGER
      this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
    }
  }

  /** A string as a value: one byte a character where it can be, two where it must. */
  string(value: string): void {
    const length = value.length
    const start = this.at
    this.reserve(length + 1 + MAX_VARINT_BYTES)
    if (length <= MAX_SHORT_STRING) {
      this.bytes[this.at++] = SHORT_STRING + length
    } else {
      this.bytes[this.at++] = LATIN1
      this.#varint(length)
    }
    const { bytes, at } = this
    if (length > LOOP_LENGTH && Buffer.byteLength(value) === length) {
      // As many bytes as code units in UTF-8: all ASCII.
      this.at = at + this.#text().write(value, at, 'latin1')
      return
    }
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0xff) {
        this.at = start
        this.#wideString(value)
        return
      }
      bytes[at + i] = unit
    }
    this.at = at + length
  }

  /** A copy of bytes, without a length. */
  raw(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.at)
    this.at += source.length
  }

  /** A varint for which there is room. */
  #varint(value: number): void {
    const { bytes } = this
    let { at } = this
    let rest = value
    while (rest > 0x7fff_ffff) {
      bytes[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }

  #wideString(value: string): void {
    const length = value.length
    this.byte(UTF16)
    this.varint(length)
    this.reserve(2 * length)
    const { bytes, at } = this
    if (length > LOOP_LENGTH) {
      this.at = at + this.#text().write(value, at, 'utf16le')
      return
    }
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      bytes[at + 2 * i] = unit
      bytes[at + 2 * i + 1] = unit >> 8
    }
    this.at = at + 2 * length
  }

  #text(): Buffer {
    return (this.#buffer ??= Buffer.from(this.bytes.buffer))
  }

  #grow(count: number): void {
    const needed = this.at + count
    if (needed > this.maxBytes) {
      throw new RangeError(
        `the message would need more than the ${this.maxBytes} bytes that one may have; ` +
          'put the data into a global array and send that, or send it in pieces',
      )
    }
    const doubled = Math.max(needed, 2 * this.bytes.length)
    this.#replace(8 * Math.ceil(Math.min(doubled, this.maxBytes) / 8), this.at)
  }

  #replace(capacity: number, keep: number): void {
    const grown = new Uint8Array(capacity)
    grown.set(this.bytes.subarray(0, keep))
    this.bytes = grown
    this.#buffer = undefined
    this.view = new DataView(grown.buffer)
    this.words = new Float64Array(grown.buffer)
  }
}
