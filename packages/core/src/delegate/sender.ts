/**
 * Sender: writes the frames of one endpoint that are not the numeric fast path: encoded arguments
 * and results, errors, the books of scopes, and messages longer than a frame, in fragments.
 *
 * Ordering    everything goes through the outbox of its destination, so it keeps its place.
 * Ownership   arguments are copied into the frame before the call returns. Those that give
 *             themselves away (`ValueSink.onSent`) do so when all words are written, so on failure
 *             they are still the caller's.
 * Failure     a value that cannot be sent throws ORUJO_NOT_SENDABLE before anything is written; so
 *             does ORUJO_OVERFLOW.
 */
import { COUNTER } from '../metrics.ts'
import {
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
} from '../message/handlers.ts'
import type { Codec } from '../message/codec.ts'
import type { Outbox } from '../message/outbox.ts'
import type { WorkPlace } from '../message/wire-error.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeLink } from '../sync/scopes.ts'
import type { Scheduler } from '../task/scheduler.ts'
import { frameHeader } from '../transport/frame.ts'

/** Says that a frame carries no call number. */
export const NO_CALL = -1

/** Words of a scope's report: the header, whether it is owed, and a count for each endpoint. */
export function reportWords(endpoints: number): number {
  return 2 + endpoints
}

export class Sender<Context> implements ScopeLink {
  readonly #scheduler: Scheduler
  readonly #codec: Codec<Context>
  readonly #counters: Float64Array
  readonly #here: number

  constructor(here: number, scheduler: Scheduler, codec: Codec<Context>, counters: Float64Array) {
    this.#here = here
    this.#scheduler = scheduler
    this.#codec = codec
    this.#counters = counters
  }

  /** Encoded arguments to `dst`. `auxiliary`: the high half of the header. */
  sendValues(
    dst: number,
    operation: number,
    auxiliary: number,
    call: number,
    values: readonly unknown[],
    definition: string,
  ): void {
    this.#sendBytes(dst, operation, auxiliary, call, this.#codec.encode(values, definition))
    this.#codec.sent()
  }

  /** Answer to a call from `dst`. */
  reply(dst: number, call: number, value: unknown, isCounted: boolean, definition: string): void {
    const counted = isCounted ? REPLY_COUNTED : 0
    if (typeof value === 'number') {
      const outbox = this.#scheduler.outboxes[dst]!
      // Shorter than the refusal would be; not by `#withoutBound`, which costs more than the rest.
      outbox.isBounded = false
      const at = outbox.reserve(2)
      outbox.isBounded = true
      outbox.i32[2 * at] = frameHeader(REPLY_NUMBER + counted, 2)
      outbox.i32[2 * at + 1] = call
      outbox.f64[at + 1] = value
    } else if (value === undefined && !isCounted) {
      this.#withoutBound(dst, () => this.#header(dst, REPLY_VOID, call))
    } else {
      const bytes = this.#codec.encodeOne(value, definition)
      this.#sendBytes(dst, REPLY_VALUE + counted, call, NO_CALL, bytes)
      this.#codec.sent()
    }
    this.#counters[COUNTER.replies]!++
  }

  /** Answer to a call from `dst` that failed. */
  replyError(dst: number, call: number, thrown: unknown, isCounted: boolean, at: WorkPlace): void {
    this.#counters[COUNTER.replies]!++
    const operation = REPLY_ERROR + (isCounted ? REPLY_COUNTED : 0)
    const bytes = this.#codec.encodeThrown(thrown, at)
    this.#withoutBound(dst, () => this.#sendBytes(dst, operation, call, NO_CALL, bytes))
  }

  /** `thrown` as it would look had it come from another core; never throws. */
  asArrived(thrown: unknown, at: WorkPlace, context: Context): Error {
    const bytes = this.#codec.encodeThrown(thrown, at)
    return this.#codec.decodeThrown(this.#codec.bytes.subarray(0, bytes), context)
  }

  /**
   * `value` as it would travel, in memory that the next message uses again; it is not sent, so it
   * does not give itself away. Throws ORUJO_NOT_SENDABLE. `what`: names the value to people.
   */
  encoded(value: unknown, what: string): Uint8Array {
    const bytes = this.#codec.encodeOne(value, what)
    return this.#codec.bytes.subarray(0, bytes)
  }

  /** Tells the home of `scope` that some of its work failed here. */
  scopeFailed(scope: Scope, thrown: unknown, at: WorkPlace): void {
    const bytes = this.#codec.encodeThrown(thrown, at)
    const { home, id } = scope
    this.#control(1)
    this.#withoutBound(home, () => this.#sendBytes(home, SCOPE_FAILED, id, NO_CALL, bytes))
  }

