/**
 * Loading a program: from module URLs to a handler table, the same way on the host and on every
 * core.
 */
import { OrujoError } from '../errors.ts'
import { builtinDefinitions } from './builtins.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { HandlerTable, definitionsIn } from '../message/handlers.ts'

/** Imports the modules and tables their definitions. Throws ORUJO_PROGRAM and what the table throws. */
export async function loadProgram(urls: readonly string[]): Promise<HandlerTable> {
  const definitions: AnyDefinition[] = [...builtinDefinitions]
  for (const url of urls) definitions.push(...definitionsIn(await importModule(url)))
  return new HandlerTable(definitions)
}

async function importModule(url: string): Promise<object> {
  try {
    return (await import(url)) as object
  } catch (error) {
    throw new OrujoError('ORUJO_PROGRAM', explain(url, error), { cause: error })
  }
}

function explain(url: string, error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (
    code === 'ERR_MODULE_NOT_FOUND' &&
    String(message).includes(decodeURI(new URL(url).pathname))
  ) {
    return `There is no program module at ${url}. Check launch({ program }); a path is relative to import.meta.url.`
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return (
      `This Node cannot load ${url} as it is. Compile it to JavaScript, use Node 22.18 or newer, or ` +
      "pass a loader: launch({ execArgv: ['--import', 'tsx'] })."
    )
  }
  return `The program module ${url} failed to load: ${String(message ?? error)}`
}

/** Says how a core's table differs from the host's. */
export function describeDifference(
  core: number,
  mine: readonly string[],
  its: readonly string[],
): OrujoError {
  const missing = mine.filter((name) => !its.includes(name))
  const extra = its.filter((name) => !mine.includes(name))
  const parts = [
    missing.length > 0 ? `core ${core} lacks ${missing.join(', ')}` : '',
    extra.length > 0 ? `core ${core} also has ${extra.join(', ')}` : '',
  ].filter((part) => part !== '')
  const what = parts.length > 0 ? parts.join('; ') : 'their bodies differ'
  return new OrujoError(
    'ORUJO_UNKNOWN_DEFINITION',
    `The host and core ${core} loaded different programs: ${what}. Every thread must export the same ` +
      'definitions: do not define or export them depending on isMainThread, environment or files that change.',
    { core },
  )
}
