/**
 * Byte reader: the primitive things of the wire format, read from bytes that nobody vouches for.
 *
 * Invariants  start <= at <= end <= bytes.length; whatever is taken was checked to be there, so no
 *             length in a message can make the reader allocate more than a multiple of the message.
 * Failure     OrujoError ORUJO_BAD_MESSAGE.
 */
import { OrujoError } from '../errors.ts'
import { LATIN1, SHORT_STRING, SMALL_INTEGER, UTF16 } from './wire-format.ts'

/** Longer strings go through Buffer, whose call costs as much as this many turns of a loop. */
const LOOP_LENGTH = 24
/** Names kept, at most LOOP_LENGTH long: more than a program's messages have, in 16 KiB. */
const KNOWN_NAMES = 256
/** Of the eighth and last byte of a varint. */
const MAX_SCALE = 0x80 ** 7

export class ByteReader {
  // Not private: the value reader looks at the next byte for every value.
  bytes: Uint8Array
  at = 0
  end = 0
  readonly #nothing = new Uint8Array(0)
  /** Over all of the buffer that `bytes` lies in, so that it serves every message of a ring. */
  #view: DataView | undefined
  /** `bytes` for the long strings; made when the first one comes. */
  #text: Buffer | undefined
  /** By length: character codes of a short string. */
  readonly #units: number[][] = Array.from({ length: LOOP_LENGTH + 1 }, (_, n) => newUnits(n))
  /** By hash: names that were read before. Property names repeat, and a known one is ready-made. */
  readonly #names: string[] = new Array<string>(KNOWN_NAMES).fill('')

  constructor() {
    this.bytes = this.#nothing
  }

  open(bytes: Uint8Array): void {
    if (this.#view?.buffer !== bytes.buffer) this.#view = undefined
    this.bytes = bytes
    this.#text = undefined
    this.at = 0
    this.end = bytes.length
  }

  /** Lets go of the bytes; of shared memory, which is there anyway, a view is kept. */
  close(): void {
    this.bytes = this.#nothing
    this.#text = undefined
    this.end = this.at = 0
    if (this.#view?.buffer instanceof ArrayBuffer) this.#view = undefined
  }

  /** Throws unless `count` more bytes are there. */
  need(count: number): void {
    if (count > this.end - this.at) throw badMessage(`ends at byte ${this.end}, too early`)
  }

  byte(): number {
    this.need(1)
    return this.bytes[this.at++]!
  }

  varint(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let scale = 0x80; scale <= MAX_SCALE; scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) break
      if (byte < 0x80) return value
    }
    throw badMessage(`has a number over 53 bits at byte ${this.at}`)
  }

  /** A varint that counts things of at least `bytesEach` bytes, which must still be there. */
  count(bytesEach: number): number {
    const count = this.varint()
    this.need(count * bytesEach)
    return count
  }

  double(): number {
    this.need(8)
    const at = this.at
    this.at = at + 8
    return this.#dataView().getFloat64(this.bytes.byteOffset + at, true)
  }

  bigint64(): bigint {
    this.need(8)
    const at = this.at
    this.at = at + 8
    return this.#dataView().getBigInt64(this.bytes.byteOffset + at, true)
  }

  /** A string with its tag. */
  string(): string {
    return this.stringOf(this.byte())
  }

  /** A string whose tag was read. */
  stringOf(tag: number): string {
    if (tag >= SHORT_STRING && tag < SMALL_INTEGER) return this.#latin1(tag - SHORT_STRING)
    if (tag === LATIN1) return this.#latin1(this.count(1))
    if (tag === UTF16) return this.#utf16(this.count(2))
    throw badMessage(`has tag ${tag} where a string belongs, at byte ${this.at - 1}`)
  }

  /** A string with its tag, likely to have come before. */
  name(): string {
    const tag = this.byte()
    const length = tag - SHORT_STRING
    if (length < 0 || length > LOOP_LENGTH) return this.stringOf(tag)
    this.need(length)
    const { bytes, at } = this
    let hash = length
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[at + i]!) | 0
    const slot = (hash ^ (hash >> 16)) & (KNOWN_NAMES - 1)
    const known = this.#names[slot]!
    if (known.length === length && this.#isNext(known)) {
      this.at = at + length
      return known
    }
    return (this.#names[slot] = this.#latin1(length))
  }

  /** A copy of the next `count` bytes. */
  raw(count: number): ArrayBuffer {
    this.need(count)
    const copy = new Uint8Array(count)
    copy.set(this.bytes.subarray(this.at, this.at + count))
    this.at += count
    return copy.buffer
  }

  #dataView(): DataView {
    return (this.#view ??= new DataView(this.bytes.buffer))
  }

  #isNext(text: string): boolean {
    const { bytes, at } = this
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false
    return true
  }

  #latin1(length: number): string {
    this.need(length)
    const { bytes, at } = this
    this.at = at + length
    if (length > LOOP_LENGTH) return this.#longText('latin1', at, at + length)
    const units = this.#units[length]!
    for (let i = 0; i < length; i++) units[i] = bytes[at + i]!
    return String.fromCharCode.apply(null, units)
  }

  /** `length` code units, whose bytes were counted. */
  #utf16(length: number): string {
    const { bytes, at } = this
    this.at = at + 2 * length
    if (length > LOOP_LENGTH) return this.#longText('utf16le', at, this.at)
    const units = this.#units[length]!
    for (let i = 0; i < length; i++) units[i] = bytes[at + 2 * i]! | (bytes[at + 2 * i + 1]! << 8)
    return String.fromCharCode.apply(null, units)
  }

  #longText(encoding: 'latin1' | 'utf16le', from: number, to: number): string {
    const { buffer, byteOffset, length } = this.bytes
    this.#text ??= Buffer.from(buffer, byteOffset, length)
    return this.#text.toString(encoding, from, to)
  }
}

/** An error about the bytes of a message. `what` continues "a message". */
export function badMessage(what: string, cause?: unknown): OrujoError {
  const message = `a message ${what}; the sender's and the receiver's programs may differ`
  return new OrujoError('ORUJO_BAD_MESSAGE', message, cause === undefined ? {} : { cause })
}

function newUnits(length: number): number[] {
  return new Array<number>(length).fill(0)
}
