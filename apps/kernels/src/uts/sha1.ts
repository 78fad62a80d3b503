/**
 * SHA-1 of messages of at most 55 bytes, given and taken as 32-bit words: one block, no allocation.
 *
 * The tree search draws one hash a node, millions a second, and keeps nodes as numbers. A `Hash`
 * object of node:crypto costs 1 to 2 us, ten times the hash itself, and libraries take and give
 * bytes, so that every word would be taken apart and put together again. A unit test holds it
 * against node:crypto. Not for secrets.
 *
 * Source      FIPS 180-4.
 */

const ROUNDS = 80

export class Sha1 {
  /** The last hash, as five words. */
  readonly hash = new Int32Array(5)
  /** The message schedule. Words 0 to 15 are the block. */
  readonly #schedule = new Int32Array(ROUNDS)

  /** Hash of the five words in `hash` followed by `sixth`: 24 bytes. Gives the result in `hash`. */
  extend(sixth: number): void {
    const { hash } = this
    const w = this.#schedule
    w[0] = hash[0]!
    w[1] = hash[1]!
    w[2] = hash[2]!
    w[3] = hash[3]!
    w[4] = hash[4]!
    w[5] = sixth
    this.#pad(6)
    this.#compress()
  }

  /** Hash of some words, 13 at most. Gives the result in `hash`. */
  digest(words: readonly number[]): void {
    if (words.length > 13) throw new RangeError('one block has room for 13 words')
    this.#schedule.set(words)
    this.#pad(words.length)
    this.#compress()
  }

  /** Ends a message of `count` words with a one, zeros, and its length in bits. */
  #pad(count: number): void {
    const w = this.#schedule
    w[count] = 0x80000000
    for (let i = count + 1; i < 15; i++) w[i] = 0
    w[15] = 32 * count
  }

  #compress(): void {
    const w = this.#schedule
    for (let i = 16; i < ROUNDS; i++) {
      const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!
      w[i] = (x << 1) | (x >>> 31)
    }
    let a = 0x67452301
    let b = 0xefcdab89 | 0
    let c = 0x98badcfe | 0
    let d = 0x10325476
    let e = 0xc3d2e1f0 | 0
    for (let i = 0; i < 20; i++) {
      const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + w[i]!) | 0
      e = d
      d = c
      c = (b << 30) | (b >>> 2)
      b = a
      a = next
    }
    for (let i = 20; i < 40; i++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[i]!) | 0
      e = d
      d = c
      c = (b << 30) | (b >>> 2)
      b = a
      a = next
    }
    for (let i = 40; i < 60; i++) {
      const majority = (b & c) | (d & (b | c))
      const next = (((a << 5) | (a >>> 27)) + majority + e - 0x70e44324 + w[i]!) | 0
      e = d
      d = c
      c = (b << 30) | (b >>> 2)
      b = a
      a = next
    }
    for (let i = 60; i < ROUNDS; i++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e - 0x359d3e2a + w[i]!) | 0
      e = d
      d = c
      c = (b << 30) | (b >>> 2)
      b = a
      a = next
    }
    const { hash } = this
    hash[0] = (0x67452301 + a) | 0
    hash[1] = (0xefcdab89 + b) | 0
    hash[2] = (0x98badcfe + c) | 0
    hash[3] = (0x10325476 + d) | 0
    hash[4] = (0xc3d2e1f0 + e) | 0
  }
}
