/**
 * Wire error: takes an error apart for the wire and puts it together on arrival, because an error
 * that loses its class name, code, cause or stack on the way costs its reader an hour.
 *
 * What comes back: the standard classes, DOMException, OrujoError and InvariantError as themselves,
 * any other class as RemoteError; always with `name`, `message`, `code`, `cause`, own enumerable
 * fields, and hidden fields `remoteStack`, `core` and `definition`.
 */
import { types } from 'node:util'

import { type ErrorPlace, InvariantError, type OrujoCode, OrujoError } from '../errors.ts'
import type { DefinitionKind } from './definition.ts'
import { classNameOf, placeholderFor, safely } from './refusal.ts'

/* How an error is put together again. */
const STANDARD = 0
const ORUJO = 1
const INVARIANT = 2
const DOM = 3
const OTHER = 4

/** More own fields than any known error class has. */
const MAX_FIELDS = 64
/** What an aggregate carries at most; each may be a kilobyte of stack. */
const MAX_ERRORS = 1000

const STANDARD_ERRORS: ReadonlyMap<string, (message: string) => Error> = new Map([
  ['Error', (message: string): Error => new Error(message)],
  ['EvalError', (message) => new EvalError(message)],
  ['RangeError', (message) => new RangeError(message)],
  ['ReferenceError', (message) => new ReferenceError(message)],
  ['SyntaxError', (message) => new SyntaxError(message)],
  ['TypeError', (message) => new TypeError(message)],
  ['URIError', (message) => new URIError(message)],
  ['AggregateError', (message) => new AggregateError([], message)],
])

/** Carried by name of their own, not as fields. */
const CARRIED: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'cause',
  'code',
  'errors',
])
const CARRIED_BY_ORUJO: ReadonlySet<string> = new Set(['core', 'definition'])
/** Not enumerable where they exist, yet of use: the two halves of a SuppressedError. */
const HIDDEN_FIELDS = ['error', 'suppressed'] as const

/** Where something was thrown: `core`, `definition`, and what they are. */
export interface WorkPlace extends ErrorPlace {
  readonly kind?: DefinitionKind
  /** The core is the host. */
  readonly isHost?: boolean
}

/** What makes an error, without what it refers to. */
export interface ErrorHead {
  readonly family: number
  readonly className: string
  readonly name: string
  readonly message: string
  readonly code: string | number | undefined
  readonly stack: string
  readonly core: number | undefined
  readonly definition: string | undefined
}

/** What an error refers to: values that may themselves not be sendable. */
export interface ErrorBody {
  readonly hasCause: boolean
  readonly cause: unknown
  readonly errors: readonly unknown[] | undefined
  readonly fields: readonly (readonly [name: string, value: unknown])[]
}

/** An error of a class that only its own program knows, or a thrown value that was no error. */
export class RemoteError extends Error {
  /** The original's, else 'ORUJO_REMOTE'. */
  readonly code: string | number
  /** Name of its class where it was thrown. */
  declare readonly className: string
  declare readonly core: number | undefined
  declare readonly definition: string | undefined
  /** The stack where it was thrown, and where that was. */
  declare readonly remoteStack: string

  constructor(head: Pick<ErrorHead, 'className' | 'name' | 'message' | 'code'>) {
    super(head.message)
    this.code = head.code ?? 'ORUJO_REMOTE'
    hide(this, 'name', head.name)
    hide(this, 'className', head.className)
  }
}

/** Whether a thrown or sent value is an error, of this realm or another. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/** Takes apart. Never throws, whatever the error's getters do. */
export function headOf(error: Error, place: WorkPlace | undefined): ErrorHead {
  const className = error instanceof RemoteError ? error.className : classNameOf(error)
  const name = textField(error, 'name') ?? className
  const message = textField(error, 'message') ?? ''
  const family = familyOf(error, name, className)
  const code: unknown =
    family === DOM ? undefined : safely(() => Reflect.get(error, 'code') as unknown)
  const known = knownPlace(error)
  return {
    family,
    className,
    name,
    message,
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    stack: (textField(error, 'stack') ?? `${name}: ${message}`) + placeLine(place),
    core: known.core ?? place?.core,
    definition: known.definition ?? place?.definition,
  }
}

/** The rest of an error. Never throws. */
export function bodyOf(error: Error): ErrorBody {
  const errors = safely(() => {
    const value: unknown = Reflect.get(error, 'errors')
    return Array.isArray(value) ? (value.slice(0, MAX_ERRORS) as unknown[]) : undefined
  })
  return {
    hasCause: safely(() => 'cause' in error) ?? false,
    cause: safely(() => error.cause),
    errors,
    fields: safely(() => fieldsOf(error)) ?? [],
  }
}

/** An error that stands for a thrown value that is none. */
export function wrapThrown(thrown: unknown): RemoteError {
  const shown = typeof thrown === 'string' ? JSON.stringify(thrown.slice(0, 100)) : preview(thrown)
  const message = `a value that is not an error was thrown: ${shown}`
  const name = 'RemoteError'
  const error = new RemoteError({ className: name, name, message, code: undefined })
  // The frames would be those of this file.
  hide(error, 'stack', `${name}: ${message}`)
  hide(error, 'cause', thrown)
  return error
}

