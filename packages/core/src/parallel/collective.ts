/**
 * Collectives: something on every core, and values combined over all of them.
 *
 * Access      `barrier`, `allReduce`, `scan`, `exclusiveScan`, `gather`, `allGather` and
 *             `broadcast` are for SPMD code: one task per core enters the same ones in the same
 *             order, through the core that it was given, as `onAllCores` starts them. Several may
 *             be under way at once; they are matched in the order in which each core enters them.
 *             `onAllCores`, `reduce` and `sumOverCores` are called by one task, from anywhere.
 * Suspends    all of them. How they meet, and what if somebody does not come: meeting.ts.
 * Failure     ORUJO_COLLECTIVE when a task of the same `onAllCores` has ended without coming.
 *             ORUJO_OPTION for options that there are none of, before anybody is met.
 * Misuse      different collectives, operators or lengths in one phase: InvariantError for all.
 */
import { record } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { onCores } from '../delegate/on-cores.ts'
import {
  type OperatorOn,
  combine,
  combineAll,
  isTypedArray,
  operatorCode,
} from '../delegate/operator.ts'
import { OrujoError, invariant } from '../errors.ts'
import type { ScalarView } from '../memory/view.ts'
import type { AnyDefinition, Delegate, Task } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import { WorkFailedError } from '../sync/scopes.ts'
import { type Agreement, depart, meet, nameOf } from './meeting.ts'

/** Elements of a typed array that are combined at once: some 100 KiB a message. */
const ARRAY_PART = 2 ** 14
/** Parts under way: enough to send some while others are combined. */
const PARTS_IN_FLIGHT = 4

export interface CollectiveOptions {
  /**
   * Tells apart what several tasks of one core do at the same time. Collectives of one name are
   * matched with each other only. Default: those without a name.
   */
  readonly name?: string
}

export interface RootOptions extends CollectiveOptions {
  /** The core that gets, or gives, the values. Default 0. */
  readonly root?: CoreId
}

const COLLECTIVE_OPTIONS: readonly string[] = Object.freeze([
  'name',
] satisfies (keyof CollectiveOptions)[])

const ROOT_OPTIONS: readonly string[] = Object.freeze([
  'name',
  'root',
] satisfies (keyof RootOptions)[])

/**
 * Runs `definition` on every core and waits for all; of tasks also for what they sent, as `finish`
 * does. The tasks are a team: who waits in a collective for one that has ended gets an error.
 *
 * @returns the results, by core. Rejects, when all have ended, with the error if one failed, with
 * WorkFailedError if several did; those that failed only because another did are left out.
 */
export async function onAllCores<A extends unknown[], R>(
  core: Core,
  definition: Delegate<A, R> | Task<A, R>,
  ...args: A
): Promise<R[]> {
  // Delegates cannot wait for each other: they need no team.
  if (definition.kind === 'delegate') {
    // What no core can be asked is one error, not one per core.
    core.scope.checkOpen()
    core.endpoint.table.idOf(definition)
    return allOf(onCores(core, (dst) => core.call(definition, dst, ...args)))
  }
  return core.finish((team) => allOf(onCores(core, (dst) => member(team, definition, dst, args))))
}

/** Runs `definition` on every core and combines what it gives, in the order of the cores. */
export async function reduce<A extends unknown[], T>(
  core: Core,
  definition: Delegate<A, T> | Task<A, T>,
  operator: OperatorOn<T>,
  ...args: A
): Promise<T> {
  const code = operatorCode(core, operator)
  return combineAll(core, code, await onAllCores(core, definition, ...args)) as T
}

/** Runs `definition` on every core and adds up the numbers it gives. */
export function sumOverCores<A extends unknown[]>(
  core: Core,
  definition: Delegate<A, number> | Task<A, number>,
  ...args: A
): Promise<number> {
  return reduce(core, definition, 'sum', ...args)
}

/** SPMD: resolves when a task of every core has come here. */
export async function barrier(core: Core, options: CollectiveOptions = {}): Promise<void> {
  record('barrier()', options, COLLECTIVE_OPTIONS)
  await meet(core, { kind: 'barrier', name: options.name }, 0)
}

/**
 * SPMD: combines one value per core, in the order of the cores; every core gets the result. With a
 * built-in operator a typed array is combined element by element and in place: resolves with
 * `value` itself, which must stay as it is until then.
 */
