/**
 * Parallel loops. The indices are split among the cores; each core runs its own in order. Bodies
 * are definitions: delegates run in a plain loop, tasks up to TASKS_IN_FLIGHT at a time.
 *
 * Ordering    within a core by index for delegates; tasks begin by index.
 * Suspends    the caller, until every iteration and all that came of it has ended. A loop of
 *             delegates gives messages, tasks and the event loop a turn about every SLICE_MS, and
 *             whenever an outbox is above its high-water mark.
 * Failure     a core stops at its first failing iteration; others go on. Rejects with that error,
 *             or with WorkFailedError if several cores failed.
 */
import { suspendedError } from '../delegate/arguments.ts'
import type { Core } from '../delegate/core.ts'
import { task } from '../delegate/define.ts'
import { isThenable } from '../delegate/task-run.ts'
import { invariant } from '../errors.ts'
import { GlobalArray } from '../memory/global-array.ts'
import type { AnyDefinition, Body, Delegate, Task } from '../message/definition.ts'
import { allOf } from './collective.ts'

/** Iterations of asynchronous bodies in flight on one core: enough to hide a round trip. */
const TASKS_IN_FLIGHT = 256
/** Time after which a loop of delegates lets others run. */
const SLICE_MS = 1
/** Iterations of the first slice, before it is known how long one takes. */
export const FIRST_SLICE = 64
const MAX_SLICE = 2 ** 20

/** Runs `definition` for every index from 0 to `count` - 1: `(core, index, ...captured)`. */
export function forall<A extends unknown[]>(
  core: Core,
  count: number,
  definition: Delegate<[index: number, ...A], unknown> | Task<[index: number, ...A], unknown>,
  ...captured: A
): Promise<void>
/**
 * Runs `definition` for every element of `array`, where it lives: `(core, index, slot,
 * ...captured)`, with `slot` the element's place in `array.local(core)`.
 */
export function forall<A extends unknown[]>(
  core: Core,
  array: GlobalArray,
  definition:
    | Delegate<[index: number, slot: number, ...A], unknown>
    | Task<[index: number, slot: number, ...A], unknown>,
  ...captured: A
): Promise<void>
export function forall(
  core: Core,
  space: number | GlobalArray,
  definition: AnyDefinition,
  ...captured: unknown[]
): Promise<void> {
  const id = core.endpoint.table.idOf(definition)
  if (typeof space === 'number') return overRanges(core, space, overIndices, id, captured)
  invariant(
    space instanceof GlobalArray,
    'forall() goes over a count of iterations or a global array',
  )
  space.checkLive()
  return core.finish(async (inner) => {
    const calls = Array.from({ length: core.cores }, (_, dst) => dst)
      .filter((dst) => space.elementsOn(dst) > 0)
      .map((dst) => inner.call(overElements, dst, id, space, captured))
    await allOf(calls)
  })
}

/** Runs `definition` for slices of the indices: `(core, begin, end, ...captured)`, end excluded. */
export function forallRanges<A extends unknown[]>(
  core: Core,
  count: number,
  definition:
    | Delegate<[begin: number, end: number, ...A], unknown>
    | Task<[begin: number, end: number, ...A], unknown>,
  ...captured: A
): Promise<void> {
  const id = core.endpoint.table.idOf(definition)
  return overRanges(core, count, overSlices, id, captured)
}

/**
 * The part of 0 .. count that core `index` of `cores` gets: contiguous, remainder to the lowest.
 */
export function blockRange(count: number, cores: number, index: number): [number, number] {
  const each = Math.floor(count / cores)
  const rest = count % cores
  const begin = index * each + Math.min(index, rest)
  return [begin, begin + each + (index < rest ? 1 : 0)]
}

type LoopTask = Task<[id: number, begin: number, end: number, captured: unknown[]], void>

function overRanges(
  core: Core,
  count: number,
  loop: LoopTask,
  id: number,
  captured: unknown[],
): Promise<void> {
  invariant(
    Number.isSafeInteger(count) && count >= 0,
    `forall() needs a count of iterations, 0 or more, got ${count}`,
  )
  return core.finish(async (inner) => {
    const calls: Promise<void>[] = []
    for (let dst = 0; dst < core.cores; dst++) {
      const [begin, end] = blockRange(count, core.cores, dst)
      if (begin < end) calls.push(inner.call(loop, dst, id, begin, end, captured))
    }
    await allOf(calls)
  })
}

