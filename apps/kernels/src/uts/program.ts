/**
 * UTS on all cores: an unbound task explores a subtree for a while, and makes tasks of what is left
 * of it. They are run here, the youngest first, unless an idle core takes the oldest.
 */
import {
  anywhere,
  delegate,
  factory,
  symmetricObject,
  SymmetricObject,
  task,
  type Core,
  type ObjectAddress,
  free,
  onAllCores,
} from '@orujo/core'
import { reportWork, type WorkMeter } from '../work-meter.ts'
import { Search, type GiveAway } from './search.ts'
import { TREES, type TreeCounts } from './tree.ts'

/** Nodes that a core counts between two reports. */
const NODES_PER_REPORT = 2 ** 16
/** Values of a word of a hash. */
const WORD = 2 ** 32

/** One core's part of a search. */
class SearchPart {
  readonly search: Search
  readonly #meter: ObjectAddress<WorkMeter>
  #reported = 0

  constructor(tree: number, meter: ObjectAddress<WorkMeter>) {
    this.search = new Search(TREES[tree]!)
    this.#meter = meter
  }

  /** Tells the host how far this core has come. */
  report(core: Core): void {
    const { nodes } = this.search.counts
    if (nodes - this.#reported < NODES_PER_REPORT) return
    core.send(reportWork, this.#meter, nodes - this.#reported)
    this.#reported = nodes
  }
}

export const makePart = factory(
  'uts.part',
  (_core: Core, tree: number, meter: ObjectAddress<WorkMeter>) => new SearchPart(tree, meter),
)

/**
 * Explores the subtree of a node, given by its hash and depth. The last word of the hash and the
 * depth share a number, so that all six fit into the record of a task.
 */
export const explore = task(
  'uts.explore',
  (
    core: Core,
    a: number,
    b: number,
    c: number,
    d: number,
    lastAndDepth: number,
    raw: number,
  ): undefined => {
    const part = partOf(core, raw)
    const depth = Math.floor(lastAndDepth / WORD)
    part.search.explore(a, b, c, d, lastAndDepth | 0, depth, giveAwayFrom(core, raw))
    part.report(core)
  },
)

export const begin = delegate('uts.begin', (core: Core, raw: number): void => {
  partOf(core, raw).search.begin(giveAwayFrom(core, raw))
})

export const countsHere = delegate('uts.counts', (core: Core, raw: number): TreeCounts => {
  return partOf(core, raw).search.counts
})

export { reportWork }

/** Searches a tree, by its index in TREES, on all cores. */
export async function searchTree(
  host: Core,
  tree: number,
  meter: ObjectAddress<WorkMeter>,
): Promise<TreeCounts> {
  const parts = await symmetricObject(host, makePart, tree, meter)
  try {
    await host.finish((inner) => inner.send(begin, 0, parts.raw))
    const counts = await onAllCores(host, countsHere, parts.raw)
    return {
      nodes: counts.reduce((sum, { nodes }) => sum + nodes, 0),
      leaves: counts.reduce((sum, { leaves }) => sum + leaves, 0),
      depth: Math.max(...counts.map(({ depth }) => depth)),
    }
  } finally {
    await free(host, parts)
  }
}

function giveAwayFrom(core: Core, raw: number): GiveAway {
  return (a, b, c, d, e, depth) => {
    core.send(explore, anywhere, a, b, c, d, (e >>> 0) + depth * WORD, raw)
  }
}

/** The part of this core, by the address of all parts: a number, as tasks carry nothing else. */
function partOf(core: Core, raw: number): SearchPart {
  return new SymmetricObject<SearchPart>(raw).local(core)
}
