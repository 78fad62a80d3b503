/**
 * Search: what one core does for a tree search. It counts the nodes below one node depth first, on
 * a stack of numbers, and gives away what it did not get to.
 *
 * Invariants  the stack is empty between two calls of `explore`.
 * Bounds      an exploration ends after NODES_PER_TASK nodes, so that it leaves some for others and
 *             gives messages a turn every millisecond; what is then on the stack is a few nodes a
 *             level, and all children of one binomial root.
 */
import { Sha1 } from './sha1.ts'
import { childrenOf, drawRoot, STATE_WORDS, type TreeCounts, type TreeShape } from './tree.ts'

/** Some 0.7 ms of work, against which handing over thirty nodes does not count. */
const NODES_PER_TASK = 2048
/** A hash and a depth. */
const ENTRY_WORDS = STATE_WORDS + 1
const FIRST_ENTRIES = 4096

/** Takes a node to explore later, elsewhere perhaps. */
export type GiveAway = (
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  depth: number,
) => void

export class Search {
  readonly #tree: TreeShape
  readonly #sha1 = new Sha1()
  #stack = new Int32Array(FIRST_ENTRIES * ENTRY_WORDS)
  #nodes = 0
  #leaves = 0
  #depth = 0

  constructor(tree: TreeShape) {
    this.#tree = tree
  }

  get counts(): TreeCounts {
    return { nodes: this.#nodes, leaves: this.#leaves, depth: this.#depth }
  }

  /** Gives away the root. */
  begin(giveAway: GiveAway): void {
    drawRoot(this.#tree, this.#sha1)
    const { hash } = this.#sha1
    giveAway(hash[0]!, hash[1]!, hash[2]!, hash[3]!, hash[4]!, 0)
  }

  /** Counts a node and those below it, some of which it may give away: those nearest the root. */
  explore(
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    depth: number,
    giveAway: GiveAway,
  ): void {
    const stack = this.#stack
    stack[0] = a
    stack[1] = b
    stack[2] = c
    stack[3] = d
    stack[4] = e
    stack[5] = depth
    const top = this.#descend(ENTRY_WORDS)
    this.#giveAll(top, giveAway)
  }

  /** Takes nodes from the top of the stack until it is empty or enough are counted; the new top. */
  #descend(from: number): number {
    const tree = this.#tree
    const sha1 = this.#sha1
    const { hash } = sha1
    let stack = this.#stack
    let top = from
    let nodes = 0
    let leaves = 0
    let deepest = this.#depth
    while (top > 0 && nodes < NODES_PER_TASK) {
      top -= ENTRY_WORDS
      nodes++
      const a = stack[top]!
      const b = stack[top + 1]!
      const c = stack[top + 2]!
      const d = stack[top + 3]!
      const e = stack[top + 4]!
      const depth = stack[top + 5]!
      if (depth > deepest) deepest = depth
      const children = childrenOf(tree, depth, e)
      if (children === 0) leaves++
      if (top + children * ENTRY_WORDS > stack.length) stack = this.#grow(top, children)
      for (let i = 0; i < children; i++) {
        hash[0] = a
        hash[1] = b
        hash[2] = c
        hash[3] = d
        hash[4] = e
        sha1.extend(i)
        stack[top] = hash[0]
        stack[top + 1] = hash[1]
        stack[top + 2] = hash[2]
        stack[top + 3] = hash[3]
        stack[top + 4] = hash[4]
        stack[top + 5] = depth + 1
        top += ENTRY_WORDS
      }
    }
    this.#nodes += nodes
    this.#leaves += leaves
    this.#depth = deepest
    return top
  }

  /** The oldest first, so that whoever comes for work takes the largest. */
  #giveAll(top: number, giveAway: GiveAway): void {
    const stack = this.#stack
    for (let at = 0; at < top; at += ENTRY_WORDS) {
      giveAway(
        stack[at]!,
        stack[at + 1]!,
        stack[at + 2]!,
        stack[at + 3]!,
        stack[at + 4]!,
        stack[at + 5]!,
      )
    }
  }

  /** The stack with room for `children` more above `top`. */
  #grow(top: number, children: number): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(2 * (top + children * ENTRY_WORDS))
    larger.set(this.#stack.subarray(0, top))
    this.#stack = larger
    return larger
  }
}
