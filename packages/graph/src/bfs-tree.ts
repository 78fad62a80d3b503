/**
 * Breadth-first trees as searches give them: parents by slot. Levels and paths are read off them.
 */

/** A claimed tree. */
export interface BfsTree {
  /** Slot of the source. */
  readonly source: number
  /** Parents by slot; -1 where not reached; the source is its own parent. */
  readonly parents: Int32Array
}

/** A parent that makes it no tree. */
export interface ParentFault {
  readonly rule: 'root' | 'no-vertex' | 'cycle'
  readonly vertex: number
  readonly parent: number
}

/** Levels counted along the tree, -1 where not reached; or why it is no tree. */
export type TreeLevels =
  | { readonly levels: Int32Array; readonly fault?: undefined }
  | { readonly levels?: undefined; readonly fault: ParentFault }

/** Follows all parents to the root. */
export function treeLevels({ source, parents }: BfsTree): TreeLevels {
  if (parents[source] !== source) {
    return { fault: { rule: 'root', vertex: source, parent: parents[source] ?? -1 } }
  }
  const levels = new Int32Array(parents.length).fill(-1)
  levels[source] = 0
  const path = new Int32Array(parents.length)
  for (let start = 0; start < parents.length; start++) {
    if (parents[start] === -1) continue
    let depth = 0
    let vertex = start
    while (levels[vertex] === -1) {
      const fault = parentFault(parents, vertex, depth)
      if (fault !== undefined) return { fault }
      path[depth++] = vertex
      vertex = parents[vertex]!
    }
    for (let level = levels[vertex]! + 1; depth > 0; level++) levels[path[--depth]!] = level
  }
  return { levels }
}

/** Slots from the root to `vertex`, both included; empty if it was not reached. Needs a tree. */
export function treePath({ parents }: BfsTree, vertex: number): number[] {
  if ((parents[vertex] ?? -1) === -1) return []
  const path = [vertex]
  for (let slot = vertex; parents[slot] !== slot; path.push(slot)) slot = parents[slot]!
  return path.reverse()
}

/** What is wrong with the parent of a vertex that lies `depth` steps up a path without levels. */
function parentFault(parents: Int32Array, vertex: number, depth: number): ParentFault | undefined {
  const parent = parents[vertex]!
  const grandparent = parents[parent]
  if (grandparent === undefined || grandparent === -1) return { rule: 'no-vertex', vertex, parent }
  // Only a circle has more steps than there are vertices; a second root is the smallest circle.
  if (parent === vertex || depth === parents.length - 1) return { rule: 'cycle', vertex, parent }
  return undefined
}
