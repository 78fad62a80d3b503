/**
 * Value writer: turns values into bytes, or refuses them with the path of what cannot be sent.
 *
 * Invariants  every object is entered into the identity table when its tag is written, so that the
 *             reader can count along; path[depth - 1] leads to the value being written.
 * Failure     OrujoError ORUJO_NOT_SENDABLE; what a user's getter throws is its cause. An error of
 *             an extension stays as it is: it says more of its object than its path would.
 * Bounds      MAX_DEPTH, MAX_ERROR_DEPTH, and what the byte writer allows.
 *
 * An error is flags, its head, then its body in which a part that cannot be sent becomes a string:
 *   ERROR, family, class name, name, message, code, stack, core, definition, flags of HAS_...,
 *   cause, count and errors, count and fields (name, value).
 */
import { OrujoError } from '../errors.ts'
import { ByteWriter } from './byte-writer.ts'
import type { CodecExtension, ValueSink } from './codec-extension.ts'
import { IdentityTable } from './identity-table.ts'
import {
  ARGUMENT,
  ELEMENT,
  FIELD,
  INSIDE,
  MAP_KEY,
  MAP_VALUE,
  placeholderFor,
  refusalAt,
  RESULT,
  SET_ELEMENT,
  type Step,
  whyRefused,
} from './refusal.ts'
import * as wire from './wire-format.ts'
import { bodyOf, headOf, isError, type WorkPlace, wrapThrown } from './wire-error.ts'

/** What an object with a certain prototype is. */
type Family =
  | { readonly kind: 'map' | 'set' | 'date' | 'regexp' }
  | { readonly kind: 'bytes'; readonly number: number }
  | { readonly kind: 'extension'; readonly extension: CodecExtension<never> }

const BUILT_IN: readonly (readonly [prototype: object, family: Family])[] = [
  [Map.prototype, { kind: 'map' }],
  [Set.prototype, { kind: 'set' }],
  [Date.prototype, { kind: 'date' }],
  [RegExp.prototype, { kind: 'regexp' }],
  [ArrayBuffer.prototype, { kind: 'bytes', number: wire.ARRAY_BUFFER }],
  [SharedArrayBuffer.prototype, { kind: 'bytes', number: wire.SHARED_ARRAY_BUFFER }],
  [Buffer.prototype, { kind: 'bytes', number: wire.BUFFER }],
  ...wire.VIEW_CLASSES.map(
    (view, i) => [view.prototype, { kind: 'bytes', number: wire.FIRST_VIEW + i }] as const,
  ),
]

export class ValueWriter implements ValueSink {
  readonly out: ByteWriter
  readonly place: object | undefined
  /** What is to run when the message is accepted; undefined if nothing is. */
  commits: (() => void)[] | undefined = undefined
  readonly #families: Map<object, Family>
  readonly #seen = new IdentityTable()
  /** Path to the value being written. */
  readonly #steps: Step[] = []
  readonly #keys: (string | number)[] = []
  #depth = 0
  /** What an extension has said against a value of its own. */
  #ownRefusal: unknown
  #errorDepth = 0
  #definition = ''

  constructor(maxBytes: number, place: object | undefined) {
    this.out = new ByteWriter(maxBytes)
    this.place = place
    this.#families = new Map(BUILT_IN)
  }

  extend(extensions: readonly CodecExtension<never>[]): void {
    for (const extension of extensions) {
      this.#families.set(extension.prototype, { kind: 'extension', extension })
    }
  }

  /** Begins a message. `definition` is named in refusals. */
  open(definition: string): void {
    this.out.restart()
    this.#seen.truncate(0)
    this.commits = undefined
    this.#definition = definition
    this.#depth = 0
    this.#errorDepth = 0
  }

  /** Lets go of everything a message referred to, whether it was finished or not. */
  close(): void {
    this.#seen.truncate(0)
  }

  arguments(values: readonly unknown[]): void {
    this.out.varint(values.length)
    this.#enter(ARGUMENT)
    for (let i = 0; i < values.length; i++) {
      this.#keys[0] = i
      this.value(values[i])
    }
    this.#depth--
  }

  result(value: unknown): void {
    this.#enter(RESULT)
    this.value(value)
    this.#depth--
  }

