/**
 * GUPS on one thread: the random words, and the plain loop over a plain array that says what the
 * table must hold and how fast one core is without any of the machinery.
 */

/** Updates 1 to 3 add one to the element that a word picks, 4 combines it with the word. */
export type Variant = 1 | 2 | 3 | 4

/** Random word number `index`: an integer hash, so that every core can make its own. */
export function wordAt(index: number): number {
  let word = index | 0
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d)
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b)
  return (word ^ (word >>> 16)) >>> 0
}

/** How far to shift a word to get an index into a table of 2^logSize elements, 1 to 30. */
export function shiftFor(logSize: number): number {
  return 32 - logSize
}

/** Updates `table`, of 2^logSize elements, by every word. */
export function updateAll(table: Int32Array, words: Uint32Array, variant: Variant): void {
  const shift = shiftFor(Math.log2(table.length))
  if (variant === 4) {
    for (let i = 0; i < words.length; i++) table[words[i]! >>> shift]! ^= words[i]!
  } else {
    for (let i = 0; i < words.length; i++) table[words[i]! >>> shift]! += 1
  }
}
