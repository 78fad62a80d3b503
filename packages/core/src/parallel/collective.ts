/**
 * Collectives: something on every core, and numbers combined over all of them.
 *
 * Invariants  a rendezvous belongs to one completion scope; every core's task enters each phase
 *             once; phases follow one another, because nobody leaves before everybody is in.
 * Access      `barrier` and `allReduce` are for SPMD code: one task per core calls them, as under
 *             `onAllCores`. `onAllCores` and `reduce` are called by one task, from anywhere.
 * Suspends    all of them.
 * Misuse      entering a phase twice from one core, or with different operators: InvariantError.
 */
import type { Core } from '../delegate/core.ts'
import { task } from '../delegate/define.ts'
import { invariant } from '../errors.ts'
import type { Delegate, Task } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import { WorkFailedError } from '../sync/scopes.ts'

/** How numbers are combined. */
export type Operator = 'sum' | 'min' | 'max'

/** The core at which those who take part meet. */
const MEETING_CORE: CoreId = 0

/**
 * Runs `definition` on every core and waits for all.
 *
 * @returns the results, by core. Rejects, when all have ended, with the error if one failed, with
 * WorkFailedError if several did.
 */
export async function onAllCores<A extends unknown[], R>(
  core: Core,
  definition: Delegate<A, R> | Task<A, R>,
  ...args: A
): Promise<R[]> {
  const calls = Array.from({ length: core.cores }, (_, dst) => core.call(definition, dst, ...args))
  return allOf(calls)
}

/** Runs `definition` on every core and combines the numbers it gives. */
export async function reduce<A extends unknown[]>(
  core: Core,
  definition: Delegate<A, number> | Task<A, number>,
  operator: Operator,
  ...args: A
): Promise<number> {
  const values = await onAllCores(core, definition, ...args)
  return values.reduce((a, b) => combine(operator, a, b))
}

/** SPMD: combines one number per core; every core gets the result. */
export function allReduce(core: Core, value: number, operator: Operator): Promise<number> {
  return core.call(meet, MEETING_CORE, core.scope.id, core.id, value, OPERATORS.indexOf(operator))
}

/** SPMD: resolves when a task of every core has come here. */
export async function barrier(core: Core): Promise<void> {
  await allReduce(core, 0, 'sum')
}

/** All values; rejects only when everything has ended. */
export async function allOf<R>(calls: readonly Promise<R>[]): Promise<R[]> {
  const values: R[] = []
  // One and the same error for all, as at the end of the runtime, is one error.
  const errors = new Set<unknown>()
  for (const outcome of await Promise.allSettled(calls)) {
    if (outcome.status === 'fulfilled') values.push(outcome.value)
    else errors.add(outcome.reason)
  }
  const [first] = errors
  if (errors.size === 0) return values
  throw errors.size === 1 ? first : new WorkFailedError([...errors])
}

const OPERATORS: readonly Operator[] = Object.freeze(['sum', 'min', 'max'] as const)

function combine(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case 'sum':
      return a + b
    case 'min':
      return Math.min(a, b)
    case 'max':
      return Math.max(a, b)
  }
}

/**
 * One phase of the tasks of one scope. Values are kept by core, so that sums do not depend on
 * timing.
 */
interface Phase {
  readonly operator: Operator
  readonly values: (number | undefined)[]
  entered: number
  readonly resolves: ((value: number) => void)[]
}

/** Phases in progress, by scope. */
class Rendezvous {
  readonly phases = new Map<number, Phase>()
}

const meet = task(
  'orujo.meet',
  (core: Core, scope: number, from: CoreId, value: number, code: number): Promise<number> => {
    const { phases } = core.endpoint.state(Rendezvous, () => new Rendezvous())
    const operator = OPERATORS[code]!
    const phase = phases.get(scope) ?? { operator, values: [], entered: 0, resolves: [] }
    invariant(from < core.cores, 'The host takes no part in barriers and all-reduces.')
    invariant(
      phase.values[from] === undefined,
      `Core ${from} entered a barrier or all-reduce twice in one phase. One task per core may.`,
    )
    invariant(
      phase.operator === operator,
      `Core ${from} entered an all-reduce '${operator}' where others do '${phase.operator}'.`,
    )
    phases.set(scope, phase)
    phase.values[from] = value
    phase.entered++
    const result = new Promise<number>((resolve) => phase.resolves.push(resolve))
    if (phase.entered === core.cores) {
      phases.delete(scope)
      const total = (phase.values as number[]).reduce((a, b) => combine(operator, a, b))
      for (const resolve of phase.resolves) resolve(total)
    }
    return result
  },
)

/** Definitions that every core needs for collectives. */
export const collectiveDefinitions = Object.freeze([meet])
