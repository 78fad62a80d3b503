/**
 * Model of the ring: `RingWriter` and `RingReader` line by line, as generators that stop before
 * every access to shared memory, and with a switch for each fault that the suite must notice.
 * `ring.test.ts` ties it to the real classes: same calls, same answers, same memory.
 */
import { PAD, frameHeader } from '#core/transport/frame.js'
import type { Steps } from '../support/explore.ts'

/** Mistakes that a change of the ring could bring. */
export type RingFault =
  | 'publishes the tail before the words are written'
  | 'gives words back before they are read'
  | 'writes no filler at the end'
  | 'does not count the filler as used'
  | 'masks positions with the capacity'
  | 'never looks at the head again'
  | 'trusts a difference of positions past 2^31'
  | 'lets its position grow past 2^31'
  | 'reads only while the head is less than the tail'

/** What both ends share. The control words are 32-bit, as in the real ring. */
export class RingMemory {
  readonly control = new Int32Array(2)
  readonly data: Float64Array
  readonly halves: Int32Array

  constructor(capacity: number, position: number) {
    this.control.fill(position)
    this.data = new Float64Array(capacity)
    this.halves = new Int32Array(this.data.buffer)
  }
}

const TAIL = 0
const HEAD = 1

export class ModelWriter {
  readonly memory: RingMemory
  readonly capacity: number
  tail: number
  published: number
  head: number
  readonly #mask: number
  readonly #fault: RingFault | undefined

  constructor(memory: RingMemory, fault?: RingFault) {
    this.memory = memory
    this.#fault = fault
    this.capacity = memory.data.length
    this.#mask = this.#has('masks positions with the capacity') ? this.capacity : this.capacity - 1
    this.tail = this.published = memory.control[TAIL]!
    this.head = memory.control[HEAD]!
  }

  *reserve(words: number): Steps<number> {
    const position = this.tail & this.#mask
    const isAtEnd = position + words > this.capacity
    if (isAtEnd && !this.#has('writes no filler at the end')) {
      return yield* this.#reserveAtStart(position, words)
    }
    if (this.#used() + words > this.capacity) {
      yield* this.#loadHead()
      if (this.#used() + words > this.capacity) return -1
    }
    this.tail = this.#advanced(words)
    return position
  }

  *publish(): Steps<boolean> {
    if (this.tail === this.published) return false
    this.published = this.tail
    yield { name: 'store tail' }
    this.memory.control[TAIL] = this.tail
    return true
  }

  *#reserveAtStart(position: number, words: number): Steps<number> {
    const filler = this.capacity - position
    yield* this.#loadHead()
    const needed = this.#has('does not count the filler as used') ? words : filler + words
    if (this.#used() + needed > this.capacity) return -1
    yield { name: 'store filler' }
    this.memory.halves[2 * position] = frameHeader(PAD, 0)
    this.tail = this.#advanced(filler + words)
    return 0
  }

  *#loadHead(): Steps {
    yield { name: 'load head' }
    if (!this.#has('never looks at the head again')) this.head = this.memory.control[HEAD]!
  }

  #used(): number {
    const difference = this.tail - this.head
    return this.#has('trusts a difference of positions past 2^31') ? difference : difference | 0
  }

  #advanced(words: number): number {
    const tail = this.tail + words
    return this.#has('lets its position grow past 2^31') ? tail : tail | 0
  }

  #has(fault: RingFault): boolean {
    return this.#fault === fault
  }
}

export class ModelReader {
  readonly memory: RingMemory
  readonly capacity: number
  readonly mask: number
  head: number
  tail: number
  readonly #fault: RingFault | undefined

  constructor(memory: RingMemory, fault?: RingFault) {
    this.memory = memory
    this.#fault = fault
    this.capacity = memory.data.length
    this.mask = this.#has('masks positions with the capacity') ? this.capacity : this.capacity - 1
    this.head = this.tail = memory.control[HEAD]!
  }

  *refresh(): Steps<boolean> {
    yield { name: 'load tail' }
    this.tail = this.memory.control[TAIL]!
    if (this.#has('reads only while the head is less than the tail')) return this.head < this.tail
    return this.tail !== this.head
  }

  *position(): Steps<number> {
    const position = this.head & this.mask
    yield { name: 'load header' }
    if (this.memory.halves[2 * position] !== PAD) return position
    this.head = this.#advanced(this.capacity - position)
    return 0
  }

  /** The caller's half of reading: past a message of `words` words. */
  pass(words: number): void {
    this.head = this.#advanced(words)
  }

  *release(): Steps {
    yield { name: 'store head' }
    this.memory.control[HEAD] = this.head
  }

  #advanced(words: number): number {
    const head = this.head + words
    return this.#has('lets its position grow past 2^31') ? head : head | 0
  }

  #has(fault: RingFault): boolean {
    return this.#fault === fault
  }
}
