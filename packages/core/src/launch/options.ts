/**
 * Options of `launch`: their defaults, bounds and messages. Everything is checked before anything is
 * allocated or started.
 */
import { availableParallelism } from 'node:os'

import { OrujoError } from '../errors.ts'
import { MAX_CORES } from '../memory/address.ts'
import { MAX_HEAP_BYTES } from '../memory/heap.ts'

/** What `launch` takes. */
export interface LaunchOptions {
  /** The module, or modules, whose exported definitions every core shall have: file URLs. */
  readonly program: URL | string | readonly (URL | string)[]
  /** Groups of cores that share memory. Default 1. */
  readonly locales?: number
  /** Cores in each. Default: the hardware threads, shared among the locales. */
  readonly coresPerLocale?: number
  /** Bytes of global heap on each core, reserved and committed as used. Default 256 MiB. */
  readonly heapBytes?: number
  /** Of these, bytes for arrays and symmetric memory; the rest is for `allocate`. Default 3/4. */
  readonly sharedBytes?: number
  /** Bytes of the ring from each endpoint to each other, a power of two. Default 256 KiB, less with many. */
  readonly ringBytes?: number
  /** Bytes that may wait for one destination whose ring is full. Default 256 MiB. */
  readonly outboxBytes?: number
  /** Milliseconds an idle core looks for work before it parks. Default 0.1, 0 if cores outnumber hardware threads. */
  readonly spinMs?: number
  /** Runs that may be in progress at once; more wait in order. Default 16. */
  readonly maxRuns?: number
  /** Where lines of `core.log` go: to stderr at once, or to the 'log' event. Default 'stderr'. */
  readonly log?: 'stderr' | 'event'
  /** Milliseconds between 'metrics' events; 0 for none. Default 0. */
  readonly metricsIntervalMs?: number
  /** Milliseconds that loading the program may take. Default 30,000. */
  readonly launchTimeoutMs?: number
  /** Milliseconds that `close` waits for runs in progress before it ends them. Default 10,000. */
  readonly closeTimeoutMs?: number
  /** Milliseconds that an aborted run gets to stop by itself before the runtime is ended. Default 2,000. */
  readonly abortGraceMs?: number
  /** Node flags for the cores, such as `['--import', 'tsx']` for TypeScript programs on Node 20. */
  readonly execArgv?: readonly string[]
  /** Environment of the cores. Default: the host's. */
  readonly env?: Readonly<Record<string, string>>
  /** V8 limits of each core, as in `new Worker`. */
  readonly resourceLimits?: ResourceLimits
}

export interface ResourceLimits {
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb?: number
  readonly codeRangeSizeMb?: number
  readonly stackSizeMb?: number
}

/** Options with defaults filled in. */
export type Settings = Required<Omit<LaunchOptions, 'program' | 'env' | 'resourceLimits'>> &
  Pick<LaunchOptions, 'env' | 'resourceLimits'> & { readonly programs: readonly string[] }

const MIB = 2 ** 20
/** Rings take at most this much address space together unless `ringBytes` says otherwise. */
const RING_BUDGET_BYTES = 64 * MIB
const KNOWN: readonly string[] = Object.freeze([
  'program',
  'locales',
  'coresPerLocale',
  'heapBytes',
  'sharedBytes',
  'ringBytes',
  'outboxBytes',
  'spinMs',
  'maxRuns',
  'log',
  'metricsIntervalMs',
  'launchTimeoutMs',
  'closeTimeoutMs',
  'abortGraceMs',
  'execArgv',
  'env',
  'resourceLimits',
])

