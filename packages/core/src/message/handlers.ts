/**
 * Handler table: definitions of a program and their numbers, the same on every core, and the codec
 * extensions that it brings along.
 *
 * Numbers follow from the sorted names, so equal sets of definitions give equal tables without a
 * word exchanged; the fingerprint proves it at launch. Two definitions of one name are refused, and
 * so are two extensions of one tag or class.
 */
import { createHash } from 'node:crypto'

import { OrujoError } from '../errors.ts'
import {
  type AnyCodecExtension,
  FREE_TAGS,
  classNameOf,
  isCodecExtension,
} from './codec-extension.ts'
import { type AnyDefinition, Definition } from './definition.ts'

/** Operations below this one belong to the message layer itself. */
const FIRST_DEFINED = 32
/** How a definition is invoked; an operation is FIRST_DEFINED + VARIANTS * id + variant. */
const VARIANTS = 8

/** A run of one-way messages whose arguments are numbers, one word each: see `Outbox.beginRun`. */
export const SEND_NUMBERS = 0
/** Call, arguments are numbers; the word after the header is the call's number. */
export const CALL_NUMBERS = 1
/** One-way, arguments are encoded bytes after a word with their length. */
export const SEND_ENCODED = 2
/** Call, arguments are encoded. */
export const CALL_ENCODED = 3
/** Call of a task in a completion scope of its own, homed at the callee; encoded. */
export const CALL_SCOPED = 4
/** Call of a task that counts in the caller's scope and fails it: `spawn`; numbers. */
export const SPAWN_NUMBERS = 5
/** The same; encoded. */
export const SPAWN_ENCODED = 6

/** Answer to a call: one number. The scope half of the header is the call's number. */
export const REPLY_NUMBER = 1
/** Answer to a call: an encoded value. */
export const REPLY_VALUE = 2
/** Answer to a call: an encoded error. */
export const REPLY_ERROR = 3
/** Added to a reply when the body sent or spawned something in the caller's scope. */
export const REPLY_COUNTED = 3
/** Answer to a call that gave nothing back. */
export const REPLY_VOID = 15
/** Counts of a scope, from a core on which it is quiet to the scope's home. */
export const SCOPE_REPORT = 7
/** An error of a scope, to its home. */
export const SCOPE_FAILED = 8
/** The scope was aborted. */
export const SCOPE_ABORTED = 9
/** Home asks whether an endpoint is quiet in a scope. */
export const SCOPE_PROBE = 12
/** The answer. */
export const SCOPE_ANSWER = 13
/** The caller of a scoped call aborts it; the scope half is the call's number. */
export const CALL_ABORTED = 14
/** First piece of a message longer than a frame. */
export const FRAGMENT_FIRST = 10
/** Further piece. Both carry the words of the whole message in the scope half. */
export const FRAGMENT_MORE = 11
/** Tasks that ran here are finished, to the core that spawned them; word 1 says how many. */
export const UNBOUND_DONE = 16
/** The sender has unbound tasks: whoever is idle in another locale may ask for some. */
export const STEAL_INVITE = 17
/** Asks for unbound tasks. */
export const STEAL_REQUEST = 18
/** The answer: records, as many as the scope half says; none: later, perhaps. */
export const STEAL_ANSWER = 19
/** Unbound tasks of an endpoint that runs none itself: the host. */
export const UNBOUND_TASKS = 20
/** Asks for encoded arguments: their place there in the scope half, in word 1 for whom here. */
export const ARGUMENTS_WANTED = 21
/** The answer: for whom in the scope half, then the arguments. */
export const ARGUMENTS = 22

const MAX_DEFINITIONS = Math.floor((0x10000 - FIRST_DEFINED) / VARIANTS)

/** Operation that invokes definition `id` in the way of `variant`. */
export function operationOf(id: number, variant: number): number {
  return FIRST_DEFINED + VARIANTS * id + variant
}

/** Definition number of an operation; negative for the message layer's own. */
export function definitionOf(operation: number): number {
  return (operation - FIRST_DEFINED) >> 3
}

/** Variant of an operation that invokes a definition. */
export function variantOf(operation: number): number {
  return (operation - FIRST_DEFINED) & (VARIANTS - 1)
}

export class HandlerTable {
  readonly definitions: readonly AnyDefinition[]
  /** What the program adds to the codec, by tag. */
  readonly extensions: readonly AnyCodecExtension[]
  /** Hash over kinds, names and sources of all definitions, and over tags and sources of these. */
  readonly fingerprint: string
  readonly #ids = new Map<string, number>()

