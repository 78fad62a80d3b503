/**
 * Idle cores: which cores of a locale sleep for want of work, so that whoever makes some wakes one.
 *
 * States      of a core: awake -> idle (it announces that it will sleep) -> awake (by itself, or
 *             picked by somebody who has work; whoever moves the word wakes or counts it).
 * Invariants  `count` >= words that say IDLE, so that a count of 0 means: nobody to wake.
 * Shared words `count` and a word per core, moved by the core itself and by whoever picks it.
 * The race    a sleeper announces itself, then looks at every deque; whoever pushes publishes the
 *             record, then looks at `count`. As all of these are sequentially consistent, one sees
 *             the other. A picked core is rung after it armed its doorbell, which comes before the
 *             announcement, so it does not sleep through that (transport/doorbell.ts).
 * Bounds      one push wakes one core at most; that one wakes the next when it has stolen several.
 */

/** A cache line pair each: a picked core is not to slow another down. */
const LINE_INTS = 32

const AWAKE = 0
const IDLE = 1

/** Bytes of shared memory for the cores of one locale. */
export function idleBytes(cores: number): number {
  return (1 + cores) * LINE_INTS * 4
}

export class IdleCores {
  readonly #words: Int32Array
  readonly #cores: number
  readonly #self: number

  /** `self`: number of this core within its locale. */
  constructor(memory: ArrayBufferLike, byteOffset: number, cores: number, self: number) {
    this.#words = new Int32Array(memory, byteOffset, (1 + cores) * LINE_INTS)
    this.#cores = cores
    this.#self = self
  }

  /** This core is about to sleep. Look for work after this. */
  announce(): void {
    // In this order, for the invariant.
    Atomics.add(this.#words, 0, 1)
    Atomics.store(this.#words, wordOf(this.#self), IDLE)
  }

  /** This core is awake, whoever woke it. */
  withdraw(): void {
    this.#move(this.#self)
  }

  /** Somebody to wake, from now on awake for everybody else; -1 if nobody is idle. */
  pick(): number {
    if (Atomics.load(this.#words, 0) === 0) return -1
    for (let step = 1; step < this.#cores; step++) {
      const core = (this.#self + step) % this.#cores
      if (Atomics.load(this.#words, wordOf(core)) === IDLE && this.#move(core)) return core
    }
    return -1
  }

  #move(core: number): boolean {
    if (Atomics.compareExchange(this.#words, wordOf(core), IDLE, AWAKE) !== IDLE) return false
    Atomics.sub(this.#words, 0, 1)
    return true
  }
}

function wordOf(core: number): number {
  return (1 + core) * LINE_INTS
}
