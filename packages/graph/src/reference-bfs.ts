/**
 * Breadth-first search in one thread: the honest baselines, and what the tests compare with.
 */
import {
  bottomUp,
  listBits,
  prefersBottomUp,
  setBit,
  unreachableRows,
  WORD_BITS,
} from './bfs-steps.ts'
import type { Csr } from './csr.ts'

/**
 * Parents by vertex, -1 where not reached; the source is its own parent. Looks at every edge, and
 * shares no code with the other searches, so that it can judge them.
 */
export function topDownBfs(graph: Csr, source: number): Int32Array<ArrayBuffer> {
  const { offsets, targets } = graph.outgoing
  const parents = new Int32Array(graph.vertices).fill(-1)
  const queue = new Int32Array(graph.vertices)
  parents[source] = source
  queue[0] = source
  let tail = 1
  for (let head = 0; head < tail; head++) {
    const vertex = queue[head]!
    const end = offsets[vertex + 1]!
    for (let i = offsets[vertex]!; i < end; i++) {
      const target = targets[i]!
      if (parents[target] !== -1) continue
      parents[target] = vertex
      queue[tail++] = target
    }
  }
  return parents
}

/**
 * The same by the fastest way that we know in one thread: large frontiers are searched for, not
 * from. Memory is made once and used for every search.
 */
export class DirectionOptimizingBfs {
  readonly #graph: Csr
  readonly #parents: Int32Array
  readonly #unreachable: Int32Array
  readonly #seen: Int32Array
  #front: Int32Array
  #next: Int32Array
  #queue: Int32Array
  #nextQueue: Int32Array
  #queued = 0

  constructor(graph: Csr) {
    const words = Math.ceil(graph.vertices / WORD_BITS)
    this.#graph = graph
    this.#parents = new Int32Array(graph.vertices)
    this.#unreachable = unreachableRows(graph.incoming, words)
    this.#seen = new Int32Array(words)
    this.#front = new Int32Array(words)
    this.#next = new Int32Array(words)
    this.#queue = new Int32Array(graph.vertices)
    this.#nextQueue = new Int32Array(graph.vertices)
  }

  /** Parents by vertex, valid until the next search. */
  run(source: number): Int32Array {
    const { offsets, targets } = this.#graph.outgoing
    this.#parents.fill(-1)
    this.#seen.set(this.#unreachable)
    this.#parents[source] = source
    setBit(this.#seen, source)
    this.#queue[0] = source
    this.#queued = 1
    let weight = offsets[source + 1]! - offsets[source]! + 1
    let unexplored = targets.length + this.#graph.vertices - weight
    let isBottomUp = false
    while (weight > 0) {
      const wasBottomUp = isBottomUp
      isBottomUp = prefersBottomUp(weight, unexplored, this.#graph.vertices)
      if (isBottomUp && !wasBottomUp) this.#queueToBits()
      if (!isBottomUp && wasBottomUp) this.#queued = listBits(this.#front, this.#queue)
      weight = isBottomUp ? this.#bottomUpLevel() : this.#topDownLevel()
      unexplored -= weight
    }
    return this.#parents
  }

  #topDownLevel(): number {
    const { offsets, targets } = this.#graph.outgoing
    const [parents, seen, queue, next] = [this.#parents, this.#seen, this.#queue, this.#nextQueue]
    let queued = 0
    let weight = 0
    for (let head = 0; head < this.#queued; head++) {
      const vertex = queue[head]!
      const end = offsets[vertex + 1]!
      for (let i = offsets[vertex]!; i < end; i++) {
        const target = targets[i]!
        const bit = 1 << (target & 31)
        if ((seen[target >>> 5]! & bit) !== 0) continue
        seen[target >>> 5]! |= bit
        parents[target] = vertex
        next[queued++] = target
        weight += offsets[target + 1]! - offsets[target]! + 1
      }
    }
    this.#queued = queued
    this.#queue = next
    this.#nextQueue = queue
    return weight
  }

  #bottomUpLevel(): number {
    const { incoming, outgoing } = this.#graph
    const [front, next] = [this.#front, this.#next]
    const rows = { incoming, outgoing, parents: this.#parents, seen: this.#seen }
    const weight = bottomUp({ ...rows, front, next })
    this.#front = next
    this.#next = front
    return weight
  }

  #queueToBits(): void {
    this.#front.fill(0)
    for (let i = 0; i < this.#queued; i++) setBit(this.#front, this.#queue[i]!)
  }
}