/** Checks `options` and fills in defaults. Throws ORUJO_OPTION. */
export function settle(options: LaunchOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new OrujoError('ORUJO_OPTION', 'launch() needs an options object with a program.')
  }
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) {
      throw new OrujoError(
        'ORUJO_OPTION',
        `launch() has no option '${name}'. Options are: ${KNOWN.join(', ')}.`,
      )
    }
  }
  const locales = whole('locales', options.locales ?? 1, 1, MAX_CORES)
  const hardware = availableParallelism()
  const coresPerLocale = whole(
    'coresPerLocale',
    options.coresPerLocale ?? Math.max(1, Math.floor(hardware / locales)),
    1,
    MAX_CORES,
  )
  const cores = locales * coresPerLocale
  whole('locales * coresPerLocale', cores, 1, MAX_CORES)
  const heapBytes = whole('heapBytes', options.heapBytes ?? 256 * MIB, 2 ** 12, MAX_HEAP_BYTES)
  multiple('heapBytes', heapBytes, 64)
  const sharedDefault = Math.floor((heapBytes * 3) / 4 / 64) * 64
  const sharedBytes = whole('sharedBytes', options.sharedBytes ?? sharedDefault, 0, heapBytes)
  multiple('sharedBytes', sharedBytes, 64)
  return {
    programs: programUrls(options.program),
    locales,
    coresPerLocale,
    heapBytes,
    sharedBytes,
    ringBytes: ringBytes(options.ringBytes, cores + 1),
    outboxBytes: whole('outboxBytes', options.outboxBytes ?? 256 * MIB, 2 ** 12, 2 ** 40),
    spinMs: positive('spinMs', options.spinMs ?? (cores <= hardware ? 0.1 : 0)),
    maxRuns: whole('maxRuns', options.maxRuns ?? 16, 1, 2 ** 20),
    log: oneOf('log', options.log ?? 'stderr', ['stderr', 'event']),
    metricsIntervalMs: positive('metricsIntervalMs', options.metricsIntervalMs ?? 0),
    launchTimeoutMs: positive('launchTimeoutMs', options.launchTimeoutMs ?? 30_000),
    closeTimeoutMs: positive('closeTimeoutMs', options.closeTimeoutMs ?? 10_000),
    abortGraceMs: positive('abortGraceMs', options.abortGraceMs ?? 2_000),
    execArgv: options.execArgv ?? process.execArgv,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
  }
}

function programUrls(program: LaunchOptions['program']): string[] {
  const list: readonly unknown[] = Array.isArray(program) ? program : [program]
  if (list.length === 0) throw badProgram('an empty list')
  return list.map((entry) => {
    if (entry instanceof URL) return entry.href
    if (typeof entry === 'string' && URL.canParse(entry)) return entry
    throw badProgram(entry === undefined ? 'nothing' : `${typeof entry} ${String(entry)}`)
  })
}

function badProgram(found: string): OrujoError {
  return new OrujoError(
    'ORUJO_OPTION',
    `launch({ program }) needs the URL of a module, got ${found}. ` +
      "Write program: new URL('./program.js', import.meta.url).",
  )
}

function ringBytes(asked: number | undefined, endpoints: number): number {
  const budget = RING_BUDGET_BYTES / (endpoints * endpoints)
  const fitting = 2 ** Math.floor(Math.log2(budget))
  const bytes = asked ?? Math.min(2 ** 18, Math.max(2 ** 13, fitting))
  whole('ringBytes', bytes, 2 ** 10, 2 ** 30)
  if (Number.isInteger(Math.log2(bytes))) return bytes
  throw new OrujoError('ORUJO_OPTION', `ringBytes must be a power of two, got ${bytes}.`)
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new OrujoError(
    'ORUJO_OPTION',
    `${name} must be a whole number from ${least} to ${most}, got ${String(value)}.`,
  )
}

function multiple(name: string, value: number, of: number): void {
  if (value % of === 0) return
  throw new OrujoError('ORUJO_OPTION', `${name} must be a multiple of ${of}, got ${value}.`)
}

function positive(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value
  throw new OrujoError(
    'ORUJO_OPTION',
    `${name} must be a number of milliseconds, 0 or more, got ${String(value)}.`,
  )
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new OrujoError(
    'ORUJO_OPTION',
    `${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, got '${value}'.`,
  )
}
