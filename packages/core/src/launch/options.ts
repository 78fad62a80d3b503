/**
 * Options of `launch` and of runs: their defaults, bounds and messages. Everything is checked
 * before anything is allocated or started.
 */
import { availableParallelism } from 'node:os'

import { reportWords } from '../delegate/sender.ts'
import type { StealingPolicy } from '../delegate/stealing.ts'
import { MAX_CORES } from '../memory/address.ts'
import { MAX_HEAP_BYTES } from '../memory/heap.ts'
import type { CoreId } from '../place.ts'
import {
  aborter,
  bytes,
  milliseconds,
  multiple,
  oneOf,
  optional,
  powerOfTwo,
  programUrls,
  record,
  text,
  texts,
  textsByName,
  whole,
} from '../check.ts'

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
  /**
   * Bytes of the ring between two endpoints, a power of two. Default 256 KiB, less with many; from
   * 62 cores on at least 2 KiB, and more with more, for a report of all cores must fit half a ring.
   */
  readonly ringBytes?: number
  /** Bytes that may wait for one destination whose ring is full. Default 256 MiB. */
  readonly outboxBytes?: number
  /**
   * Milliseconds an idle core looks for work before it parks. Default 0.1, or 0 if cores outnumber
   * hardware threads.
   */
  readonly spinMs?: number
  /** Runs that may be in progress at once; more wait in order. Default 16. */
  readonly maxRuns?: number
  /**
   * Who takes unbound tasks from whom when idle: 'all' cores from all, cores of one 'locale' from
   * each other, or 'none'. Default 'all'.
   */
  readonly stealing?: StealingPolicy
  /** Where lines of `core.log` go: to stderr at once, or to the 'log' event. Default 'stderr'. */
  readonly log?: 'stderr' | 'event'
  /** Milliseconds between 'metrics' events; 0 for none. Default 0. */
  readonly metricsIntervalMs?: number
  /**
   * Records tasks, delegates, flushes and waits on every core and the host, and writes them at
   * close to a file for ui.perfetto.dev. Its name, or options. Default: no trace, at no cost.
   */
  readonly trace?: string | TraceOptions
  /** Milliseconds that starting the cores and loading the program may take. Default 30,000. */
  readonly launchTimeoutMs?: number
  /** Milliseconds that `close` waits for runs in progress before it ends them. Default 10,000. */
  readonly closeTimeoutMs?: number
  /** Milliseconds that an aborted run gets to stop before the runtime is ended. Default 2,000. */
  readonly abortGraceMs?: number
  /**
   * Milliseconds that nothing may happen while a run waits, before it is rejected with
   * ORUJO_DEADLOCK; 0 for never. Default 500.
   */
  readonly deadlockMs?: number
  /**
   * Node flags for the cores, such as `['--import', 'tsx']` for TypeScript programs on Node 20.
   * Default: the host's.
   */
  readonly execArgv?: readonly string[]
  /** Environment of the cores. Default: the host's. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * V8 limits of each core, as in `new Worker`. A core that reaches one is lost, and the runtime
   * with it; but where one step needs more than the slack that Node leaves (a large array, or on
   * Node 24 a young generation of its default size), V8 ends the whole process. A small
   * `maxYoungGenerationSizeMb` makes that unlikely.
   */
  readonly resourceLimits?: ResourceLimits
}

/** What `launch({ trace })` takes. */
export interface TraceOptions {
  /** Path of the file: made, or emptied, at launch; written at close. */
  readonly file: string
  /** Records kept of each core, the latest; 40 bytes each. Default 65,536. */
  readonly eventsPerCore?: number
}

export interface ResourceLimits {
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb?: number
  readonly codeRangeSizeMb?: number
  readonly stackSizeMb?: number
}

/** What `runtime.runWith` takes. */
export interface RunOptions {
  /** Aborts the run: `core.signal` first, and the whole runtime if that does not end it in time. */
  readonly signal?: AbortSignal
  /** Among waiting runs, higher ones start first. Default 0. */
  readonly priority?: number
  /** Core on which the task runs. Default 0. */
  readonly core?: CoreId
  /** As in `launch`, whose value is the default. 0 for a run that the host goes on with later. */
  readonly deadlockMs?: number
}

