/**
 * UTS on all cores: a task explores a subtree for a while, and makes tasks of what is left of it.
 */
import {
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
import { Search } from './search.ts'
import { TREES, type TreeCounts } from './tree.ts'

/** Nodes that a core counts between two reports. */
const NODES_PER_REPORT = 2 ** 16

/** One core's part of a search. */
class SearchPart {
  readonly search: Search
  readonly #meter: ObjectAddress<WorkMeter>
  #reported = 0
  #next = 0

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

  /** Every core in turn. */
  nextCore(core: Core): number {
    this.#next = (this.#next + 1) % core.cores
    return this.#next
  }
}

export const makePart = factory(
  'uts.part',
  (_core: Core, tree: number, meter: ObjectAddress<WorkMeter>) => new SearchPart(tree, meter),
)

/** Explores the subtree of a node, given by its hash and depth. */
export const explore = task(
  'uts.explore',
  (
    core: Core,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    depth: number,
    raw: number,
  ): undefined => {
    const part = partOf(core, raw)
    part.search.explore(a, b, c, d, e, depth, giveAwayFrom(core, part, raw))
    part.report(core)
  },
)

export const begin = delegate('uts.begin', (core: Core, raw: number): void => {
  const part = partOf(core, raw)
  part.search.begin(giveAwayFrom(core, part, raw))
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

function giveAwayFrom(core: Core, part: SearchPart, raw: number) {
  return (a: number, b: number, c: number, d: number, e: number, depth: number): void => {
    core.send(explore, part.nextCore(core), a, b, c, d, e, depth, raw)
  }
}

/** The part of this core, by the address of all parts: a number, as tasks carry nothing else. */
function partOf(core: Core, raw: number): SearchPart {
  return new SymmetricObject<SearchPart>(raw).local(core)
}
