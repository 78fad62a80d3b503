/**
 * Controls: what one endpoint does with the messages that are not the program's own: answers, the
 * books of scopes, and pieces of messages longer than a frame.
 *
 * Ordering    as they come; the pieces of one message follow one another on their link.
 * Failure     an answer that cannot be decoded rejects its call.
 * Bounds      one message per link is in pieces at any time.
 */
import type { Codec } from '../message/codec.ts'
import {
  CALL_ABORTED,
  FRAGMENT_FIRST,
  FRAGMENT_MORE,
  REPLY_COUNTED,
  REPLY_ERROR,
  REPLY_NUMBER,
  REPLY_VALUE,
  REPLY_VOID,
  SCOPE_ABORTED,
  SCOPE_ANSWER,
  SCOPE_FAILED,
  SCOPE_PROBE,
  SCOPE_REPORT,
  UNBOUND_DONE,
} from '../message/handlers.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import type { Calls } from './calls.ts'

/** What controls need from their endpoint. */
export interface ControlParts<Context> {
  readonly scopes: ScopeTable
  readonly calls: Calls
  readonly codec: Codec<Context>
  readonly codecContext: Context
}

/** What they say to the rest of the dispatch. */
export interface ControlTarget {
  /** A message that has come in pieces is whole. */
  handleWhole(src: number, words: Float64Array): void
  /** `src` aborts its scoped call. */
  abortScoped(src: number, call: number): void
  /** A message about unbound tasks. */
  handleUnbound(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    auxiliary: number,
    words: number,
  ): void
}

interface Assembly {
  readonly words: Float64Array
  filled: number
}

export class Controls<Context> {
  readonly #parts: ControlParts<Context>
  readonly #scopes: ScopeTable
  readonly #target: ControlTarget
  readonly #assemblies: (Assembly | undefined)[] = []

  constructor(parts: ControlParts<Context>, target: ControlTarget) {
    this.#parts = parts
    this.#scopes = parts.scopes
    this.#target = target
  }

  /** Handles the message of `words` words at `at`. `auxiliary`: the high half of its header. */
  handle(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    auxiliary: number,
    words: number,
  ): void {
    const { calls } = this.#parts
    switch (operation) {
      case REPLY_NUMBER + REPLY_COUNTED:
        calls.resolve(auxiliary, f64[at + 1]!, src)
        return
      case REPLY_VOID:
        calls.resolve(auxiliary, undefined, -1)
        return
      case REPLY_VALUE:
      case REPLY_VALUE + REPLY_COUNTED:
      case REPLY_ERROR:
      case REPLY_ERROR + REPLY_COUNTED:
        this.#acceptReply(src, f64, at, operation, auxiliary, words)
        return
      case FRAGMENT_FIRST:
        this.#assemblies[src] = { words: new Float64Array(auxiliary), filled: 0 }
        this.#addFragment(src, f64.subarray(at + 1, at + words))
        return
      case FRAGMENT_MORE:
        this.#addFragment(src, f64.subarray(at + 1, at + words))
        return
      default:
        if (operation >= UNBOUND_DONE) {
          this.#target.handleUnbound(src, f64, at, operation, auxiliary, words)
        } else this.#controlScope(src, f64, at, operation, auxiliary, words)
    }
  }

  #controlScope(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    auxiliary: number,
    words: number,
  ): void {
    const scopes = this.#scopes
    if (operation === CALL_ABORTED) {
      this.#target.abortScoped(src, auxiliary)
      return
    }
    const scope = scopes.at(auxiliary)
    switch (operation) {
      case SCOPE_REPORT:
        scopes.addReport(scope, f64, at + 2, f64[at + 1] === 1)
        return
      case SCOPE_FAILED:
        scopes.addError(scope, this.#decodeError(f64, at + 1, at + words))
        return
      case SCOPE_PROBE:
        scopes.answerProbe(scope)
        return
      case SCOPE_ANSWER:
        scopes.addAnswer(scope, f64[at + 1] === 1)
        return
      case SCOPE_ABORTED:
        scopes.aborted(scope)
        return
    }
  }

  #acceptReply(
    src: number,
    f64: Float64Array,
    at: number,
    operation: number,
    call: number,
    words: number,
  ): void {
    const { calls, codec, codecContext } = this.#parts
    const isCounted = operation > REPLY_ERROR
    const counted = isCounted ? src : -1
    const bytes = bytesOf(f64, at + 1, at + words)
    if (operation === REPLY_ERROR || operation === REPLY_ERROR + REPLY_COUNTED) {
      calls.reject(call, codec.decodeThrown(bytes, codecContext), counted)
      return
    }
    try {
      calls.resolve(call, codec.decodeOne(bytes, codecContext), counted)
    } catch (error) {
      calls.reject(call, error as Error, counted)
    }
  }

  #addFragment(src: number, piece: Float64Array): void {
    const assembly = this.#assemblies[src]!
    assembly.words.set(piece, assembly.filled)
    assembly.filled += piece.length
    if (assembly.filled < assembly.words.length) return
    this.#assemblies[src] = undefined
    this.#target.handleWhole(src, assembly.words)
  }

  #decodeError(f64: Float64Array, first: number, end: number): Error {
    const { codec, codecContext } = this.#parts
    return codec.decodeThrown(bytesOf(f64, first, end), codecContext)
  }
}

/** The bytes of the words from `first` to `end`. */
export function bytesOf(f64: Float64Array, first: number, end: number): Uint8Array {
  return new Uint8Array(f64.buffer, f64.byteOffset + first * 8, (end - first) * 8)
}
