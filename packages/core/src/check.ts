/**
 * Checks of single options: each returns what it was given, or throws one ORUJO_OPTION that names
 * the option, what was expected and what was found. Callers may be JavaScript, so types are checked
 * too.
 */
import { inspect } from 'node:util'

import { OrujoError } from './errors.ts'

/** An object with no other properties than those `known`. `what`: who takes it. */
export function record(what: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(`${what} takes an object of options, got ${show(value)}.`)
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      throw refusal(`${what} has no option '${name}'. Options are: ${known.join(', ')}.`)
    }
  }
}

export function whole(name: string, value: unknown, least: number, most: number): number {
  if (isWhole(value) && value >= least && value <= most) return value
  throw refusal(`${name} must be a whole number from ${least} to ${most}, got ${show(value)}.`)
}

export function bytes(name: string, value: unknown, least: number, most: number): number {
  if (isWhole(value) && value >= least && value <= most) return value
  throw refusal(
    `${name} must be a whole number of bytes from ${least} to ${most}, got ${show(value)}.`,
  )
}

export function multiple(name: string, value: number, of: number): number {
  if (value % of === 0) return value
  throw refusal(`${name} must be a multiple of ${of}, got ${value}.`)
}

export function powerOfTwo(name: string, value: number): number {
  if (Number.isInteger(Math.log2(value))) return value
  throw refusal(`${name} must be a power of two, got ${value}.`)
}

/** A time that fits a timer. */
export function milliseconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value
  throw refusal(
    `${name} must be a number of milliseconds from 0 to ${2 ** 31 - 1}, got ${show(value)}.`,
  )
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw refusal(`${name} must be true or false, got ${show(value)}.`)
}

export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  const list = allowed.map((one) => `'${one}'`).join(' or ')
  throw refusal(`${name} must be ${list}, got ${show(value)}.`)
}

export function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw refusal(`${name} must be a text that is not empty, got ${show(value)}.`)
}

export function texts(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw refusal(`${name} must be an array of strings, got ${show(value)}.`)
}

export function textsByName(name: string, value: unknown): Readonly<Record<string, string>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const wrong = isObject
    ? Object.entries(value).find(([, text]) => typeof text !== 'string')
    : undefined
  if (isObject && wrong === undefined) return value as Record<string, string> // just checked
  const found = wrong === undefined ? show(value) : `${show(wrong[1])} for ${wrong[0]}`
  throw refusal(`${name} must be an object of strings by name, got ${found}.`)
}

export function aborter(name: string, value: unknown): AbortSignal {
  // Not by class: the signal may be of another realm.
  const isSignal =
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'aborted') === 'boolean' &&
    typeof Reflect.get(value, 'addEventListener') === 'function'
  if (isSignal) return value as AbortSignal
  throw refusal(`${name} must be an AbortSignal, got ${show(value)}.`)
}

export function optional<V, T>(value: V | undefined, check: (value: V) => T): T | undefined {
  return value === undefined ? undefined : check(value)
}

/** One or several URLs of module files, as text. */
export function programUrls(program: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(program) ? program : [program]
  if (list.length === 0) throw badProgram('an empty list')
  return list.map(programUrl)
}

function programUrl(entry: unknown): string {
  const url =
    entry instanceof URL
      ? entry
      : typeof entry === 'string' && URL.canParse(entry)
        ? new URL(entry)
        : undefined
  if (url === undefined) throw badProgram(entry === undefined ? 'nothing' : show(entry))
  if (url.protocol !== 'file:') throw badProgram(`${url.href}, which is not a file: URL`)
  return url.href
}

function badProgram(found: string): OrujoError {
  return refusal(
    `launch({ program }) needs the URL of a module file, got ${found}. ` +
      "Write program: new URL('./program.js', import.meta.url).",
  )
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 100 })
}

function refusal(message: string): OrujoError {
  return new OrujoError('ORUJO_OPTION', message)
}
