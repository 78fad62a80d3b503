/**
 * Kronecker graphs as Graph500 makes them: A = 0.57, B = 0.19, C = 0.19, 16 edges a vertex, vertex
 * numbers scrambled. Edge i depends on seed, scale and i alone, so any slice can be made anywhere
 * and the graph is the same whatever the number of cores.
 *
 * Source      Graph500 specification, section 3; generator xoroshiro64* (Blackman and Vigna), one
 *             stream an edge.
 */
import { GraphError } from './errors.ts'
import { mix, mixLarge } from './hash.ts'

/** Edges generated per vertex, as Graph500 prescribes. */
const EDGE_FACTOR = 16
/** Vertex numbers are 31 bits. */
const MAX_SCALE = 30

/** Quadrant probabilities as 31-bit thresholds: A, A + B, A + B + C. */
const A = Math.round(0.57 * 2 ** 31)
const AB = Math.round(0.76 * 2 ** 31)
const ABC = Math.round(0.95 * 2 ** 31)

const GOLDEN = 0x9e37_79b9
const SCRAMBLE_ROUNDS = 3

/** Vertices, 2 ** scale. Refuses a scale that is not a whole number from 1 to 30. */
export function kroneckerVertices(scale: number): number {
  if (!Number.isInteger(scale) || scale < 1 || scale > MAX_SCALE) {
    throw new GraphError(
      'GRAPH_SCALE',
      `a Kronecker scale is a whole number from 1 to ${MAX_SCALE}, not '${scale}'`,
    )
  }
  return 2 ** scale
}

/** Edges, counted as generated: duplicates and self loops are among them. */
export function kroneckerEdgeCount(scale: number): number {
  return EDGE_FACTOR * kroneckerVertices(scale)
}

/** Edges `begin` to `end` - 1 as pairs from, to. */
export function kroneckerEdges(
  graph: { scale: number; seed: number },
  begin: number,
  end: number,
): Int32Array<ArrayBuffer> {
  const { scale, seed } = graph
  const keys = scrambleKeys(scale, seed)
  const seedHash = mixLarge(seed)
  const pairs = new Int32Array(2 * (end - begin))
  for (let edge = begin; edge < end; edge++) {
    let s0 = mix((edge | 0) ^ seedHash)
    // Odd, hence never both words zero, from which the generator could not leave.
    let s1 = mix((s0 + GOLDEN) ^ edge ^ (edge / 2 ** 32)) | 1
    let from = 0
    let to = 0
    for (let level = 0; level < scale; level++) {
      const random = Math.imul(s0, 0x9e37_79bb) >>> 1
      s1 ^= s0
      s0 = ((s0 << 26) | (s0 >>> 6)) ^ s1 ^ (s1 << 9)
      s1 = (s1 << 13) | (s1 >>> 19)
      // 1 where random has reached the threshold, without a branch that nobody could predict.
      const lower = (AB - 1 - random) >>> 31
      const right = ((A - 1 - random) >>> 31) - lower + ((ABC - 1 - random) >>> 31)
      from = (from << 1) | lower
      to = (to << 1) | right
    }
    pairs[2 * (edge - begin)] = scramble(from, scale, keys)
    pairs[2 * (edge - begin) + 1] = scramble(to, scale, keys)
  }
  return pairs
}

/** A bijection of 0 to 2 ** scale - 1: each step of it can be undone. */
function scramble(vertex: number, scale: number, keys: Int32Array): number {
  const mask = (1 << scale) - 1
  const shift = (scale + 1) >> 1
  let x = vertex
  for (let round = 0; round < SCRAMBLE_ROUNDS; round++) {
    x = Math.imul(x ^ keys[2 * round]!, keys[2 * round + 1]!) & mask
    x ^= x >>> shift
  }
  return x
}

/** For each round a number to add and an odd number to multiply by. */
function scrambleKeys(scale: number, seed: number): Int32Array {
  const keys = new Int32Array(2 * SCRAMBLE_ROUNDS)
  let state = mix(mixLarge(seed) ^ scale ^ GOLDEN)
  for (let i = 0; i < keys.length; i++) {
    state = mix(state + GOLDEN)
    keys[i] = i % 2 === 0 ? state & ((1 << scale) - 1) : state | 1
  }
  return keys
}
