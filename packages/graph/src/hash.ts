/**
 * Hashing of small integers: where a number must stand for a random one, the same everywhere.
 */

/** Finalizer of MurmurHash3: every bit of the answer depends on every bit of `value`. */
export function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  return x ^ (x >>> 16)
}

/** The same for whole numbers of up to 53 bits. */
export function mixLarge(value: number): number {
  return mix(mix(value) ^ Math.floor(value / 2 ** 32))
}
