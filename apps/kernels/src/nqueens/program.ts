/**
 * N-queens on all cores: placements of the first rows are unbound tasks, which make tasks of the
 * placements of one row more; further down, a task counts by itself. Idle cores take the oldest.
 */
import {
  anywhere,
  delegate,
  factory,
  free,
  reduce,
  symmetricObject,
  SymmetricObject,
  task,
  type Core,
  type ObjectAddress,
} from '@orujo/core'
import { reportWork, type WorkMeter } from '../work-meter.ts'
import { allColumns, countSolutions, freeSquares, rowsOf } from './board.ts'

/** A task for each placement of so many rows: tens of thousands on a large board. */
const MAX_TASK_ROWS = 4
/** What is left to a task of even a small board: some 50 us. */
const MIN_COUNTED_ROWS = 8
/** Solutions that a core counts between two reports. */
const SOLUTIONS_PER_REPORT = 10_000

/** One core's part of the count. */
class CountPart {
  readonly all: number
  readonly taskRows: number
  readonly #meter: ObjectAddress<WorkMeter>
  #solutions = 0
  #reported = 0

  constructor(size: number, meter: ObjectAddress<WorkMeter>) {
    this.all = allColumns(size)
    this.taskRows = Math.max(0, Math.min(MAX_TASK_ROWS, size - MIN_COUNTED_ROWS))
    this.#meter = meter
  }

  get solutions(): number {
    return this.#solutions
  }

  /** Adds to the count, and tells the host now and then. */
  add(core: Core, solutions: number): void {
    this.#solutions += solutions
    if (this.#solutions - this.#reported < SOLUTIONS_PER_REPORT) return
    core.send(reportWork, this.#meter, this.#solutions - this.#reported)
    this.#reported = this.#solutions
  }
}

export const makePart = factory(
  'nqueens.part',
  (_core: Core, size: number, meter: ObjectAddress<WorkMeter>) => new CountPart(size, meter),
)

/** Counts the solutions that begin with a placement, or has others do so. */
export const place = task(
  'nqueens.place',
  (core: Core, columns: number, left: number, right: number, raw: number): undefined => {
    const part = partOf(core, raw)
    const { all } = part
    if (rowsOf(columns) >= part.taskRows) {
      part.add(core, countSolutions(all, columns, left, right))
      return
    }
    for (let open = freeSquares(all, columns, left, right); open !== 0; open &= open - 1) {
      const queen = open & -open
      const [nextLeft, nextRight] = [(left | queen) << 1, (right | queen) >>> 1]
      core.send(place, anywhere, columns | queen, nextLeft, nextRight, raw)
    }
  },
)

export const solutionsHere = delegate('nqueens.solutions', (core: Core, raw: number): number => {
  return partOf(core, raw).solutions
})

export { reportWork }

/** Solutions of a board of `size`, counted on all cores. */
export async function countOnAllCores(
  host: Core,
  size: number,
  meter: ObjectAddress<WorkMeter>,
): Promise<number> {
  const parts = await symmetricObject(host, makePart, size, meter)
  try {
    await host.finish((inner) => inner.send(place, 0, 0, 0, 0, parts.raw))
    return await reduce(host, solutionsHere, 'sum', parts.raw)
  } finally {
    await free(host, parts)
  }
}

/** The part of this core, by the address of all parts: a number, as tasks carry nothing else. */
function partOf(core: Core, raw: number): CountPart {
  return new SymmetricObject<CountPart>(raw).local(core)
}