  /** Whatever was thrown; always an error on the wire. */
  thrown(thrown: unknown, place: WorkPlace): void {
    const error = isError(thrown) ? thrown : wrapThrown(thrown)
    this.#enter(RESULT)
    this.#seen.enter(error)
    this.#error(error, place)
    this.#depth--
  }

  /** What to throw for whatever went wrong since `open`. */
  refusal(cause: unknown): unknown {
    this.commits = undefined
    if (cause instanceof OrujoError || cause === this.#ownRefusal) return cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    return this.#refused(`could not be sent: ${reason}`, cause)
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        return this.out.number(value)
      case 'string':
        return this.out.string(value)
      case 'object':
        return value === null ? this.out.byte(wire.NULL) : this.#object(value)
      case 'boolean':
        return this.out.byte(value ? wire.TRUE : wire.FALSE)
      case 'undefined':
        return this.out.byte(wire.UNDEFINED)
      case 'bigint':
        return this.#bigint(value)
      default:
        throw this.#refused(whyRefused(value))
    }
  }

  float(value: number): void {
    this.out.double(value)
  }

  integer(value: number): void {
    this.out.varint(value)
  }

  string(value: string): void {
    this.out.string(value)
  }

  onSent(commit: () => void): void {
    if (this.#errorDepth > 0) throw this.#refused('gives itself away, which errors cannot carry')
    this.commits ??= []
    this.commits.push(commit)
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.out.byte(wire.BIGINT64)
      this.out.reserve(8)
      this.out.view.setBigInt64(this.out.at, value, true)
      this.out.at += 8
      return
    }
    this.out.byte(wire.BIGINT)
    this.out.byte(value < 0n ? 1 : 0)
    this.out.string((value < 0n ? -value : value).toString(16))
  }