  /**
   * Both in any order, repetitions of one object allowed. ORUJO_DUPLICATE_DEFINITION; ORUJO_PROGRAM
   * if they are too many, or if the tag of an extension is none or taken.
   */
  constructor(definitions: Iterable<AnyDefinition>, extensions: readonly AnyCodecExtension[] = []) {
    const byName = new Map<string, AnyDefinition>()
    for (const definition of definitions) {
      const other = byName.get(definition.name)
      if (other !== undefined && other !== definition) throw duplicate(definition, other)
      byName.set(definition.name, definition)
    }
    this.definitions = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    this.extensions = [...new Set(extensions)].sort((a, b) => a.tag - b.tag)
    refuseTaken(this.extensions)
    if (this.definitions.length > MAX_DEFINITIONS) {
      throw new OrujoError(
        'ORUJO_PROGRAM',
        `The program has ${this.definitions.length} definitions; at most ${MAX_DEFINITIONS} fit.`,
      )
    }
    const hash = createHash('sha256')
    for (const [id, definition] of this.definitions.entries()) {
      this.#ids.set(definition.name, id)
      hash.update(`${definition.kind}\0${definition.name}\0${String(definition.body)}\0`)
    }
    for (const extension of this.extensions) {
      hash.update(`extension\0${extension.tag}\0${sourceOf(extension)}\0`)
    }
    this.fingerprint = hash.digest('hex')
  }

  /** Names with kinds, for telling two tables apart. */
  names(): string[] {
    return this.definitions.map(({ kind, name }) => `${kind} ${name}`)
  }

  /** Number of `definition` here; refills its cache. Throws ORUJO_UNKNOWN_DEFINITION. */
  idOf(definition: AnyDefinition | undefined): number {
    return definition?.table === this ? definition.id : this.#findId(definition)
  }

  #findId(definition: AnyDefinition | undefined): number {
    // Callers may be JavaScript, or definitions of modules that import each other.
    if (definition === undefined) throw noDefinition(definition)
    const id = this.#ids.get(definition.name)
    if (id === undefined || this.definitions[id] !== definition) {
      throw isDefinition(definition)
        ? unknownDefinition(definition, id !== undefined)
        : noDefinition(definition)
    }
    definition.table = this
    definition.id = id
    return id
  }
}

/**
 * Definitions among the exports of a module: by themselves, and in namespaces, arrays and objects
 * that it exports.
 */
export function* definitionsIn(exports: object): Generator<AnyDefinition> {
  for (const value of exportedBy(exports)) {
    if (value instanceof Definition) yield value as AnyDefinition
  }
}

/** Codec extensions among the exports of a module, in the same places. */
export function* extensionsIn(exports: object): Generator<AnyCodecExtension> {
  for (const value of exportedBy(exports)) {
    if (isCodecExtension(value)) yield value
  }
}

/** What an extension does, as text. */
export function sourceOf({ encode, decode }: AnyCodecExtension): string {
  return `${String(encode)}\0${String(decode)}`
}

function* exportedBy(exports: object): Generator<unknown> {
  for (const value of Object.values(exports) as unknown[]) {
    yield value
    if (isContainer(value)) yield* Object.values(value) as unknown[]
  }
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Array.isArray(value)
}

/** `extensions`: by tag. */
function refuseTaken(extensions: readonly AnyCodecExtension[]): void {
  const byClass = new Map<object, AnyCodecExtension>()
  for (const [i, extension] of extensions.entries()) {
    const { tag, prototype } = extension
    const name = classNameOf(extension)
    if (!Number.isInteger(tag) || tag < 0 || tag >= FREE_TAGS) {
      throw badExtension(
        `The codec extension of ${name} has the tag ${tag}. Give it a whole number from 0 to ` +
          `${FREE_TAGS - 1} that no other has.`,
      )
    }
    const before = extensions[i - 1]
    if (before?.tag === tag) {
      throw badExtension(
        `Two codec extensions have the tag ${tag}: of ${classNameOf(before)} and of ${name}. ` +
          'Give one of them another, or see that a module is not loaded twice, by two URLs.',
      )
    }
    if (byClass.has(prototype)) {
      throw badExtension(
        `Two codec extensions, tags ${byClass.get(prototype)!.tag} and ${tag}, are of one class, ` +
          `${name}: export one.`,
      )
    }
    byClass.set(prototype, extension)
  }
}

function badExtension(message: string): OrujoError {
  return new OrujoError('ORUJO_PROGRAM', message)
}

function duplicate(definition: AnyDefinition, other: AnyDefinition): OrujoError {
  return new OrujoError(
    'ORUJO_DUPLICATE_DEFINITION',
    `Two definitions are named '${definition.name}' (a ${other.kind} and a ${definition.kind}). ` +
      'Names identify definitions on every core: rename one of them.',
    { definition: definition.name },
  )
}

function unknownDefinition(definition: AnyDefinition, isTaken: boolean): OrujoError {
  return new OrujoError(
    'ORUJO_UNKNOWN_DEFINITION',
    isTaken
      ? `The program's ${definition.kind} '${definition.name}' is another object than the one ` +
          'used here. Import it from the module that the program exports it from, by the same URL.'
      : `The program does not export the ${definition.kind} '${definition.name}'. Export it from ` +
          'a module named in launch({ program }), so that every core has it: ' +
          "export { it } from './its-module.js'.",
    { definition: definition.name },
  )
}

/** By its shape, because the classes of two copies of this package differ. */
function isDefinition(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'kind' in given && 'body' in given
}

function noDefinition(given: unknown): OrujoError {
  return new OrujoError(
    'ORUJO_UNKNOWN_DEFINITION',
    given === undefined
      ? 'The definition is undefined: its module does not export that name, or has not run yet ' +
          'because modules import each other.'
      : `This is no definition but a ${typeof given}. Functions cannot be sent: export a ` +
          'delegate() or a task() from the program, and name that.',
  )
}
