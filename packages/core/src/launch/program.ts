/**
 * Loading a program: from module URLs to a handler table, the same way on the host and on every
 * core; and saying what went wrong, or how two tables differ.
 */
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

import { OrujoError } from '../errors.ts'
import { type AnyCodecExtension, classNameOf } from '../message/codec-extension.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { HandlerTable, definitionsIn, extensionsIn, sourceOf } from '../message/handlers.ts'
import { builtinDefinitions } from './builtins.ts'
import type { DefinitionPrint } from './control.ts'

/**
 * Imports the modules and tables their definitions and codec extensions. ORUJO_PROGRAM,
 * ORUJO_DUPLICATE_DEFINITION.
 */
export async function loadProgram(urls: readonly string[]): Promise<HandlerTable> {
  const modules: Module[] = []
  const extensions: AnyCodecExtension[] = []
  for (const url of urls) {
    const exports = await importModule(url)
    const definitions = [...definitionsIn(exports)]
    modules.push({ origin: url, definitions })
    extensions.push(...extensionsIn(exports))
  }
  refuseDuplicates([{ origin: 'Orujo itself', definitions: builtinDefinitions }, ...modules])
  const definitions = modules.flatMap((module) => module.definitions)
  return new HandlerTable([...builtinDefinitions, ...definitions], extensions)
}

/** What tells this table from another. */
export function printsOf(table: HandlerTable): DefinitionPrint[] {
  return [
    ...table.definitions.map(({ kind, name, body }) => [`${kind} ${name}`, String(body)] as const),
    ...table.extensions.map((extension) => {
      const name = `codec extension ${extension.tag} of ${classNameOf(extension)}`
      return [name, sourceOf(extension)] as const
    }),
  ]
}

/** Says how a core's definitions differ from the host's. */
export function describeDifference(
  core: number,
  mine: readonly DefinitionPrint[],
  its: readonly DefinitionPrint[],
): OrujoError {
  const here = new Map(mine)
  const there = new Map(its)
  const missing = [...here.keys()].filter((name) => !there.has(name))
  const extra = [...there.keys()].filter((name) => !here.has(name))
  const changed = [...here].filter(([name, source]) => (there.get(name) ?? source) !== source)
  const parts = [
    ...sentence(`core ${core} lacks`, missing),
    ...sentence(`core ${core} also has`, extra),
    ...sentence(
      'the bodies differ of',
      changed.map(([name]) => name),
    ),
  ]
  return new OrujoError(
    'ORUJO_UNKNOWN_DEFINITION',
    `The host and core ${core} loaded different programs: ${parts.join('; ')}. Every thread must ` +
      'export the same definitions: do not define or export them depending on isMainThread, ' +
      'the environment or files that change.',
    { core },
  )
}

interface Module {
  readonly origin: string
  readonly definitions: readonly AnyDefinition[]
}

async function importModule(url: string): Promise<object> {
  try {
    return (await import(url)) as object
  } catch (error) {
    throw new OrujoError('ORUJO_PROGRAM', explain(url, error), { cause: error })
  }
}

function explain(url: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND' && isAbout(url, error)) {
    return (
      `There is no program module at ${url}. ` +
      'Check launch({ program }); a path is relative to import.meta.url.'
    )
  }
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT') {
    return `${url} is a directory. Name the module file itself in launch({ program }).`
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return (
      `This Node cannot load ${url} as it is. Compile it to JavaScript, use Node 22.18 or newer, ` +
      "or pass a loader: launch({ execArgv: ['--import', 'tsx'] })."
    )
  }
  if (!(error instanceof Error)) {
    return `The program module ${url} failed to load: it threw ${inspect(error)}.`
  }
  return `The program module ${url} failed to load: ${String(error)}${placeOf(error, url)}`
}

/** Whether a module that was not found is `url` itself, not one that it imports. */
function isAbout(url: string, error: unknown): boolean {
  const missing: unknown = Reflect.get(error as object, 'url')
  return missing === undefined
    ? String(error).includes(decodeURI(new URL(url).pathname))
    : missing === url
}

/** Where a syntax error is. Node keeps that to itself in most cases, but prints it on a crash. */
function placeOf(error: Error, url: string): string {
  if (!(error instanceof SyntaxError)) return ''
  const [first = ''] = (error.stack ?? '').split('\n')
  return /:\d+$/.test(first) ? ` (${first})` : `. To see where, run: node ${fileURLToPath(url)}`
}

function refuseDuplicates(modules: readonly Module[]): void {
  const seen = new Map<string, { definition: AnyDefinition; origin: string }>()
  for (const { origin, definitions } of modules) {
    for (const definition of definitions) {
      const other = seen.get(definition.name)
      if (other !== undefined && other.definition !== definition) {
        throw duplicate(definition, other.origin, origin)
      }
      if (other === undefined) seen.set(definition.name, { definition, origin })
    }
  }
}

function duplicate(definition: AnyDefinition, first: string, second: string): OrujoError {
  const where = first === second ? `in ${first}` : `one in ${first}, one in ${second}`
  return new OrujoError(
    'ORUJO_DUPLICATE_DEFINITION',
    `Two definitions are named '${definition.name}', ${where}. ` +
      'Names identify definitions on every core: rename one of them.',
    { definition: definition.name },
  )
}

function sentence(start: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${start} ${names.join(', ')}`] : []
}