const overIndices: LoopTask = task(
  'orujo.forall.indices',
  async (core: Core, id: number, begin: number, end: number, captured: unknown[]) => {
    const definition: AnyDefinition = core.endpoint.table.definitions[id]!
    const { body } = definition
    if (definition.kind === 'task') {
      await inFlight(begin, end, (index) => body(core, index, ...captured))
    } else {
      checkBody(definition, body(core, begin, ...captured))
      await inSlices(core, begin + 1, end, (from, to) => {
        runIndices(body, core, from, to, captured)
      })
    }
  },
)

const overSlices: LoopTask = task(
  'orujo.forall.slices',
  async (core: Core, id: number, begin: number, end: number, captured: unknown[]) => {
    const { body } = core.endpoint.table.definitions[id]!
    await inSlices(core, begin, end, (from, to) => body(core, from, to, ...captured))
  },
)

const overElements = task(
  'orujo.forall.elements',
  async (core: Core, id: number, array: GlobalArray, captured: unknown[]) => {
    const definition: AnyDefinition = core.endpoint.table.definitions[id]!
    const { body } = definition
    const count = array.elementsOn(core.id)
    if (definition.kind === 'task') {
      await inFlight(0, count, (slot) => {
        return body(core, array.globalIndex(core.id, slot), slot, ...captured)
      })
      return
    }
    checkBody(definition, body(core, array.globalIndex(core.id, 0), 0, ...captured))
    await inSlices(core, 1, count, (from, to) => runElements(body, core, array, from, to, captured))
  },
)

/** Definitions that every core needs for loops. */
export const forallDefinitions = Object.freeze([overIndices, overSlices, overElements])

/** Runs `work` over slices that take about SLICE_MS, with a turn for everything else in between. */
export async function inSlices(
  core: Core,
  begin: number,
  end: number,
  work: (from: number, to: number) => unknown,
): Promise<void> {
  const { clock, scheduler } = core.endpoint
  let length = FIRST_SLICE
  let started = clock.now()
  for (let from = begin; from < end;) {
    const to = Math.min(end, from + length)
    await work(from, to)
    from = to
    if (scheduler.isCongested()) await core.drain()
    else if (from < end) await core.yield()
    const now = clock.now()
    if (now - started < SLICE_MS / 2) length = Math.min(length * 2, MAX_SLICE)
    else if (now - started > SLICE_MS * 2) length = Math.max(1, length >> 1)
    started = now
  }
}

/** Runs asynchronous iterations, each of a bounded number of fibres taking the next index. */
export async function inFlight(
  begin: number,
  end: number,
  iteration: (index: number) => unknown,
): Promise<void> {
  let next = begin
  const fibre = async (): Promise<void> => {
    while (next < end) {
      try {
        await iteration(next++)
      } catch (error) {
        next = end
        throw error
      }
    }
  }
  const count = Math.min(TASKS_IN_FLIGHT, end - begin)
  await allOf(Array.from({ length: count }, fibre))
}

/** A delegate that suspends is seen by its first iteration: looking at each would cost. */
export function checkBody(definition: AnyDefinition, result: unknown): void {
  if (isThenable(result)) throw suspendedError(definition, result)
}

/** One loop per small count of captured values: a spread in the loop would allocate. */
export function runIndices(
  body: Body,
  core: Core,
  from: number,
  to: number,
  captured: readonly unknown[],
): void {
  const [a, b, c] = captured
  switch (captured.length) {
    case 0:
      for (let i = from; i < to; i++) body(core, i)
      return
    case 1:
      for (let i = from; i < to; i++) body(core, i, a)
      return
    case 2:
      for (let i = from; i < to; i++) body(core, i, a, b)
      return
    case 3:
      for (let i = from; i < to; i++) body(core, i, a, b, c)
      return
    default:
      for (let i = from; i < to; i++) body(core, i, ...captured)
  }
}

function runElements(
  body: Body,
  core: Core,
  array: GlobalArray,
  from: number,
  to: number,
  captured: readonly unknown[],
): void {
  const [a, b] = captured
  const { id } = core
  switch (captured.length) {
    case 0:
      for (let s = from; s < to; s++) body(core, array.globalIndex(id, s), s)
      return
    case 1:
      for (let s = from; s < to; s++) body(core, array.globalIndex(id, s), s, a)
      return
    case 2:
      for (let s = from; s < to; s++) body(core, array.globalIndex(id, s), s, a, b)
      return
    default:
      for (let s = from; s < to; s++) body(core, array.globalIndex(id, s), s, ...captured)
  }
}