export async function allReduce<T>(
  core: Core,
  value: T,
  operator: OperatorOn<T>,
  options: CollectiveOptions = {},
): Promise<T> {
  record('allReduce()', options, COLLECTIVE_OPTIONS)
  const agreed = { kind: 'allReduce', parameter: operatorCode(core, operator) } as const
  if (isTypedArray(value) && typeof operator === 'string') {
    await reduceInPlace(core, value, { ...agreed, length: value.length, name: options.name })
    return value
  }
  return (await meet(core, { ...agreed, name: options.name }, value)) as T
}

/** SPMD: what the cores up to this one gave, combined in their order. */
export async function scan<T>(
  core: Core,
  value: T,
  operator: OperatorOn<T>,
  options: CollectiveOptions = {},
): Promise<T> {
  record('scan()', options, COLLECTIVE_OPTIONS)
  const parameter = operatorCode(core, operator)
  return (await meet(core, { kind: 'scan', parameter, name: options.name }, value)) as T
}

/** SPMD: `initial` combined with what the cores before this one gave. Core 0 gets `initial`. */
export async function exclusiveScan<T>(
  core: Core,
  value: T,
  operator: OperatorOn<T>,
  initial: T,
  options: CollectiveOptions = {},
): Promise<T> {
  record('exclusiveScan()', options, COLLECTIVE_OPTIONS)
  const parameter = operatorCode(core, operator)
  const agreed = { kind: 'exclusiveScan', parameter, name: options.name } as const
  const before = await meet(core, agreed, value)
  return core.id === 0 ? initial : (combine(core, parameter, initial, before) as T)
}

/** SPMD: the root gets all values, by core; the others get undefined. */
export async function gather<T>(
  core: Core,
  value: T,
  options: RootOptions = {},
): Promise<T[] | undefined> {
  record('gather()', options, ROOT_OPTIONS)
  const agreed = { kind: 'gather', parameter: rootOf(core, options), name: options.name } as const
  return (await meet(core, agreed, value)) as T[] | undefined
}

/** SPMD: every core gets all values, by core. */
export async function allGather<T>(
  core: Core,
  value: T,
  options: CollectiveOptions = {},
): Promise<T[]> {
  record('allGather()', options, COLLECTIVE_OPTIONS)
  return (await meet(core, { kind: 'allGather', name: options.name }, value)) as T[]
}

/** SPMD: every core gets the root's value. What the others give is not looked at. */
export async function broadcast<T>(
  core: Core,
  value: T | undefined,
  options: RootOptions = {},
): Promise<T> {
  record('broadcast()', options, ROOT_OPTIONS)
  const root = rootOf(core, options)
  const given = core.id === root ? value : undefined
  return (await meet(core, { kind: 'broadcast', parameter: root, name: options.name }, given)) as T
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
  if (errors.size === 0) return values
  const causes = [...errors].filter((error) => !isConsequence(error))
  const [first] = causes.length > 0 ? causes : errors
  throw causes.length > 1 ? new WorkFailedError(causes) : first
}

/** The task of one core; says when it has ended. */
async function member<A extends unknown[], R>(
  team: Core,
  definition: AnyDefinition,
  dst: CoreId,
  args: A,
): Promise<R> {
  try {
    const result = await team.call(definition as Task<A, R>, dst, ...args)
    depart(team, dst, undefined)
    return result
  } catch (error) {
    depart(team, dst, error)
    throw error
  }
}

/** A part at a time, because a message holds the whole of what it carries. */
async function reduceInPlace(core: Core, array: ScalarView, agreed: Agreement): Promise<void> {
  const parts = Math.max(1, Math.ceil(array.length / ARRAY_PART))
  // Later parts are entered whenever earlier ones end: they must not meet anything else.
  const ticket = parts > 1 ? await meet(core, { ...agreed, kind: 'allReduce of' }, 0) : undefined
  const agreement = parts > 1 ? { ...agreed, name: nameOf(ticket as number) } : agreed
  let next = 0
  const fibre = async (): Promise<void> => {
    while (next < parts) {
      const begin = next++ * ARRAY_PART
      const part = array.subarray(begin, begin + ARRAY_PART)
      const result = (await meet(core, agreement, part)) as typeof array
      // Of the same type, which the operator has checked.
      array.set(result as never, begin)
    }
  }
  await allOf(Array.from({ length: Math.min(parts, PARTS_IN_FLIGHT) }, fibre))
}

function rootOf(core: Core, { root = 0 }: RootOptions): CoreId {
  const isCore = Number.isInteger(root) && root >= 0 && root < core.cores
  invariant(isCore, `There is no core ${root} to be the root. Cores are 0 to ${core.cores - 1}.`)
  return root
}

/** Whether somebody failed only because another did not come. */
function isConsequence(error: unknown): boolean {
  return error instanceof OrujoError && error.code === 'ORUJO_COLLECTIVE'
}