  #object(object: object): void {
    const known = this.#seen.enter(object)
    if (known >= 0) {
      this.out.byte(wire.REFERENCE)
      this.out.varint(known)
      return
    }
    const prototype: unknown = Object.getPrototypeOf(object)
    // Casts in this method and below: the prototype tells the type.
    if (prototype === Object.prototype) return this.#record(wire.OBJECT, object as Fields)
    if (prototype === Array.prototype) return this.#array(object as unknown[])
    if (prototype === null) return this.#record(wire.BARE, object as Fields)
    const family = this.#families.get(prototype as object)
    if (family !== undefined) return this.#member(object, family)
    if (isError(object)) return this.#error(object, undefined)
    if (Array.isArray(object) && Array.isArray(prototype)) return this.#array(object)
    if (isForeignRecord(prototype)) return this.#record(wire.OBJECT, object as Fields)
    throw this.#refused(whyRefused(object))
  }

  #record(tag: number, record: Fields): void {
    const names = Object.keys(record)
    this.out.byte(tag)
    this.out.varint(names.length)
    const level = this.#enter(FIELD)
    for (const name of names) {
      this.#keys[level] = name
      this.out.string(name)
      this.value(record[name])
    }
    this.#depth--
  }

  #array(array: readonly unknown[]): void {
    const length = array.length
    this.out.byte(wire.ARRAY)
    this.out.varint(length)
    const level = this.#enter(ELEMENT)
    for (let i = 0; i < length; i++) {
      this.#keys[level] = i
      const element = array[i]
      if (element === undefined && !(i in array)) {
        throw this.#refused('is a hole, which cannot be sent; fill it, with undefined if need be')
      }
      this.value(element)
    }
    this.#depth--
  }

  #member(object: object, family: Family): void {
    switch (family.kind) {
      case 'map':
        return this.#map(object as ReadonlyMap<unknown, unknown>)
      case 'set':
        return this.#set(object as ReadonlySet<unknown>)
      case 'date': {
        const time = (object as Date).getTime()
        this.out.byte(wire.DATE)
        return this.out.double(time)
      }
      case 'regexp': {
        const { source, flags } = object as RegExp
        this.out.byte(wire.REGEXP)
        this.out.string(source)
        return this.out.string(flags)
      }
      case 'bytes':
        return this.#bytes(object as ArrayBufferView | ArrayBufferLike, family.number)
      case 'extension':
        return this.#extension(object, family.extension)
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    const count = map.size
    this.out.byte(wire.MAP)
    this.out.varint(count)
    const level = this.#enter(MAP_KEY)
    let entry = 0
    for (const [key, value] of map) {
      if (entry === count) throw this.#changed(level)
      this.#steps[level] = MAP_KEY
      this.#keys[level] = entry++
      this.value(key)
      this.#steps[level] = MAP_VALUE
      if (typeof key === 'string' || typeof key === 'number') this.#keys[level] = key
      this.value(value)
    }
    if (entry < count) throw this.#changed(level)
    this.#depth = level
  }

  #set(set: ReadonlySet<unknown>): void {
    const count = set.size
    this.out.byte(wire.SET)
    this.out.varint(count)
    const level = this.#enter(SET_ELEMENT)
    let entry = 0
    for (const element of set) {
      if (entry === count) throw this.#changed(level)
      this.#keys[level] = entry++
      this.value(element)
    }
    if (entry < count) throw this.#changed(level)
    this.#depth = level
  }

  #bytes(source: ArrayBufferView | ArrayBufferLike, kind: number): void {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source)
    this.out.byte(wire.BYTES)
    this.out.byte(kind)
    this.out.varint(bytes.length)
    this.out.raw(bytes)
  }

  #extension(object: object, extension: CodecExtension<never>): void {
    this.out.byte(wire.EXTENSION)
    this.out.byte(extension.tag)
    this.#enter(INSIDE)
    try {
      extension.encode(object, this)
    } catch (error) {
      // A refusal with a code says more than that the value could not be sent.
      if (typeof (error as { code?: unknown } | null)?.code === 'string') this.#ownRefusal = error
      throw error
    }
    this.#depth--
  }

  #error(error: Error, place: WorkPlace | undefined): void {
    const head = headOf(error, place)
    const body = bodyOf(error)
    this.out.byte(wire.ERROR)
    this.out.byte(head.family)
    this.out.string(head.className)
    this.out.string(head.name)
    this.out.string(head.message)
    this.value(head.code)
    this.out.string(head.stack)
    this.value(head.core)
    this.value(head.definition)
    const { hasCause, errors } = body
    this.out.byte((hasCause ? wire.HAS_CAUSE : 0) | (errors === undefined ? 0 : wire.HAS_ERRORS))
    const level = this.#enter(FIELD)
    this.#errorDepth++
    if (hasCause) this.#part(level, 'cause', body.cause)
    if (errors !== undefined) {
      this.out.varint(errors.length)
      for (const part of errors) this.#part(level, 'errors', part)
    }
    this.out.varint(body.fields.length)
    for (const [name, part] of body.fields) {
      this.out.string(name)
      this.#part(level, name, part)
    }
    this.#errorDepth--
    this.#depth--
  }

  /** A part of an error; a placeholder if it cannot be sent, because the error must arrive. */
  #part(level: number, name: string, part: unknown): void {
    this.#keys[level] = name
    const { at } = this.out
    const { size } = this.#seen
    const depth = this.#depth
    const errorDepth = this.#errorDepth
    try {
      if (errorDepth > wire.MAX_ERROR_DEPTH && isError(part)) throw this.#refused('is too deep')
      this.value(part)
    } catch {
      this.out.at = at
      this.#seen.truncate(size)
      this.#depth = depth
      this.#errorDepth = errorDepth
      this.out.string(placeholderFor(part))
    }
  }

  /** Goes one level deeper. Returns the level of the path that is to be filled. */
  #enter(step: Step): number {
    const level = this.#depth
    if (level >= wire.MAX_DEPTH) {
      throw this.#refused(
        `lies over ${wire.MAX_DEPTH} levels deep, which cannot be sent; flatten it, ` +
          'for instance into an array whose elements name each other by index',
      )
    }
    this.#steps[level] = step
    this.#keys[level] = 0
    this.#depth = level + 1
    return level
  }

  /** A getter in a map or set changed it: what is there is no longer what was counted. */
  #changed(level: number): OrujoError {
    this.#depth = level
    return this.#refused('changed while it was read, by a getter inside of it; send a copy')
  }

  #refused(why: string, cause?: unknown): OrujoError {
    const path = { steps: this.#steps, keys: this.#keys, length: this.#depth }
    return refusalAt(path, why, this.#definition, cause)
  }
}

interface Fields {
  readonly [name: string]: unknown
}

/** Whether a prototype is the Object.prototype of another realm, such as a vm context. */
function isForeignRecord(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}
