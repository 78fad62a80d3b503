/**
 * Exchange: every core gives each other a number, and gets the sum of what all gave. It is a
 * barrier that costs one message latency, and, as links are FIFO, a promise that everything that
 * others sent to this core before they gave their number has been handled.
 *
 * States      round r is open from the end of round r - 2 until all cores have given for it.
 * Invariants  all cores go through the same rounds. Nobody gives for round r + 2 before this core
 *             has left round r: it would need this core's number for r + 1 first. So two places, by
 *             parity, are enough.
 * Access      home core only; `take` is called by the delegate that carries the numbers.
 * Bounds      cores^2 small messages a round: for tens of cores. A tree would send fewer, but would
 *             not say that what came directly has arrived.
 */
import { CompletionEvent } from '@orujo/core'

export class Exchange {
  readonly #cores: number
  /** By parity of the round: numbers that are still to come. */
  readonly #missing = [new CompletionEvent(), new CompletionEvent()] as const
  readonly #sums = new Float64Array(2)
  #round = 0

  constructor(cores: number) {
    this.#cores = cores
    for (const missing of this.#missing) missing.enroll(cores)
  }

  /** Takes the number that a core, maybe this one, gives for the round of this parity. */
  take(parity: number, value: number): void {
    this.#sums[parity]! += value
    this.#missing[parity === 0 ? 0 : 1].complete()
  }

  /**
   * Goes through a round: `give` is to send the number to every core's `take`, with the parity that
   * it gets. Resolves with the sum.
   */
  async next(give: (parity: number) => void): Promise<number> {
    const parity = this.#round++ % 2 === 0 ? 0 : 1
    give(parity)
    await this.#missing[parity].wait()
    this.#missing[parity].enroll(this.#cores)
    const sum = this.#sums[parity]!
    this.#sums[parity] = 0
    return sum
  }
}
