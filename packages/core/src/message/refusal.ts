/**
 * Refusal: says which value of a message cannot be sent, by the path that leads to it, and what to
 * send instead. Everything here runs only once something is refused.
 */
import { OrujoError } from '../errors.ts'
import { unsendable } from '../memory/handle.ts'

/* What a step of a path means; beside each step lies its key. */
export const ARGUMENT = 0
export const RESULT = 1
export const ELEMENT = 2
export const FIELD = 3
export const MAP_KEY = 4
export const MAP_VALUE = 5
export const SET_ELEMENT = 6
/** Inside of a handle: nothing that a user would know. */
export const INSIDE = 7

export type Step =
  | typeof ARGUMENT
  | typeof RESULT
  | typeof ELEMENT
  | typeof FIELD
  | typeof MAP_KEY
  | typeof MAP_VALUE
  | typeof SET_ELEMENT
  | typeof INSIDE

/** A way into the values of a message. `length` steps; what lies beyond is left over. */
export interface Path {
  readonly steps: readonly Step[]
  readonly keys: readonly (string | number)[]
  length: number
}

/** Longer paths are shown by their ends. */
const SHOWN_STEPS = 12

/** Makes ORUJO_NOT_SENDABLE of "argument 2.done" and "is a function". */
export function refusalAt(
  path: Path,
  why: string,
  definition: string,
  cause?: unknown,
): OrujoError {
  const message = `${pathText(path)} ${why}`
  return new OrujoError(
    'ORUJO_NOT_SENDABLE',
    definition === '' ? message : `${definition}: ${message}`,
    {
      ...(definition === '' ? {} : { definition }),
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** Says why a value that has no form on the wire is refused. */
export function whyRefused(value: unknown): string {
  if (typeof value === 'function') {
    return 'is a function, which cannot be sent; name a delegate or a task instead'
  }
  if (typeof value === 'symbol') return 'is a symbol, which cannot be sent; use a string'
  const name = classNameOf(value)
  if (name === 'Promise') return 'is a promise, which cannot be sent; await it first'
  const why = safely(() => Reflect.get(Object(value) as object, unsendable) as unknown)
  if (typeof why === 'string') return `is ${why}`
  return (
    `is an instance of ${name}, which cannot be sent; send plain data, or leave it where it is, ` +
    'on its core, and send its address'
  )
}

/** A few words for a value that an error carried and that could not be sent. Never throws. */
export function placeholderFor(value: unknown): string {
  return safely(() => wordsFor(value)) ?? '[unreadable]'
}

/** Name of the class of an object that may be hostile. */
export function classNameOf(value: unknown): string {
  const name = safely(() => Reflect.get(Object(value) as object, 'constructor') as unknown)
  const text = typeof name === 'function' ? safely(() => name.name) : undefined
  return typeof text === 'string' && text !== '' ? text : 'an unnamed class'
}

/** What `read` returns; undefined if it throws. */
export function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function wordsFor(value: unknown): string {
  if (typeof value === 'function') return `[${`function ${value.name}`.trim()}]`
  if (typeof value === 'symbol') return `[${String(value)}]`
  if (typeof value !== 'object' || value === null) return `[${typeof value}]`
  if (value instanceof Error) return `[${value.name}: ${value.message}]`
  return `[instance of ${classNameOf(value)}]`
}

function pathText(path: Path): string {
  const parts: string[] = []
  for (let i = 0; i < path.length; i++) parts.push(stepText(path.steps[i]!, path.keys[i]!))
  if (parts.length > SHOWN_STEPS) {
    const half = SHOWN_STEPS / 2
    return `${parts.slice(0, half).join('')} ... ${parts.slice(-half).join('')}`
  }
  return parts.join('')
}

function stepText(step: Step, key: string | number): string {
  switch (step) {
    case ARGUMENT:
      return `argument ${Number(key) + 1}`
    case RESULT:
      return 'the result'
    case ELEMENT:
      return `[${key}]`
    case FIELD:
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(key))
        ? `.${key}`
        : `[${JSON.stringify(key)}]`
    case MAP_KEY:
      return ` (key ${key} of the map)`
    case MAP_VALUE:
      return `.get(${JSON.stringify(key)})`
    case SET_ELEMENT:
      return ` (element ${key} of the set)`
    case INSIDE:
      return ''
  }
}
