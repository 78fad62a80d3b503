/**
 * Codec: sendable values to bytes and back. It exists because structured clone loses what errors
 * are, knows nothing of our handles, and cannot write into a ring.
 *
 * Sent are numbers, bigints, booleans, strings, null, undefined, arrays without holes, plain
 * objects (own enumerable string keys), Map, Set, Date, RegExp, errors, typed arrays, buffers, and
 * the handles of the extensions. Like structured clone it keeps shared references and cycles
 * within one message. Unlike it, a view carries only its own range, a SharedArrayBuffer is copied,
 * a Buffer stays one, and what is not listed is refused, not emptied. Named fields of arrays and
 * lastIndex of a RegExp stay behind.
 *
 * Invariants  one message at a time in each direction; nothing of a message outlives its call
 *             except the encoded bytes and the commits of its values (`ValueSink.onSent`), which
 *             stay until the next `encode`.
 * Ownership   who sends the bytes calls `sent` right after they are accepted, before anything else
 *             is encoded. Who only looks at them, or sends a thrown error, does not.
 * Failure     encoding: ORUJO_NOT_SENDABLE with the path; nothing of the message is kept.
 *             Decoding: ORUJO_BAD_MESSAGE, whatever the bytes are.
 * Misuse      a getter or an extension that uses the codec it runs under: InvariantError.
 */
import { invariant, OrujoError } from '../errors.ts'
import { badMessage } from './byte-reader.ts'
import { type CodecExtension, classNameOf } from './codec-extension.ts'
import { placeholderFor } from './refusal.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'
import { isError, type WorkPlace } from './wire-error.ts'

/** A quarter of what one Uint8Array holds on every supported Node, so that doubling it is safe. */
const MAX_MESSAGE_BYTES = 2 ** 30
/** An error with its stack must always find room. */
const MIN_MESSAGE_BYTES = 2 ** 16
/** Of an error that could not be sent, this much of the message. */
const SHOWN_CHARACTERS = 1000

export interface CodecOptions {
  /** Bound of one message, 64 KiB or more. Default 1 GiB. */
  readonly maxBytes?: number
  /** What extensions find in `ValueSink.place`. */
  readonly place?: object
}

/** `Context`: what `decode` passes on to the extensions. */
export class Codec<Context> {
  readonly #writer: ValueWriter
  readonly #reader: ValueReader<Context>
  readonly #extensions: CodecExtension<Context>[] = []
  #isWriting = false
  #isReading = false

  constructor(extensions: readonly CodecExtension<Context>[] = [], options: CodecOptions = {}) {
    const maxBytes = options.maxBytes ?? MAX_MESSAGE_BYTES
    invariant(maxBytes >= MIN_MESSAGE_BYTES, `maxBytes is ${maxBytes}, less than 64 KiB`)
    this.#writer = new ValueWriter(maxBytes, options.place)
    this.#reader = new ValueReader()
    this.extend(extensions)
  }

