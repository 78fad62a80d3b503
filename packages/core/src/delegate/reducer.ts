/**
 * Reducer: one value that every core adds to without a message, and that is combined over all cores
 * when it is read.
 *
 * States      of each core's part: neutral -> holding what was put since the last reset.
 * Access      `put` on cores, on the own part. Sendable. `value` and `reset` from anywhere.
 * Ordering    `value` sees what was put before it on this core, and on another core before the
 *             request came there: read it when the writers are done, as after `finish`.
 *             Parts are combined in the order of the cores.
 * Ownership   whoever makes a reducer frees it, with `free`; then every use is ORUJO_BAD_ADDRESS.
 * Suspends    `value` and `reset`; `put` never.
 */
import type { sendableBrand } from '../memory/handle.ts'
import { SymmetricObject } from '../memory/objects.ts'
import { codecExtension } from '../message/codec-extension.ts'
import type { Core } from './core.ts'
import { factory, objectDelegate } from './define.ts'
import type { Endpoint } from './endpoint.ts'
import { allEnded, onCores } from './on-cores.ts'
import { type Operator, combine, combineAll } from './operator.ts'

/** The least or the greatest of the values put, and what it was put with. */
export interface Extreme {
  readonly value: number
  readonly id: number
}

/** Stand for argmin and argmax, where others have the code of their operator. */
export const ARGMIN = -1
export const ARGMAX = -2

/** What nothing put makes of a number. */
export const NEUTRAL: Readonly<Record<Operator, number>> = Object.freeze({
  ...{ sum: 0, product: 1, min: Infinity, max: -Infinity },
  ...{ and: -1, or: 0, xor: 0 },
})

/** One value over all cores: `V` when read, `A` what is put. Use `reducer(core, operator)`. */
export class Reducer<V = number, A extends unknown[] = [value: number]> {
  declare readonly [sendableBrand]?: true
  /** The parts. */
  readonly object: SymmetricObject<ReducerPart>
  readonly code: number
  /** Never present: carries the types. */
  declare readonly signature?: (...args: A) => V

  constructor(object: SymmetricObject<ReducerPart>, code: number) {
    this.object = object
    this.code = code
  }

  /** Combines a value into this core's part; of argmin and argmax, with the id it belongs to. */
  put(core: Core, ...args: A): void {
    const part = this.object.local(core)
    const [value, id] = args
    part.value =
      this.code < 0
        ? better(this.code, part.value as Best, extremeOf(value as number, id as number))
        : combine(core, this.code, part.value, value)
  }

  /** The values of all cores, combined. Of argmin and argmax undefined, if there is none. */
  async value(core: Core): Promise<V> {
    const parts = await allEnded(onCores(core, (dst) => core.call(readPart, this.object.on(dst))))
    const value =
      this.code < 0
        ? (parts as Best[]).reduce((a, b) => better(this.code, a, b))
        : combineAll(core, this.code, parts)
    return value as V // what the operator makes of what was put
  }

  /** Forgets on every core what was put there. */
  async reset(core: Core): Promise<void> {
    await allEnded(onCores(core, (dst) => core.call(resetPart, this.object.on(dst))))
  }
}

/** One core's part. */
export class ReducerPart {
  readonly initial: unknown
  value: unknown

  constructor(initial: unknown) {
    this.initial = initial
    this.value = initial
  }
}

type Best = Extreme | undefined

/** Equal values: the smaller id, so that the order of the cores does not matter. */
function better(code: number, a: Best, b: Best): Best {
  if (a === undefined || b === undefined) return a ?? b
  if (a.value === b.value) return a.id <= b.id ? a : b
  return (code === ARGMIN ? b.value < a.value : b.value > a.value) ? b : a
}

/** What is not a number is no extreme. */
function extremeOf(value: number, id: number): Best {
  return Number.isNaN(value) ? undefined : { value, id }
}

export const makePart = factory('orujo.reducer.make', (_core: Core, initial: unknown) => {
  return new ReducerPart(initial)
})

const readPart = objectDelegate('orujo.reducer.read', (_core: Core, part: object): unknown => {
  return (part as ReducerPart).value
})

const resetPart = objectDelegate('orujo.reducer.reset', (_core: Core, part: object): void => {
  const own = part as ReducerPart
  own.value = own.initial
})

/** Definitions that every core needs for reducers. */
export const reducerDefinitions = Object.freeze([makePart, readPart, resetPart])

/** How a reducer travels: the number of its parts, and its operator. */
export const reducerExtension = codecExtension<Endpoint, Reducer>({
  tag: 26,
  prototype: Reducer.prototype,
  encode: (reducer, out) => {
    out.integer(reducer.object.raw)
    out.integer(reducer.code - ARGMAX)
  },
  decode: (source) => {
    return new Reducer(new SymmetricObject(source.integer()), source.integer() + ARGMAX)
  },
})