/** Options with defaults filled in. */
export type Settings = Required<
  Omit<LaunchOptions, 'program' | 'trace' | 'execArgv' | 'env' | 'resourceLimits'>
> &
  Pick<LaunchOptions, 'execArgv' | 'env' | 'resourceLimits'> & {
    readonly programs: readonly string[]
    readonly trace?: Required<TraceOptions>
  }

/** Environment data of a thread while it loads a program, which must not launch another runtime. */
export const LOADING_KEY = 'orujo.isLoadingProgram'

const MIB = 2 ** 20
/** Rings take at most this much address space together unless `ringBytes` says otherwise. */
const RING_BUDGET_BYTES = 64 * MIB
const MIN_RING_BYTES = 2 ** 10
const MIN_DEFAULT_RING_BYTES = 2 ** 13
const MAX_DEFAULT_RING_BYTES = 2 ** 18

const LAUNCH_OPTIONS: readonly string[] = Object.freeze([
  'program',
  'locales',
  'coresPerLocale',
  'heapBytes',
  'sharedBytes',
  'ringBytes',
  'outboxBytes',
  'spinMs',
  'maxRuns',
  'stealing',
  'log',
  'metricsIntervalMs',
  'trace',
  'launchTimeoutMs',
  'closeTimeoutMs',
  'abortGraceMs',
  'deadlockMs',
  'execArgv',
  'env',
  'resourceLimits',
] satisfies (keyof LaunchOptions)[])

const RUN_OPTIONS: readonly string[] = Object.freeze([
  'signal',
  'priority',
  'core',
  'deadlockMs',
] satisfies (keyof RunOptions)[])

const TRACE_OPTIONS: readonly string[] = Object.freeze([
  'file',
  'eventsPerCore',
] satisfies (keyof TraceOptions)[])

const RESOURCE_LIMITS: readonly string[] = Object.freeze([
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
] satisfies (keyof ResourceLimits)[])

/** Checks `options` and fills in defaults. Throws ORUJO_OPTION. */
export function settle(options: LaunchOptions): Settings {
  record('launch()', options, LAUNCH_OPTIONS)
  const programs = programUrls(options.program)
  const hardware = availableParallelism()
  const locales = whole('locales', options.locales ?? 1, 1, MAX_CORES)
  const coresDefault = Math.max(1, Math.floor(hardware / locales))
  const asked = options.coresPerLocale ?? coresDefault
  const coresPerLocale = whole('coresPerLocale', asked, 1, MAX_CORES)
  const cores = whole('locales * coresPerLocale', locales * coresPerLocale, 1, MAX_CORES)
  return {
    programs,
    locales,
    coresPerLocale,
    ...memorySettings(options, cores),
    ...paceSettings(options, cores <= hardware),
    stealing: oneOf('stealing', options.stealing ?? 'all', ['all', 'locale', 'none']),
    log: oneOf('log', options.log ?? 'stderr', ['stderr', 'event']),
    ...(options.trace === undefined ? {} : { trace: traceSettings(options.trace) }),
    ...threadSettings(options),
  }
}

