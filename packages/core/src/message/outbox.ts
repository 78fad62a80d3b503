/**
 * Outbox: what one endpoint has to say to one other. Messages are written straight into the ring;
 * when the ring is full they wait here, in order, and are moved as the reader gives room back.
 *
 * States      open (overflow empty) -> overflowing -> open. While overflowing every new message is
 *             queued, so that order is kept.
 * Invariants  a frame lies whole in the ring or whole in one chunk of the overflow. `reserve` takes
 *             from a window reserved ahead, one comparison a message; whatever ends the window
 *             (flush, batch, overflow) gives its rest back first. A run is open only while its
 *             frame is the last thing in the window, so that it can grow; every other reservation,
 *             and the end of the window, closes it, before anything of it can be published. Its
 *             owner's counts learn of its messages then.
 * Ordering    FIFO.
 * Bounds      at most `limitWords` wait in the overflow, counted in chunks; beyond that `reserve`
 *             throws ORUJO_OVERFLOW, because the program has ignored `send` returning false for
 *             long.
 *             What the program did not choose to send goes beyond it: answers of one number or
 *             none, errors and the books of scopes. Each is owed to a message that was taken.
 * Misuse      a frame longer than `maxFrameWords`: InvariantError.
 */
import { OrujoError, invariant } from '../errors.ts'
import { COUNTER, trafficIndex } from '../metrics.ts'
import { MAX_FRAME_WORDS, frameHeader, frameWords } from '../transport/frame.ts'
import type { RingWriter } from '../transport/ring.ts'
import type { Transport } from '../transport/transport.ts'
import { CHUNK_WORDS, type Chunk, type ChunkPool } from './chunk-pool.ts'

/**
 * Unpublished words that are worth a publication. The first batch after a flush is small, 2 KiB,
 * because whoever waits for an answer waits until the first messages are out; each further one is
 * twice as large, up to 16 KiB, because a stream of messages pays for every publication.
 */
const FIRST_BATCH_WORDS = 256
const LAST_BATCH_WORDS = 2048
/** Words before the first message of a run: the header, and the run's length. */
export const RUN_HEAD_WORDS = 2

/** Why words were published: the counter that counts it. */
export const FLUSH_SIZE = COUNTER.flushesBySize
export const FLUSH_TURN = COUNTER.flushesByTurn
export const FLUSH_EXPLICIT = COUNTER.flushesExplicit

/** Told when an outbox holds unpublished words for the first time since it was flushed. */
export interface OutboxListener {
  outboxFilled(outbox: Outbox): void
}

/** Told about each publication, if a trace was asked for. */
export interface OutboxTrace {
  /** So many messages are about to be published: the words that `writer` has reserved. */
  publishing(dst: number, writer: RingWriter, messages: number): void
  /** It is done, and the reader is awake. */
  published(): void
}

/** What the messages of a run belong to: a completion scope. */
export interface RunOwner {
  /** Goes into the header. */
  readonly id: number
  /** Counted messages by destination. */
  readonly counts: Int32Array
}

export class Outbox {
  /** Where the words of the last reservation lie: the ring or an overflow chunk. */
  f64: Float64Array
  /** The same words as 32-bit halves. */
  i32: Int32Array
  /** True while messages go straight into the ring: below the high-water mark. */
  isOpen = true
  /** Longest frame that the ring can always take. */
  readonly maxFrameWords: number
  /** Messages reserved since the start; those of an open run come in when it is closed. */
  messages = 0
  /** Definition whose messages the open run holds; undefined while none is open. */
  runDefinition: object | undefined = undefined
  runOwner: RunOwner | undefined = undefined
  /** By which the sender knows another message of the run; -1 if there can be none. */
  runLike = -1
  /** The same while the run lies in the ring, so that one more needs no look at `isOpen`. */
  runArity = -1
  /** False while what is reserved must not fail: the few words of the runtime's own. */
  isBounded = true
  readonly dst: number
  readonly #writer: RingWriter
  readonly #transport: Transport
  readonly #limitWords: number
  readonly #listener: OutboxListener
  readonly #counters: Float64Array
  readonly #pool: ChunkPool
  readonly #trace: OutboxTrace | undefined
  #chunks: Chunk[] = []
  /** The next free word of the window, and its end; -1 while no window is open. */
  #next = 0
  #limit = -1
  #batchWords = FIRST_BATCH_WORDS
  #runAt = 0
  #runWords = 0
  #runShape = 0
  #runOperation = 0
  #end: Error | undefined = undefined

