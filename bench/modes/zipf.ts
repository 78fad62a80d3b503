/**
 * Zipf: keys of which the k-th is wanted in proportion to 1 / k^exponent. Pure.
 */

/** Cumulative probabilities of `keys` keys. */
export function zipfTable(keys: number, exponent: number): Float64Array {
  const table = new Float64Array(keys)
  let sum = 0
  for (let key = 0; key < keys; key++) {
    sum += (key + 1) ** -exponent
    table[key] = sum
  }
  for (let key = 0; key < keys; key++) table[key]! /= sum
  return table
}

/** The key that a random 32-bit word picks. */
export function drawKey(table: Float64Array, word: number): number {
  const wanted = word / 2 ** 32
  let [low, high] = [0, table.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (table[middle]! <= wanted) low = middle + 1
    else high = middle
  }
  return low
}
