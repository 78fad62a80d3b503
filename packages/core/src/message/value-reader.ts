/**
 * Value reader: turns bytes that nobody vouches for into values.
 *
 * Invariants  an object is in `#seen` before its parts are read, at the number that the writer gave
 *             it, so that cycles close; a handle, made of its parts, is UNFINISHED till then.
 * Failure     OrujoError ORUJO_BAD_MESSAGE; never a hang, and never more memory than a small
 *             multiple of the bytes that are there.
 */
import { badMessage, ByteReader } from './byte-reader.ts'
import type { CodecExtension, ValueSource } from './codec-extension.ts'
import * as wire from './wire-format.ts'
import { attachCause, attachErrors, attachField, type ErrorHead, errorOf } from './wire-error.ts'

/** Place in `#seen` of a handle whose parts are being read. */
const UNFINISHED = Symbol('unfinished')

/** Bytes that a message may have after its values: less than a word. */
const MAX_PADDING = 7

export class ValueReader<Context> implements ValueSource {
  readonly #in = new ByteReader()
  readonly #extensions: (CodecExtension<Context> | undefined)[] = []
  readonly #seen: unknown[] = []
  #depth = 0
  #context: Context | undefined

  extend(extensions: readonly CodecExtension<Context>[]): void {
    for (const extension of extensions) this.#extensions[extension.tag] = extension
  }

  /** Begins a message. */
  open(bytes: Uint8Array, context: Context): void {
    this.#in.open(bytes)
    this.#seen.length = 0
    this.#context = context
    this.#depth = 0
  }

  /** Lets go of the message and of what was made from it. */
  close(): void {
    this.#in.close()
    this.#context = undefined
    this.#seen.length = 0
  }

  arguments(): unknown[] {
    const count = this.#in.count(1)
    const values: unknown[] = []
    for (let i = 0; i < count; i++) values.push(this.value())
    return values
  }

  /** Throws unless the message was read to its end. */
  finish(): void {
    const rest = this.#in.end - this.#in.at
    if (rest > MAX_PADDING) throw badMessage(`has ${rest} bytes after its end`)
  }

  value(): unknown {
    const tag = this.#in.byte()
    if (tag >= wire.SMALL_INTEGER) return tag - wire.SMALL_INTEGER
    if (tag >= wire.SHORT_STRING) return this.#in.stringOf(tag)
    if (tag >= wire.ARRAY) return this.#object(tag)
    switch (tag) {
      case wire.FLOAT:
        return this.#in.double()
      case wire.INTEGER:
        return this.#integer()
      case wire.LATIN1:
      case wire.UTF16:
        return this.#in.stringOf(tag)
      case wire.UNDEFINED:
        return undefined
      case wire.NULL:
        return null
      case wire.TRUE:
        return true
      case wire.FALSE:
        return false
      case wire.BIGINT64:
        return this.#in.bigint64()
      case wire.BIGINT:
        return this.#bigint()
      default:
        throw this.#unknown(tag)
    }
  }

  float(): number {
    return this.#in.double()
  }

  integer(): number {
    return this.#in.varint()
  }

  string(): string {
    return this.#in.string()
  }