  constructor(
    transport: Transport,
    dst: number,
    limitWords: number,
    listener: OutboxListener,
    counters: Float64Array,
    pool: ChunkPool,
    trace?: OutboxTrace,
  ) {
    this.dst = dst
    this.#transport = transport
    this.#writer = transport.writers[dst]!
    this.#limitWords = limitWords
    this.#listener = listener
    this.#counters = counters
    this.#pool = pool
    this.#trace = trace
    this.maxFrameWords = Math.min(MAX_FRAME_WORDS, this.#writer.capacity / 2)
    this.f64 = this.#writer.f64
    this.i32 = this.#writer.i32
  }

  /** Words that wait because the ring is full. */
  get queuedWords(): number {
    let words = 0
    for (const { begin, end } of this.#chunks) words += end - begin
    return words
  }

  /** Index, in `f64`, of the first word of a frame of `words`, which the caller fills at once. */
  reserve(words: number): number {
    if (this.runDefinition !== undefined) this.#closeRun()
    const at = this.#next
    const next = at + words
    if (next > this.#limit) return this.#reserveSlow(words)
    this.messages++
    this.#next = next
    return at
  }

  /**
   * Throws ORUJO_OVERFLOW unless a message of `words`, cut into frames, may wait here as a whole:
   * half of one would be work for nothing, and memory at the receiver.
   */
  checkRoom(words: number): void {
    if (!this.isBounded || this.#end !== undefined) return
    const last = this.#chunks.at(-1)
    const free = last === undefined ? 0 : CHUNK_WORDS - Math.max(last.end, this.#next)
    const frames = Math.ceil(words / (this.maxFrameWords - 1))
    const framesLeft = frames - Math.floor(free / this.maxFrameWords)
    const chunksLeft = Math.ceil(framesLeft / Math.floor(CHUNK_WORDS / this.maxFrameWords))
    const chunks = this.#chunks.length + Math.max(0, chunksLeft)
    if (chunks <= 1 || chunks * CHUNK_WORDS <= this.#limitWords) return
    throw new OrujoError(
      'ORUJO_OVERFLOW',
      `A message of ${words * 8} bytes to core ${this.dst} is more than may wait for it, ` +
        `${this.#limitWords * 8} bytes less what waits already. Send it in pieces, or raise ` +
        'launch({ outboxBytes }).',
      { core: this.dst },
    )
  }

  /**
   * Begins a run: one frame that holds message after message of one definition under one header.
   *
   * @param like what `runLike` shall be while the run is open
   * @param shape says how the words are to be read; for the receiver, 16 bits
   * @returns index of the first message's `words` words
   */
  beginRun(
    operation: number,
    owner: RunOwner,
    definition: object,
    words: number,
    like: number,
    shape: number,
  ): number {
    const at = this.reserve(RUN_HEAD_WORDS + words)
    this.messages--
    this.runDefinition = definition
    this.runOwner = owner
    this.runLike = words === 0 ? -1 : like
    this.runArity = this.isOpen ? this.runLike : -1
    this.#runWords = words
    this.#runShape = shape
    this.#runAt = at
    this.#runOperation = operation
    return at + RUN_HEAD_WORDS
  }

  /** Index of the `words` words of one more message of the open run; -1 if it needs a new one. */
  extendRun(words: number): number {
    const at = this.#next
    const next = at + words
    if (next > this.#limit) return -1
    this.#next = next
    return at
  }

  /** Moves what waits into the ring as far as there is room, and publishes. True if it did. */
  flush(cause: number): boolean {
    this.#closeWindow()
    this.#batchWords = FIRST_BATCH_WORDS
    if (!this.isOpen) {
      if (this.#end !== undefined) return false
      this.#pump()
    }
    return this.#publish(cause)
  }

  /** Whether a producer that was told to wait may go on: nothing queued, ring at most half full. */
  isDrained(): boolean {
    return this.isOpen && this.#writer.used() * 2 <= this.#writer.capacity
  }

  /** From now on every reservation throws `error`: there is nobody to read. */
  end(error: Error): void {
    this.#end = error
    this.isOpen = false
    this.#chunks = []
    this.#limit = -1
    this.runDefinition = undefined
  }

  /** Opens a window of a batch in the ring, or of a chunk when the ring is full. */
  #reserveSlow(words: number): number {
    invariant(words <= this.maxFrameWords, `A frame of ${words} words does not fit the ring.`)
    this.#closeWindow()
    const writer = this.#writer
    if (this.isOpen) {
      const unpublished = (writer.tail - writer.published) | 0
      if (unpublished === 0) this.#listener.outboxFilled(this)
      else if (unpublished >= this.#batchWords) {
        this.#publish(FLUSH_SIZE)
        this.#batchWords = Math.min(LAST_BATCH_WORDS, this.#batchWords * 2)
      }
      const at = writer.reserve(words)
      if (at >= 0) {
        this.messages++
        this.#next = at + words
        const more = writer.extend(Math.max(0, this.#batchWords - words))
        if (this.#batchWords > FIRST_BATCH_WORDS) writer.claim(this.#next, more)
        this.#limit = this.#next + more
        return at
      }
    }
    return this.#reserveOverflow(words)
  }

  #reserveOverflow(words: number): number {
    if (this.#end !== undefined) throw this.#end
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.end + words > CHUNK_WORDS) {
      const waiting = this.#chunks.length * CHUNK_WORDS
      const isTooMuch = waiting > 0 && waiting + CHUNK_WORDS > this.#limitWords
      if (isTooMuch && this.isBounded) throw this.#overflowError()
      chunk = this.#pool.take()
      this.#chunks.push(chunk)
    }
    const at = chunk.end
    this.messages++
    this.isOpen = false
    this.f64 = chunk.f64
    this.i32 = chunk.i32
    this.#next = at + words
    // A run may fill the window, and as a frame must fit the ring later on.
    const most = Math.max(words, Math.min(LAST_BATCH_WORDS, this.maxFrameWords))
    this.#limit = Math.min(CHUNK_WORDS, at + most)
    return at
  }

  /** What was reserved ahead and not used goes back. */
  #closeWindow(): void {
    if (this.#limit < 0) return
    if (this.runDefinition !== undefined) this.#closeRun()
    if (this.isOpen) this.#writer.retract(this.#limit - this.#next)
    else this.#chunks.at(-1)!.end = this.#next
    this.#next = 0
    this.#limit = -1
  }

  /** Writes what only now is known of the run: its length. Counts its messages. */
  #closeRun(): void {
    const { i32 } = this
    const at = this.#runAt
    const words = this.#runWords
    const owner = this.runOwner!
    const messages = words === 0 ? 1 : (this.#next - at - RUN_HEAD_WORDS) / words
    i32[2 * at] = frameHeader(this.#runOperation, this.#next - at)
    i32[2 * at + 1] = owner.id
    i32[2 * at + 2] = words | (this.#runShape << 16)
    i32[2 * at + 3] = messages
    owner.counts[this.dst]! += messages
    this.messages += messages
    this.runDefinition = undefined
    this.runOwner = undefined
    this.runLike = -1
    this.runArity = -1
  }

  #publish(cause: number): boolean {
    const writer = this.#writer
    const words = (writer.tail - writer.published) | 0
    if (words === 0) return false
    const counters = this.#counters
    const traffic = trafficIndex(this.dst)
    const trace = this.#trace
    if (trace !== undefined) trace.publishing(this.dst, writer, this.messages - counters[traffic]!)
    writer.publish()
    this.#transport.wake(this.dst)
    if (trace !== undefined) trace.published()
    counters[traffic] = this.messages
    counters[traffic + 1]! += words
    counters[cause]!++
    return true
  }

  #pump(): void {
    const writer = this.#writer
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      while (chunk.begin < chunk.end) {
        const words = frameWords(chunk.i32[2 * chunk.begin]!)
        const at = writer.reserve(words)
        if (at < 0) return
        writer.f64.set(chunk.f64.subarray(chunk.begin, chunk.begin + words), at)
        chunk.begin += words
      }
      this.#chunks.shift()
      this.#pool.give(chunk)
    }
    this.isOpen = true
    this.f64 = writer.f64
    this.i32 = writer.i32
  }

  #overflowError(): OrujoError {
    return new OrujoError(
      'ORUJO_OVERFLOW',
      `More than ${this.#limitWords * 8} bytes wait for core ${this.dst}, which does not keep ` +
        'up. When send() returns false, await core.drain() before sending more, or raise ' +
        'launch({ outboxBytes }).',
      { core: this.dst },
    )
  }
}
