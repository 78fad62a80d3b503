/**
 * Verification of a breadth-first tree as Graph500 prescribes: the root is its own parent; parents
 * lead to the root without cycles; every tree edge is an edge of the graph; levels differ by one
 * along tree edges and by at most one along every edge; what an edge connects to the tree is in the
 * tree, and nothing else is.
 *
 * A tree edge joins levels that differ by one by construction, because levels are counted along the
 * tree. With all tree edges in the graph a level is never too small, and with no edge that skips a
 * level it is never too large: so the levels are the true distances.
 *
 * Vertices are known here by the slot that the partition gives them, which in one thread is their
 * number; each core can check its own rows.
 */
import { treeLevels, type BfsTree, type ParentFault } from './bfs-tree.ts'
import type { Adjacency, Csr } from './csr.ts'

/** The first rule that a tree breaks. Plain data, because any core may find it. */
export type Violation =
  | ParentFault
  | { readonly rule: 'no-edge'; readonly vertex: number; readonly parent: number }
  | { readonly rule: 'unreached'; readonly vertex: number; readonly neighbour: number }
  | {
      readonly rule: 'levels'
      readonly vertex: number
      readonly neighbour: number
      readonly level: number
      readonly neighbourLevel: number
    }

/** Checks a tree against a whole graph; undefined if it is a breadth-first tree. */
export function verifyBfs(graph: Csr, tree: BfsTree): Violation | undefined {
  const { levels, fault } = treeLevels(tree)
  return fault ?? verifyRows(graph.incoming, 0, tree, levels)
}

/**
 * Checks the rows of one part of a graph: row r holds the neighbours from which an edge leads to
 * the vertex in slot `firstSlot` + r.
 */
export function verifyRows(
  incoming: Adjacency,
  firstSlot: number,
  { source, parents }: BfsTree,
  levels: Int32Array,
): Violation | undefined {
  const { offsets, targets } = incoming
  for (let row = 0; row < offsets.length - 1; row++) {
    const vertex = firstSlot + row
    const level = levels[vertex]!
    const parent = parents[vertex]!
    let hasTreeEdge = level === -1 || vertex === source
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const neighbour = targets[i]!
      const neighbourLevel = levels[neighbour]!
      if (neighbour === parent) hasTreeEdge = true
      if (neighbourLevel === -1) continue
      if (level === -1) return { rule: 'unreached', vertex, neighbour }
      if (level > neighbourLevel + 1) {
        return { rule: 'levels', vertex, neighbour, level, neighbourLevel }
      }
    }
    if (!hasTreeEdge) return { rule: 'no-edge', vertex, parent }
  }
  return undefined
}

/** A sentence for people; `nameOf` says what they call a vertex. */
export function describeViolation(
  violation: Violation,
  nameOf: (slot: number) => string = String,
): string {
  const vertex = nameOf(violation.vertex)
  switch (violation.rule) {
    case 'root': {
      const parent = violation.parent === -1 ? 'unreached' : nameOf(violation.parent)
      return `the source ${vertex} should be its own parent, not ${parent}`
    }
    case 'no-vertex':
      return `vertex ${vertex} has parent ${violation.parent}, which is no vertex of the tree`
    case 'cycle':
      return `the parents of vertex ${vertex} lead in a circle instead of to the source`
    case 'no-edge':
      return `vertex ${vertex} has parent ${nameOf(violation.parent)}, but no edge joins them`
    case 'unreached':
      return (
        `vertex ${vertex} was not reached, ` +
        `but an edge leads to it from ${nameOf(violation.neighbour)}, which was`
      )
    case 'levels':
      return (
        `vertex ${vertex} is at level ${violation.level}, ` +
        `but its neighbour ${nameOf(violation.neighbour)} is at ${violation.neighbourLevel}`
      )
  }
}