  #integer(): number {
    const zigzag = this.#in.varint()
    return (zigzag >>> 1) ^ -(zigzag & 1)
  }

  #bigint(): bigint {
    const isNegative = this.#in.byte() === 1
    const digits = this.#in.string()
    if (!/^[0-9a-f]+$/.test(digits)) throw badMessage('has a bigint with odd digits')
    const size = BigInt(`0x${digits}`)
    return isNegative ? -size : size
  }

  #object(tag: number): unknown {
    if (tag === wire.REFERENCE) return this.#reference()
    if (this.#depth >= wire.MAX_DEPTH) throw badMessage(`is over ${wire.MAX_DEPTH} levels deep`)
    this.#depth++
    const value = this.#whole(tag)
    this.#depth--
    return value
  }

  #whole(tag: number): unknown {
    switch (tag) {
      case wire.OBJECT:
        return this.#record({})
      case wire.BARE:
        return this.#record(Object.create(null) as Record<string, unknown>)
      case wire.ARRAY:
        return this.#array()
      case wire.MAP:
        return this.#map()
      case wire.SET:
        return this.#set()
      case wire.DATE:
        return this.#made(new Date(this.#in.double()))
      case wire.REGEXP:
        return this.#made(new RegExp(this.#in.string(), this.#in.string()))
      case wire.BYTES:
        return this.#bytes()
      case wire.ERROR:
        return this.#error()
      case wire.EXTENSION:
        return this.#extension()
      default:
        throw this.#unknown(tag)
    }
  }

  #reference(): unknown {
    const number = this.#in.varint()
    if (number >= this.#seen.length) throw badMessage(`refers to object ${number} before it came`)
    const object = this.#seen[number]
    if (object === UNFINISHED) throw badMessage('has a handle that contains itself')
    return object
  }

  /** Gives an object its number. */
  #made<T extends object>(object: T): T {
    this.#seen.push(object)
    return object
  }

  #record(record: Record<string, unknown>): object {
    this.#seen.push(record)
    const count = this.#in.count(2)
    for (let i = 0; i < count; i++) {
      const name = this.#in.name()
      if (name === '__proto__') defineField(record, name, this.value())
      else record[name] = this.value()
    }
    return record
  }

  #array(): unknown[] {
    const array: unknown[] = this.#made([])
    const count = this.#in.count(1)
    for (let i = 0; i < count; i++) array.push(this.value())
    return array
  }

  #map(): Map<unknown, unknown> {
    const map = this.#made(new Map<unknown, unknown>())
    const count = this.#in.count(2)
    for (let i = 0; i < count; i++) {
      const key = this.value()
      map.set(key, this.value())
    }
    return map
  }

  #set(): Set<unknown> {
    const set = this.#made(new Set<unknown>())
    const count = this.#in.count(1)
    for (let i = 0; i < count; i++) set.add(this.value())
    return set
  }

  #bytes(): object {
    const kind = this.#in.byte()
    const made = wire.bufferOfKind(kind, this.#in.raw(this.#in.count(1)))
    if (made === undefined) throw badMessage(`has bytes of unknown class ${kind}`)
    return this.#made(made)
  }

  #extension(): unknown {
    const tag = this.#in.byte()
    const extension = this.#extensions[tag]
    if (extension === undefined) throw badMessage(`has a handle of unknown class ${tag}`)
    const number = this.#seen.push(UNFINISHED) - 1
    // Open from `open` to `close`, and only then is anything read.
    const made = extension.decode(this, this.#context as Context)
    this.#seen[number] = made
    return made
  }

  #error(): Error {
    const error = this.#made(errorOf(this.#errorHead()))
    const flags = this.#in.byte()
    if ((flags & wire.HAS_CAUSE) !== 0) attachCause(error, this.value())
    if ((flags & wire.HAS_ERRORS) !== 0) {
      const errors: unknown[] = []
      attachErrors(error, errors)
      const count = this.#in.count(1)
      for (let i = 0; i < count; i++) errors.push(this.value())
    }
    const count = this.#in.count(2)
    for (let i = 0; i < count; i++) {
      const name = this.#in.string()
      attachField(error, name, this.value())
    }
    return error
  }

  #errorHead(): ErrorHead {
    const family = this.#in.byte()
    const className = this.#in.string()
    const name = this.#in.string()
    const message = this.#in.string()
    const code = this.value()
    const stack = this.#in.string()
    const core = this.value()
    const definition = this.value()
    return {
      family,
      className,
      name,
      message,
      code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
      stack,
      core: typeof core === 'number' ? core : undefined,
      definition: typeof definition === 'string' ? definition : undefined,
    }
  }

  #unknown(tag: number): Error {
    return badMessage(`has unknown tag ${tag} at byte ${this.#in.at - 1}`)
  }
}

function defineField(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
