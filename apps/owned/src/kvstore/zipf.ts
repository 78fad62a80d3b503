/**
 * Zipf: which key the next operation goes to, as YCSB chooses it: few keys get most of the
 * operations, and a hash spreads those over all buckets.
 *
 * Source      Gray et al., "Quickly generating billion-record synthetic databases", SIGMOD 1994,
 *             as in YCSB's ZipfianGenerator and ScrambledZipfianGenerator.
 */
import { randomBelow } from '../random.ts'

/** Apart from every seed of an operation. */
const SCRAMBLE_SEED = 0x5eed

export class Zipf {
  readonly #items: number
  readonly #zeta: number
  readonly #alpha: number
  readonly #eta: number
  readonly #second: number

  /**
   * @param items how many there are, 1 or more
   * @param theta how uneven: from 0, even, to 1, which is excluded
   */
  constructor(items: number, theta: number) {
    this.#items = items
    this.#zeta = zeta(items, theta)
    this.#alpha = 1 / (1 - theta)
    this.#eta = (1 - (2 / items) ** (1 - theta)) / (1 - zeta(2, theta) / this.#zeta)
    this.#second = 1 + 0.5 ** theta
  }

  /** The rank, 0 being the most frequent, for a random number from 0 to 1. */
  rank(unit: number): number {
    const weight = unit * this.#zeta
    if (weight < 1) return 0
    if (weight < this.#second) return 1
    const rank = Math.floor(this.#items * (this.#eta * unit - this.#eta + 1) ** this.#alpha)
    return Math.min(rank, this.#items - 1)
  }

  /** The key for a random number: of any rank, anywhere. */
  key(unit: number): number {
    return randomBelow(SCRAMBLE_SEED, this.rank(unit), this.#items)
  }
}

function zeta(items: number, theta: number): number {
  let sum = 0
  for (let i = 1; i <= items; i++) sum += 1 / i ** theta
  return sum
}
