/**
 * The plain recursive search on one thread: what the counts of a tree are, and how fast one core is
 * without any of the machinery.
 */
import { Sha1 } from './sha1.ts'
import { childrenOf, drawRoot, type TreeCounts, type TreeShape } from './tree.ts'

/** Counts the nodes of a tree. Its depth is bounded by the stack: not for T3L. */
export function countTree(tree: TreeShape): TreeCounts {
  const sha1 = new Sha1()
  const { hash } = sha1
  let nodes = 0
  let leaves = 0
  let deepest = 0
  const visit = (depth: number): void => {
    nodes++
    if (depth > deepest) deepest = depth
    const count = childrenOf(tree, depth, hash[4]!)
    if (count === 0) {
      leaves++
      return
    }
    const [a, b, c, d, e] = [hash[0]!, hash[1]!, hash[2]!, hash[3]!, hash[4]!]
    for (let i = 0; i < count; i++) {
      hash[0] = a
      hash[1] = b
      hash[2] = c
      hash[3] = d
      hash[4] = e
      sha1.extend(i)
      visit(depth + 1)
    }
  }
  drawRoot(tree, sha1)
  visit(0)
  return { nodes, leaves, depth: deepest }
}
