/**
 * Unbound loops: the indices are halved again and again into unbound tasks, so that cores which
 * are done early take a share of what others still have to do. For iterations of uneven length;
 * `forall` costs less where all take the same time.
 *
 * Ordering    by index within a piece; pieces in any order, on any core.
 * Suspends    the caller, until every iteration and all that came of it has ended. Long pieces of
 *             delegates let others run as `forall` does.
 * Failure     a piece stops at its first failing iteration; others go on. Rejects with that error,
 *             or with WorkFailedError if several pieces failed.
 * Bounds      a piece is halved while it is longer than the grain, so tasks wait by the logarithm.
 */
import { record } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { task } from '../delegate/define.ts'
import { invariant } from '../errors.ts'
import type { AnyDefinition, Delegate, Task } from '../message/definition.ts'
import { anywhere } from '../place.ts'
import { WorkFailedError } from '../sync/scopes.ts'
import { FIRST_SLICE, checkBody, inFlight, inSlices, runIndices } from './forall.ts'

/** Pieces per core: enough to share evenly, few enough that making them costs nothing. */
const PIECES_PER_CORE = 64

/** The indices 0 to `count` - 1, in pieces of at most `grain`. */
export interface UnboundRange {
  readonly count: number
  /** Default: as many as make PIECES_PER_CORE pieces for every core. */
  readonly grain?: number
}

const RANGE_OPTIONS: readonly string[] = Object.freeze([
  'count',
  'grain',
] satisfies (keyof UnboundRange)[])

/**
 * Runs `definition` for every index of `range` on whatever core has time: `(core, index,
 * ...captured)`. A number is a count; `{ count, grain }` says how small pieces get.
 */
export function forallUnbound<A extends unknown[]>(
  core: Core,
  range: number | UnboundRange,
  definition: Delegate<[index: number, ...A], unknown> | Task<[index: number, ...A], unknown>,
  ...captured: A
): Promise<void> {
  return loop(core, range, definition, false, captured)
}

/** The same for slices of the indices: `(core, begin, end, ...captured)`, end excluded. */
export function forallRangesUnbound<A extends unknown[]>(
  core: Core,
  range: number | UnboundRange,
  definition:
    | Delegate<[begin: number, end: number, ...A], unknown>
    | Task<[begin: number, end: number, ...A], unknown>,
  ...captured: A
): Promise<void> {
  return loop(core, range, definition, true, captured)
}

async function loop(
  core: Core,
  range: number | UnboundRange,
  definition: AnyDefinition,
  isSliced: boolean,
  captured: readonly unknown[],
): Promise<void> {
  if (typeof range !== 'number') {
    record(isSliced ? 'forallRangesUnbound()' : 'forallUnbound()', range, RANGE_OPTIONS)
  }
  const { count, grain = Math.max(1, Math.ceil(count / (PIECES_PER_CORE * core.cores))) } =
    typeof range === 'number' ? { count: range } : range
  checkWhole('a count of iterations, 0 or more', count, 0)
  checkWhole('a grain of 1 or more', grain, 1)
  const code = 2 * core.endpoint.table.idOf(definition) + (isSliced ? 1 : 0)
  if (count === 0) return
  try {
    await core.finish((inner) => {
      inner.send(halves, anywhere, code, 0, count, grain, ...captured)
    })
  } catch (error) {
    throw error instanceof WorkFailedError && error.errors.length === 1 ? error.errors[0] : error
  }
}

type Halves = Task<
  [code: number, begin: number, end: number, grain: number, ...captured: unknown[]],
  void
>

/** `code`: twice the number of the body's definition, and 1 if it takes slices. */
const halves: Halves = task(
  'orujo.forall.unbound',
  (
    core: Core,
    code: number,
    begin: number,
    end: number,
    grain: number,
    ...captured: unknown[]
  ): void | Promise<void> => {
    let last = end
    while (last - begin > grain) {
      const middle = begin + Math.ceil((last - begin) / 2)
      core.send(halves, anywhere, code, middle, last, grain, ...captured)
      last = middle
    }
    const definition = core.endpoint.table.definitions[code >> 1]!
    return code % 2 === 1
      ? runSlice(core, definition, begin, last, captured)
      : runPiece(core, definition, begin, last, captured)
  },
)

/** Definitions that every core needs for unbound loops. */
export const forallUnboundDefinitions = Object.freeze([halves])

function runSlice(
  core: Core,
  definition: AnyDefinition,
  begin: number,
  end: number,
  captured: readonly unknown[],
): void | Promise<void> {
  const result = definition.body(core, begin, end, ...captured)
  if (definition.kind === 'task') return result as Promise<void> // its value is nobody's
  checkBody(definition, result)
}

function runPiece(
  core: Core,
  definition: AnyDefinition,
  begin: number,
  end: number,
  captured: readonly unknown[],
): void | Promise<void> {
  const { body } = definition
  if (definition.kind === 'task') {
    return inFlight(begin, end, (index) => body(core, index, ...captured))
  }
  checkBody(definition, body(core, begin, ...captured))
  if (end - begin <= FIRST_SLICE) runIndices(body, core, begin + 1, end, captured)
  else {
    return inSlices(core, begin + 1, end, (from, to) => runIndices(body, core, from, to, captured))
  }
}

function checkWhole(what: string, value: number, least: number): void {
  const isRight = Number.isSafeInteger(value) && value >= least
  invariant(isRight, `forallUnbound() needs ${what}, got ${value}`)
}
