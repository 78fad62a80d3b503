/**
 * Trees of the Unbalanced Tree Search benchmark. A node is a SHA-1 hash and a depth; how many
 * children it has follows from these alone, child i being the hash of the node's own and i.
 *
 * Source      Olivier et al., "UTS: An Unbalanced Tree Search Benchmark", LCPC 2006; parameters and
 *             counts of the sample trees that the benchmark comes with.
 */
import { type Sha1 } from './sha1.ts'

/** Words of a hash. */
export const STATE_WORDS = 5

/** Nobody but the root of a binomial tree has more children. */
const MAX_CHILDREN = 100
/** Where a cyclic tree ends, in multiples of `depth`. */
const LAST_CYCLE = 5
/** The part of a hybrid tree, by depth, that is geometric. */
const GEOMETRIC_SHARE = 0.5

/** How the expected number of children of a geometric tree depends on the depth. */
type Shape = 'fixed' | 'linear' | 'cyclic'

/** What makes a tree. */
export interface TreeShape {
  readonly kind: 'geometric' | 'binomial' | 'hybrid'
  /** Children of the root; of any node on average, where the shape does not say otherwise. */
  readonly branching: number
  readonly seed: number
  /** Geometric. */
  readonly shape: Shape
  readonly depth: number
  /** Binomial: a node has `children` with this probability, else none. */
  readonly probability: number
  readonly children: number
}

export interface TreeCounts {
  readonly nodes: number
  readonly leaves: number
  readonly depth: number
}

export interface SampleTree extends TreeShape {
  readonly name: string
  /** As published. Those of a tree without are counted by a sequential search. */
  readonly counts?: TreeCounts
}

function geometric(shape: Shape, branching: number, depth: number, seed: number): TreeShape {
  return { kind: 'geometric', shape, branching, depth, seed, probability: 0, children: 0 }
}

function binomial(
  branching: number,
  probability: number,
  children: number,
  seed: number,
): TreeShape {
  return { kind: 'binomial', shape: 'fixed', branching, depth: 0, seed, probability, children }
}

/** By name; cores name them by their index. The last is small, for a first try and for tests. */
export const TREES: readonly SampleTree[] = Object.freeze([
  {
    name: 'T1',
    ...geometric('fixed', 4, 10, 19),
    counts: { nodes: 4_130_071, leaves: 3_305_118, depth: 10 },
  },
  {
    name: 'T2',
    ...geometric('cyclic', 6, 16, 502),
    counts: { nodes: 4_117_769, leaves: 2_342_762, depth: 81 },
  },
  {
    name: 'T3',
    ...binomial(2000, 0.124875, 8, 42),
    counts: { nodes: 4_112_897, leaves: 3_599_034, depth: 1572 },
  },
  {
    name: 'T4',
    ...geometric('linear', 6, 16, 1),
    kind: 'hybrid',
    probability: 0.234375,
    children: 4,
    counts: { nodes: 4_132_453, leaves: 3_108_986, depth: 134 },
  },
  {
    name: 'T5',
    ...geometric('linear', 4, 20, 34),
    counts: { nodes: 4_147_582, leaves: 2_181_318, depth: 20 },
  },
  {
    name: 'T1L',
    ...geometric('fixed', 4, 13, 29),
    counts: { nodes: 102_181_082, leaves: 81_746_377, depth: 13 },
  },
  {
    name: 'T2L',
    ...geometric('cyclic', 7, 23, 220),
    counts: { nodes: 96_793_510, leaves: 53_791_152, depth: 67 },
  },
  {
    name: 'T3L',
    ...binomial(2000, 0.200014, 5, 7),
    counts: { nodes: 111_345_631, leaves: 89_076_904, depth: 17_844 },
  },
  { name: 'tiny', ...geometric('fixed', 4, 8, 19) },
] as const)

/** Writes the hash of the root of `tree` into `sha1`. */
export function drawRoot(tree: TreeShape, sha1: Sha1): void {
  sha1.digest([0, 0, 0, 0, tree.seed])
}

/** Children of a node at `depth` whose hash ends in `lastWord`. */
export function childrenOf(tree: TreeShape, depth: number, lastWord: number): number {
  if (tree.kind === 'binomial' && depth === 0) return Math.floor(tree.branching)
  const draw = (lastWord & 0x7fffffff) / 0x80000000
  const isBinomial =
    tree.kind === 'binomial' || (tree.kind === 'hybrid' && depth >= GEOMETRIC_SHARE * tree.depth)
  if (isBinomial) return draw < tree.probability ? tree.children : 0
  const expected = expectedChildren(tree, depth)
  const children = Math.floor(Math.log(1 - draw) / Math.log(1 - 1 / (1 + expected)))
  return Math.min(MAX_CHILDREN, children)
}

function expectedChildren({ shape, branching, depth: limit }: TreeShape, depth: number): number {
  if (depth === 0) return branching
  switch (shape) {
    case 'fixed':
      return depth < limit ? branching : 0
    case 'linear':
      return branching * (1 - depth / limit)
    case 'cyclic':
      if (depth > LAST_CYCLE * limit) return 0
      return branching ** Math.sin((2 * Math.PI * depth) / limit)
  }
}