/** Puts together. The references follow by `attachCause`, `attachErrors` and `attachField`. */
export function errorOf(head: ErrorHead): Error {
  const error = bareErrorOf(head)
  if (error.name !== head.name) hide(error, 'name', head.name)
  if (head.code !== undefined && !Object.hasOwn(error, 'code')) {
    attachField(error, 'code', head.code)
  }
  const attach = error instanceof OrujoError ? attachField : hide
  attach(error, 'core', head.core)
  attach(error, 'definition', head.definition)
  hide(error, 'stack', head.stack)
  hide(error, 'remoteStack', head.stack)
  return error
}

export function attachCause(error: Error, cause: unknown): void {
  hide(error, 'cause', cause)
}

export function attachErrors(error: Error, errors: readonly unknown[]): void {
  hide(error, 'errors', errors)
}

/** Defines, never assigns: a field may have any name, say `__proto__`. */
export function attachField(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

/**
 * Lets `error.stack` go on with the frames of its caller: the remote stack, the core and definition
 * where it was thrown, then `callerStack` without its headline. Once per error; without effect on
 * an error that did not arrive in a message.
 */
export function attachCallerStack(error: Error, callerStack: string | undefined): void {
  const remoteStack: unknown = Reflect.get(error, 'remoteStack')
  if (callerStack === undefined || remoteStack !== error.stack) return
  const firstFrame = callerStack.search(/^ +at /m)
  if (firstFrame >= 0) hide(error, 'stack', `${remoteStack}\n${callerStack.slice(firstFrame)}`)
}

/** Lets `error.stack` be the frames of who awaits the call, because it was thrown by nobody. */
export function takeCallerStack(error: Error, callerStack: string | undefined): void {
  const firstFrame = callerStack?.search(/^ +at /m) ?? -1
  const frames = firstFrame < 0 ? '' : `\n${callerStack!.slice(firstFrame)}`
  hide(error, 'stack', `${error.name}: ${error.message}${frames}`)
}

function familyOf(error: Error, name: string, className: string): number {
  if (error instanceof InvariantError) return INVARIANT
  if (error instanceof OrujoError) return ORUJO
  if (error instanceof DOMException) return DOM
  // Node's own errors are of a class NodeError in between, but go by the standard name.
  const isPlain = className === name || className === 'NodeError'
  return isPlain && STANDARD_ERRORS.has(name) ? STANDARD : OTHER
}

function bareErrorOf(head: ErrorHead): Error {
  switch (head.family) {
    case STANDARD:
      return STANDARD_ERRORS.get(head.name)?.(head.message) ?? new RemoteError(head)
    case ORUJO:
      // The code is one of ours or of a package of ours: it was an OrujoError that carried it.
      return new OrujoError(head.code as OrujoCode, head.message)
    case INVARIANT:
      return new InvariantError(head.message)
    case DOM:
      // Its class is an Error everywhere but in the library types.
      return new DOMException(head.message, head.name)
    default:
      return new RemoteError(head)
  }
}

function fieldsOf(error: Error): (readonly [string, unknown])[] {
  const isOrujo = error instanceof OrujoError
  const hidden = HIDDEN_FIELDS.filter((name) => Object.hasOwn(error, name))
  return [...new Set([...Object.keys(error), ...hidden])]
    .filter((name) => !CARRIED.has(name) && !(isOrujo && CARRIED_BY_ORUJO.has(name)))
    .slice(0, MAX_FIELDS)
    .map((name) => [name, safely(() => Reflect.get(error, name) as unknown)] as const)
}

/** The place that an error has already: it was thrown there and has only passed through here. */
function knownPlace(error: Error): ErrorPlace {
  if (!(error instanceof OrujoError) && !Object.hasOwn(error, 'remoteStack')) return {}
  const core = safely(() => Reflect.get(error, 'core') as unknown)
  const definition = textField(error, 'definition')
  return {
    ...(typeof core === 'number' ? { core } : {}),
    ...(definition === undefined ? {} : { definition }),
  }
}

function placeLine(place: WorkPlace | undefined): string {
  if (place?.core === undefined) return ''
  const where = place.isHost === true ? 'the host' : `core ${place.core}`
  if (place.definition === undefined) return `\n    at ${where}`
  const kind =
    place.kind === 'object' ? 'delegate ' : place.kind === undefined ? '' : `${place.kind} `
  return `\n    at ${where}, ${kind}${place.definition}`
}

function textField(error: Error, name: string): string | undefined {
  const value = safely(() => Reflect.get(error, name) as unknown)
  return typeof value === 'string' ? value : undefined
}

function preview(thrown: unknown): string {
  const isPlain = typeof thrown !== 'object' && typeof thrown !== 'function'
  return isPlain || thrown === null ? String(thrown) : placeholderFor(thrown)
}

function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, {
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  })
}