  report(scope: Scope, isOwed: boolean): void {
    const { counts } = scope
    const words = reportWords(counts.length)
    this.#withoutBound(scope.home, (outbox) => {
      const at = outbox.reserve(words)
      outbox.i32[2 * at] = frameHeader(SCOPE_REPORT, words)
      outbox.i32[2 * at + 1] = scope.id
      outbox.f64[at + 1] = isOwed ? 1 : 0
      for (let j = 0; j < counts.length; j++) outbox.f64[at + 2 + j] = counts[j]!
    })
    this.#control(1)
  }

  probe(scope: Scope): void {
    this.#toOthers(SCOPE_PROBE, scope.id)
  }

  answerProbe(scope: Scope, isBusy: boolean): void {
    this.#withoutBound(scope.home, (outbox) => {
      const at = outbox.reserve(2)
      outbox.i32[2 * at] = frameHeader(SCOPE_ANSWER, 2)
      outbox.i32[2 * at + 1] = scope.id
      outbox.f64[at + 1] = isBusy ? 1 : 0
    })
    this.#control(1)
  }

  abort(scope: Scope): void {
    this.#toOthers(SCOPE_ABORTED, scope.id)
  }

  /** One header and nothing else. */
  signal(dst: number, operation: number, auxiliary: number): void {
    this.#withoutBound(dst, () => this.#header(dst, operation, auxiliary))
    this.#control(1)
  }

  /** A control message of one header and one number. */
  number(dst: number, operation: number, auxiliary: number, value: number): void {
    this.#withoutBound(dst, (outbox) => {
      const at = outbox.reserve(2)
      outbox.i32[2 * at] = frameHeader(operation, 2)
      outbox.i32[2 * at + 1] = auxiliary
      outbox.f64[at + 1] = value
    })
    this.#control(1)
  }

  /** A control message with `words` as they are. */
  words(dst: number, operation: number, auxiliary: number, words: Float64Array): void {
    this.#withoutBound(dst, (outbox) => {
      const length = 1 + words.length
      const whole = new Float64Array(length)
      const heads = new Int32Array(whole.buffer)
      heads[1] = auxiliary
      whole.set(words, 1)
      if (length > outbox.maxFrameWords) {
        heads[0] = frameHeader(operation, 0)
        sendFragments(outbox, whole)
      } else {
        heads[0] = frameHeader(operation, length)
        const at = outbox.reserve(length) // which says where `f64` is
        outbox.f64.set(whole, at)
      }
    })
    this.#control(1)
  }

  touch(): void {
    this.#scheduler.touch()
  }

  wake(): void {
    this.#scheduler.wake()
  }

  /** What must be said even where the program has said too much. */
  #withoutBound(dst: number, write: (outbox: Outbox) => void): void {
    const outbox = this.#scheduler.outboxes[dst]!
    outbox.isBounded = false
    try {
      write(outbox)
    } finally {
      outbox.isBounded = true
    }
  }

  #toOthers(operation: number, auxiliary: number): void {
    for (let dst = 0; dst < this.#scheduler.outboxes.length; dst++) {
      if (dst !== this.#here) this.signal(dst, operation, auxiliary)
    }
  }

  #header(dst: number, operation: number, auxiliary: number): void {
    const outbox = this.#scheduler.outboxes[dst]!
    const at = outbox.reserve(1)
    outbox.i32[2 * at] = frameHeader(operation, 1)
    outbox.i32[2 * at + 1] = auxiliary
  }

  #control(messages: number): void {
    this.#counters[COUNTER.controls]! += messages
  }

  #sendBytes(dst: number, operation: number, auxiliary: number, call: number, bytes: number): void {
    const payload = Math.ceil(bytes / 8)
    const head = call === NO_CALL ? 1 : 2
    const words = head + payload
    const outbox = this.#scheduler.outboxes[dst]!
    if (words > outbox.maxFrameWords) {
      outbox.checkRoom(words)
      const whole = new Float64Array(words)
      this.#fill(whole, new Int32Array(whole.buffer), 0, operation, 0, auxiliary, call, payload)
      sendFragments(outbox, whole)
      return
    }
    const at = outbox.reserve(words)
    this.#fill(outbox.f64, outbox.i32, at, operation, words, auxiliary, call, payload)
  }

  #fill(
    f64: Float64Array,
    i32: Int32Array,
    at: number,
    operation: number,
    words: number,
    auxiliary: number,
    call: number,
    payload: number,
  ): void {
    i32[2 * at] = frameHeader(operation, words)
    i32[2 * at + 1] = auxiliary
    if (call !== NO_CALL) f64[at + 1] = call
    f64.set(this.#codec.words.subarray(0, payload), at + (call === NO_CALL ? 1 : 2))
  }
}

function sendFragments(outbox: Outbox, whole: Float64Array): void {
  const step = outbox.maxFrameWords - 1
  for (let sent = 0; sent < whole.length; sent += step) {
    const piece = whole.subarray(sent, Math.min(sent + step, whole.length))
    const at = outbox.reserve(1 + piece.length)
    outbox.i32[2 * at] = frameHeader(sent === 0 ? FRAGMENT_FIRST : FRAGMENT_MORE, 1 + piece.length)
    outbox.i32[2 * at + 1] = whole.length
    outbox.f64.set(piece, at + 1)
    if (sent > 0) outbox.messages-- // the pieces count as one
  }
}