/** Checks options of a run and fills in defaults. Throws ORUJO_OPTION. */
export function settleRun(
  options: RunOptions,
  cores: number,
  deadlockMs: number,
): { signal: AbortSignal | undefined; priority: number; core: CoreId; deadlockMs: number } {
  record('runWith()', options, RUN_OPTIONS)
  const { priority = 0 } = options
  return {
    signal: optional(options.signal, (signal) => aborter('signal', signal)),
    priority: whole('priority', priority, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    core: whole('core', options.core ?? 0, 0, cores - 1),
    deadlockMs: milliseconds('deadlockMs', options.deadlockMs ?? deadlockMs),
  }
}

function memorySettings(
  options: LaunchOptions,
  cores: number,
): Pick<Settings, 'heapBytes' | 'sharedBytes' | 'ringBytes' | 'outboxBytes'> {
  const heapBytes = bytes('heapBytes', options.heapBytes ?? 256 * MIB, 2 ** 12, MAX_HEAP_BYTES)
  const sharedDefault = Math.floor((heapBytes * 3) / 4 / 64) * 64
  const sharedBytes = bytes('sharedBytes', options.sharedBytes ?? sharedDefault, 0, heapBytes)
  const budget = RING_BUDGET_BYTES / (cores + 1) ** 2
  const leastRing = leastRingBytes(cores)
  const fitting = Math.max(MIN_DEFAULT_RING_BYTES, leastRing, 2 ** Math.floor(Math.log2(budget)))
  const asked = options.ringBytes ?? Math.min(MAX_DEFAULT_RING_BYTES, fitting)
  const ringName = leastRing > MIN_RING_BYTES ? `ringBytes with ${cores} cores` : 'ringBytes'
  return {
    heapBytes: multiple('heapBytes', heapBytes, 64),
    sharedBytes: multiple('sharedBytes', sharedBytes, 64),
    ringBytes: powerOfTwo('ringBytes', bytes(ringName, asked, leastRing, 2 ** 30)),
    outboxBytes: bytes('outboxBytes', options.outboxBytes ?? 256 * MIB, 2 ** 12, 2 ** 40),
  }
}

/** The smallest ring in which the longest frame that cannot be cut, a report, is half or less. */
function leastRingBytes(cores: number): number {
  const halfBytes = 8 * reportWords(cores + 1) // the host counts too
  return Math.max(MIN_RING_BYTES, 2 ** Math.ceil(Math.log2(2 * halfBytes)))
}

function paceSettings(
  options: LaunchOptions,
  hasThreadEach: boolean,
): Pick<
  Settings,
  | 'spinMs'
  | 'maxRuns'
  | 'metricsIntervalMs'
  | 'launchTimeoutMs'
  | 'closeTimeoutMs'
  | 'abortGraceMs'
  | 'deadlockMs'
> {
  return {
    spinMs: milliseconds('spinMs', options.spinMs ?? (hasThreadEach ? 0.1 : 0)),
    maxRuns: whole('maxRuns', options.maxRuns ?? 16, 1, 2 ** 20),
    metricsIntervalMs: milliseconds('metricsIntervalMs', options.metricsIntervalMs ?? 0),
    launchTimeoutMs: milliseconds('launchTimeoutMs', options.launchTimeoutMs ?? 30_000),
    closeTimeoutMs: milliseconds('closeTimeoutMs', options.closeTimeoutMs ?? 10_000),
    abortGraceMs: milliseconds('abortGraceMs', options.abortGraceMs ?? 2_000),
    deadlockMs: milliseconds('deadlockMs', options.deadlockMs ?? 500),
  }
}

function traceSettings(trace: string | TraceOptions): Required<TraceOptions> {
  if (typeof trace !== 'string') record('trace', trace, TRACE_OPTIONS)
  const { file, eventsPerCore = 65_536 } = typeof trace === 'string' ? { file: trace } : trace
  return {
    file: text(typeof trace === 'string' ? 'trace' : 'trace.file', file),
    eventsPerCore: whole('trace.eventsPerCore', eventsPerCore, 1, 2 ** 22),
  }
}

function threadSettings(
  options: LaunchOptions,
): Pick<Settings, 'execArgv' | 'env' | 'resourceLimits'> {
  const { execArgv, env, resourceLimits } = options
  if (resourceLimits !== undefined) {
    record('resourceLimits', resourceLimits, RESOURCE_LIMITS)
    for (const [name, value] of Object.entries(resourceLimits)) {
      whole(`resourceLimits.${name}`, value, 1, 2 ** 31)
    }
  }
  return {
    ...(execArgv === undefined ? {} : { execArgv: texts('execArgv', execArgv) }),
    ...(env === undefined ? {} : { env: textsByName('env', env) }),
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  }
}
