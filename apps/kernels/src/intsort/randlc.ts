/**
 * The random numbers of the NAS Parallel Benchmarks: x' = a x mod 2^46, in doubles, by halves of 23
 * bits so that every product is exact.
 *
 * Source      NPB 3, randlc.
 */
const HALF = 2 ** 23
const MODULUS = 2 ** 46
const MULTIPLIER = 1_220_703_125

export class Randlc {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** The next number, above 0 and below 1. */
  next(): number {
    this.#state = multiply(MULTIPLIER, this.#state)
    return this.#state / MODULUS
  }

  /** Goes on as if `count` numbers had been drawn. */
  skip(count: number): void {
    let factor = MULTIPLIER
    for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) this.#state = multiply(factor, this.#state)
      factor = multiply(factor, factor)
    }
  }
}

/** a x mod 2^46, for a and x below 2^46. */
function multiply(a: number, x: number): number {
  const aHigh = Math.floor(a / HALF)
  const aLow = a - aHigh * HALF
  const xHigh = Math.floor(x / HALF)
  const xLow = x - xHigh * HALF
  const middle = (aHigh * xLow + aLow * xHigh) % HALF
  return (middle * HALF + aLow * xLow) % MODULUS
}