  /** Adds extensions, before any of their objects is sent. InvariantError if a tag is taken. */
  extend(extensions: readonly CodecExtension<Context>[]): void {
    checkExtensions([...this.#extensions, ...extensions])
    this.#extensions.push(...extensions)
    // Writing needs no context: extensions of any context write alike.
    this.#writer.extend(extensions)
    this.#reader.extend(extensions)
  }

  /**
   * The encoded message, from the start, 8-byte aligned; what the last word has left over is 0.
   * Another array after each `encode` that had to grow it: never keep it.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#writer.out.bytes
  }

  /** The same memory as words. Copy with `set`, not one by one, which may change the bits. */
  get words(): Float64Array<ArrayBuffer> {
    return this.#writer.out.words
  }

  /**
   * Encodes the arguments of `definition` (named in refusals). Returns the byte length.
   * Throws ORUJO_NOT_SENDABLE.
   */
  encode(values: readonly unknown[], definition = ''): number {
    this.#beginWriting()
    try {
      this.#writer.open(definition)
      this.#writer.arguments(values)
      return this.#writer.out.finish()
    } catch (error) {
      throw this.#writer.refusal(error)
    } finally {
      this.#isWriting = false
      this.#writer.close()
    }
  }

  /** Encodes one value, the result of `definition`. Otherwise as `encode`. */
  encodeOne(value: unknown, definition = ''): number {
    this.#beginWriting()
    try {
      this.#writer.open(definition)
      this.#writer.result(value)
      return this.#writer.out.finish()
    } catch (error) {
      throw this.#writer.refusal(error)
    } finally {
      this.#isWriting = false
      this.#writer.close()
    }
  }

  /** What was encoded last has been accepted: runs the commits of its values. Safe to repeat. */
  sent(): void {
    if (this.#writer.commits !== undefined) this.#commit(this.#writer.commits)
  }

  /** Encodes whatever was thrown at `place`. Never refuses: what cannot be sent becomes text. */
  encodeThrown(thrown: unknown, place: WorkPlace): number {
    try {
      return this.#encodeThrown(thrown, place)
    } catch (cause) {
      return this.#encodeThrown(stubOf(thrown, cause), place)
    }
  }

  /**
   * Decodes what `encode` made. `bytes` may lie anywhere, shared memory included, and may end with
   * less than a word of anything; nothing decoded refers to it. Throws ORUJO_BAD_MESSAGE.
   */
  decode(bytes: Uint8Array, context: Context): unknown[] {
    this.#beginReading()
    try {
      this.#reader.open(bytes, context)
      const values = this.#reader.arguments()
      this.#reader.finish()
      return values
    } catch (error) {
      throw asBadMessage(error)
    } finally {
      this.#isReading = false
      this.#reader.close()
    }
  }

  /** Decodes what `encodeOne` made. Otherwise as `decode`. */
  decodeOne(bytes: Uint8Array, context: Context): unknown {
    this.#beginReading()
    try {
      this.#reader.open(bytes, context)
      const value = this.#reader.value()
      this.#reader.finish()
      return value
    } catch (error) {
      throw asBadMessage(error)
    } finally {
      this.#isReading = false
      this.#reader.close()
    }
  }

  /** Decodes what `encodeThrown` made; if the bytes are bad, returns the error that says so. */
  decodeThrown(bytes: Uint8Array, context: Context): Error {
    try {
      const error = this.decodeOne(bytes, context)
      return isError(error) ? error : badMessage('has a value where an error belongs')
    } catch (error) {
      return asBadMessage(error)
    }
  }

  #commit(commits: readonly (() => void)[]): void {
    this.#writer.commits = undefined
    const failures: unknown[] = []
    for (const commit of commits) {
      try {
        commit()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 0) return
    const message = 'a value was sent, and its extension failed to note that'
    throw new OrujoError('ORUJO_INVARIANT', message, { cause: failures[0] })
  }

  #encodeThrown(thrown: unknown, place: WorkPlace): number {
    this.#beginWriting()
    try {
      this.#writer.open(place.definition ?? '')
      this.#writer.thrown(thrown, place)
      return this.#writer.out.finish()
    } finally {
      this.#isWriting = false
      this.#writer.close()
    }
  }

  // The flags are cleared in line, before anything is called: a call may overflow the stack.

  #beginWriting(): void {
    invariant(!this.#isWriting, 'a getter of a value that is being sent may not send anything')
    this.#isWriting = true
  }

  #beginReading(): void {
    invariant(!this.#isReading, 'an extension may not decode with the codec that runs it')
    this.#isReading = true
  }
}

function checkExtensions(extensions: readonly CodecExtension<never>[]): void {
  const tags = new Set<number>()
  const classes = new Set<object>()
  for (const extension of extensions) {
    const { tag, prototype } = extension
    const isTag = Number.isInteger(tag) && tag >= 0 && tag < 128
    invariant(isTag && !tags.has(tag), `extension tag ${tag} is taken or not 0 to 127`)
    invariant(!classes.has(prototype), `${classNameOf(extension)} has an extension already`)
    tags.add(tag)
    classes.add(prototype)
  }
}

/** What an extension found wrong stays; whatever else went wrong was the bytes' fault. */
function asBadMessage(error: unknown): OrujoError {
  return error instanceof OrujoError ? error : badMessage('could not be decoded', error)
}

/** The little of an error that can always be sent. */
function stubOf(thrown: unknown, cause: unknown): OrujoError {
  const what = placeholderFor(thrown).slice(0, SHOWN_CHARACTERS)
  const why = placeholderFor(cause).slice(0, SHOWN_CHARACTERS)
  return new OrujoError('ORUJO_REMOTE', `${what} was thrown and could not be sent: ${why}`)
}
