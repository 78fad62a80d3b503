/**
 * Random numbers by index: any core can draw any of them by itself, and a sequential run draws the
 * same.
 */

/** 32 random bits for a seed and an index: an integer hash of both. */
export function randomBits(seed: number, index: number): number {
  let word =
    Math.imul(index ^ Math.floor(index / 2 ** 32), 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d)
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b)
  return (word ^ (word >>> 16)) >>> 0
}

/** A number from 0 to 1, 1 excluded. */
export function randomUnit(seed: number, index: number): number {
  return randomBits(seed, index) / 2 ** 32
}

/** A whole number from 0 to `limit` - 1. */
export function randomBelow(seed: number, index: number, limit: number): number {
  return Math.floor(randomUnit(seed, index) * limit)
}
