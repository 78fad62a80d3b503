/**
 * Cluster: all cores of a runtime and its host on one thread, over the memory transport. Who takes
 * a turn and what arrives is asked of a schedule, so a run is repeated by its seed, and one that
 * cannot go on is told apart from one that takes long.
 *
 * States      open -> disposed. A hang or a livelock leaves it stuck: then its end is not checked.
 * Ordering    what the transport promises, FIFO per link, and nothing else. Microtasks get a turn
 *             after every step, as they do between the turns of a real loop.
 * Shutdown    disposal lets everything under way arrive, then checks that nothing is left.
 */
import { setImmediate } from 'node:timers/promises'
import type { Task } from '@orujo/core'
import { Core } from '#core/delegate/core.js'
import { Endpoint } from '#core/delegate/endpoint.js'
import {
  type StealingOptions,
  type StealingPolicy,
  localeTaskBytes,
} from '#core/delegate/stealing.js'
import { waitingOn } from '#core/delegate/waiting.js'
import { builtinDefinitions } from '#core/launch/builtins.js'
import { builtinExtensions } from '#core/launch/extensions.js'
import { CoreMemory } from '#core/memory/directory.js'
import { CoreHeap } from '#core/memory/heap.js'
import type { AnyCodecExtension } from '#core/message/codec-extension.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { HandlerTable } from '#core/message/handlers.js'
import { type RuntimeMetrics, metricsBytes, metricsRow, readMetrics } from '#core/metrics.js'
import { memoryUsage } from '#core/parallel/allocate.js'
import { Topology } from '#core/place.js'
import type { Scope } from '#core/sync/scope.js'
import { MemoryNetwork } from '#core/transport/memory.js'
import { TestClock } from './clock.ts'
import { type Delivery, chosen } from './delivery.ts'
import { type Schedule, seeded } from './schedule.ts'

export interface ClusterOptions {
  /** The program's definitions; the built-in ones are added. */
  readonly definitions: Iterable<AnyDefinition>
  /** What the program adds to the codec. */
  readonly extensions?: readonly AnyCodecExtension[]
  readonly locales?: number
  readonly coresPerLocale?: number
  /** Chooses who takes a turn, and what arrives unless `delivery` does. Default: seed 1. */
  readonly schedule?: Schedule
  readonly delivery?: Delivery
  /** Words of each ring, a power of two. Small ones force overflow, fillers and fragments. */
  readonly ringWords?: number
  readonly outboxBytes?: number
  /** As of `launch`. */
  readonly stealing?: StealingPolicy
  /** Records of each deque of unbound tasks, a power of two. Small ones force overflow. */
  readonly dequeRecords?: number
  /** Unbound tasks that may wait on a core beyond its deque. */
  readonly maxOverflow?: number
  readonly heapBytes?: number
  readonly sharedBytes?: number
  /**
   * Whether every endpoint runs its own loop, and parks; the schedule then chooses only what
   * arrives, one step a turn of the event loop. A wake-up that is lost shows as a hang.
   */
  readonly isLooping?: boolean
  /** Steps after which a run that still makes progress is taken for a livelock. */
  readonly maxSteps?: number
  /** Called after every step; throws if something is not as it must be. */
  readonly onStep?: () => void
}

type Settings = Required<
  Omit<ClusterOptions, 'definitions' | 'extensions' | 'schedule' | 'delivery' | 'onStep'>
>

const DEFAULTS: Settings = {
  locales: 1,
  coresPerLocale: 2,
  ringWords: 1024,
  outboxBytes: 2 ** 26,
  stealing: 'all',
  dequeRecords: 64,
  maxOverflow: 2 ** 22,
  heapBytes: 2 ** 20,
  sharedBytes: 2 ** 19,
  isLooping: false,
  maxSteps: 1_000_000,
}

/** Time that passes with each step. */
const STEP_MS = 0.01

/** Nothing can happen any more, and what was waited for has not. */
export class HangError extends Error {}

export class Cluster {
  readonly topology: Topology
  readonly network: MemoryNetwork
  /** By number: the cores, then the host. */
  readonly endpoints: readonly Endpoint[]
  readonly clock = new TestClock()
  /** What `core.log` wrote. */
  readonly lines: string[] = []
  readonly #schedule: Schedule
  readonly #delivery: Delivery
  readonly #maxSteps: number
  readonly #onStep: () => void
  readonly #metrics: ArrayBuffer
  /** Every scope that an endpoint has heard of. */
  readonly #scopes: { readonly endpoint: Endpoint; readonly scope: Scope }[] = []
  readonly #isLooping: boolean
  /** Unbound tasks that wait, by locale. */
  readonly #tasks: readonly ArrayBuffer[]
  /** Of all cores. */
  readonly #heaps: readonly ArrayBuffer[]
  #loops: Promise<number>[] = []
  #isStuck = false

  constructor(given: ClusterOptions) {
    const options = { ...DEFAULTS, ...given }
    this.topology = new Topology(options.locales, options.coresPerLocale)
    const count = this.topology.cores + 1
    this.network = new MemoryNetwork(count, options.ringWords)
    this.#schedule = options.schedule ?? seeded(1)
    this.#delivery = options.delivery ?? chosen(this.#schedule)
    this.#maxSteps = options.maxSteps
    this.#onStep = options.onStep ?? (() => undefined)
    this.#isLooping = options.isLooping
    this.#metrics = new ArrayBuffer(metricsBytes(count))
    const { coresPerLocale, dequeRecords } = options
    this.#tasks = Array.from({ length: options.locales }, () => {
      return new ArrayBuffer(localeTaskBytes(coresPerLocale, dequeRecords))
    })
    this.#heaps = Array.from({ length: count - 1 }, () => new ArrayBuffer(options.heapBytes))
    const definitions = [...builtinDefinitions, ...options.definitions]
    const table = new HandlerTable(definitions, options.extensions)
    this.endpoints = Array.from({ length: count }, (_, id) => {
      const endpoint = this.#makeEndpoint(id, options)
      endpoint.useTable(table)
      return endpoint
    })
  }

  get cores(): number {
    return this.topology.cores
  }

  /** The host's handle, outside of any run. */
  get host(): Core {
    return this.core(this.topology.host)
  }

  /** A core's handle outside of any run. */
  core(id: number): Core {
    return this.endpoints[id]!.scopes.root.context as Core // what makeCore made
  }

  /** Runs a task as `Runtime.run` does: on core 0, in a scope of its own. */
  run<A extends unknown[], R>(main: Task<A, R>, ...args: A): Promise<R> {
    const { host } = this.topology
    return this.until(this.endpoints[host]!.callScoped(main, 0, args)) as Promise<R>
  }

  /** Lets things happen until `promise` is settled. HangError if it can never be. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    await this.#drive(() => isSettled)
    if (!isSettled) {
      this.#isStuck = true
      promise.catch(() => undefined)
      throw new HangError(`Nothing can happen any more.\n${this.describe()}`)
    }
    return promise
  }

  /** Lets things happen until nothing can. */
  settle(): Promise<void> {
    return this.#drive(() => false)
  }

  metrics(): RuntimeMetrics {
    return readMetrics(this.#metrics, this.endpoints.length, undefined)
  }

  /** What was counted, once nothing is under way any more. */
  async settled(): Promise<RuntimeMetrics> {
    await this.settle()
    return this.metrics()
  }

  /** Throws unless every core and the host are as they were before the first run. */
  check(): void {
    const left = this.describe()
    if (left !== '') throw new Error(`Something is left at the end.\n${left}`)
  }

  /** Throws unless all memory is free again and no object is held. */
  async checkFreed(): Promise<void> {
    const { shared, own } = await this.until(memoryUsage(this.host))
    const used = [shared, ...own].reduce((sum, { bytesInUse }) => sum + bytesInUse, 0)
    const held = this.endpoints.reduce((sum, { memory }) => sum + memory.objects.size, 0)
    if (used + held > 0) throw new Error(`${used} bytes and ${held} objects are not freed.`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isStuck) {
      await this.settle()
      this.check()
    }
    this.network.close()
    await Promise.all(this.#loops)
  }

  /** What is under way or waited for, a line each; empty if nothing is. */
  describe(): string {
    const lines = this.endpoints.flatMap((endpoint) => [
      ...describeEndpoint(endpoint),
      ...this.#scopes
        .filter((entry) => entry.endpoint === endpoint)
        .flatMap(({ scope }) => describeScope(endpoint, scope)),
    ])
    if (!this.network.isQuiet()) lines.push('words are under way on some link')
    return lines.join('\n')
  }

  #makeEndpoint(id: number, options: Settings): Endpoint {
    const isHost = id === this.topology.host
    return new Endpoint({
      topology: this.topology,
      transport: this.network.transport(id),
      memory: isHost ? new CoreMemory(id) : this.#memory(id, options),
      counters: metricsRow(this.#metrics, this.network.endpoints, id),
      clock: this.clock,
      spinMs: 0,
      outboxBytes: options.outboxBytes,
      extensions: builtinExtensions,
      makeCore: (endpoint, scope) => {
        this.#scopes.push({ endpoint, scope })
        return new Core(endpoint, scope)
      },
      writeLine: (line) => void this.lines.push(line),
      ...(isHost ? {} : { stealing: this.#stealing(id, options) }),
    })
  }

  #memory(id: number, { sharedBytes, coresPerLocale }: Settings): CoreMemory {
    const heap = new CoreHeap(this.#heaps[id]!, { sharedBytes, core: id, checked: true })
    const firstCore = id - (id % coresPerLocale)
    const buffers = this.#heaps.slice(firstCore, firstCore + coresPerLocale)
    return new CoreMemory(id, heap, { firstCore, buffers })
  }

  #stealing(id: number, options: Settings): StealingOptions {
    const memory = this.#tasks[this.topology.localeOf(id)!]!
    const { stealing: policy, dequeRecords: records, maxOverflow } = options
    return { memory, policy, records, maxOverflow, seed: id }
  }

  /** Takes steps until `isDone`, or until none changes anything. */
  async #drive(isDone: () => boolean): Promise<void> {
    const patience = 2 * this.endpoints.length
    let idleSteps = 0
    // Until the last step has gone well there is no end to be checked.
    this.#isStuck = true
    for (let steps = 0; !isDone(); steps++) {
      if (steps === this.#maxSteps) {
        throw new Error(`No end after ${steps} steps.\n${this.describe()}`)
      }
      const isProgress = await (this.#isLooping ? this.#loopStep() : this.#step())
      this.#onStep()
      idleSteps = isProgress ? 0 : idleSteps + 1
      if (idleSteps < patience) continue
      // The schedule may just not have chosen those who can do something: try everybody.
      const sweep = () => (this.#isLooping ? this.#loopSweep() : this.#sweep())
      if (!(await sweep()) && !(await sweep())) break
      idleSteps = 0
    }
    this.#isStuck = false
  }

  /** Somebody's turn, or an arrival. */
  async #step(): Promise<boolean> {
    const count = this.endpoints.length
    const choice = this.#schedule.choose(2 * count)
    const isProgress =
      (choice >= count && this.#delivery(this.network)) || this.#turn(choice % count)
    this.clock.advance(STEP_MS)
    for (let ticks = this.#schedule.choose(3); ticks >= 0; ticks--) await undefined
    return isProgress
  }

  /** A turn of everybody, everything arrives, and all microtasks run. */
  async #sweep(): Promise<boolean> {
    let isProgress = this.network.pending().length > 0
    this.network.deliverAll()
    for (let id = 0; id < this.endpoints.length; id++) {
      if (this.#turn(id)) isProgress = true
    }
    this.clock.advance(STEP_MS)
    await setImmediate()
    return isProgress
  }

  /** An arrival or none, and whatever the loops make of it. */
  async #loopStep(): Promise<boolean> {
    if (this.#loops.length === 0) {
      this.#loops = this.endpoints.map((endpoint) => endpoint.scheduler.run())
    }
    const isProgress = this.#schedule.choose(4) > 0 && this.#delivery(this.network)
    this.clock.advance(STEP_MS)
    await setImmediate()
    return isProgress
  }

  /** Everything arrives. True if anything did, or if some loop still runs. */
  async #loopSweep(): Promise<boolean> {
    const isPending = this.network.pending().length > 0
    this.network.deliverAll()
    this.clock.advance(STEP_MS)
    await setImmediate()
    return isPending || !this.endpoints.every(({ id }) => this.network.isParked(id))
  }

  /** What `Scheduler.run` does between two suspensions. */
  #turn(id: number): boolean {
    const { scheduler, scopes } = this.endpoints[id]!
    let isProgress = false
    if (this.#schedule.choose(8) === 0) {
      // As after many busy turns, which here are few.
      isProgress = scheduler.flush()
      isProgress = scopes.reportQuiet() || isProgress
    }
    return scheduler.turn() || scopes.reportQuiet() || isProgress
  }
}

/**
 * Hands a new cluster to `body`, then sees to it that nothing is left. An error of the body comes
 * first: what is left then is its consequence.
 */
export async function withCluster(
  options: ClusterOptions,
  body: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = new Cluster(options)
  await body(cluster)
  await cluster[Symbol.asyncDispose]()
}

function describeEndpoint(endpoint: Endpoint): string[] {
  const { id, calls, scheduler, scopes, unbound } = endpoint
  const { tasks, waits } = waitingOn(endpoint)
  const figures = {
    'calls without an answer': calls.openCount,
    'running tasks': scheduler.activeTasks,
    'queued tasks': scheduler.queuedTasks,
    'unbound tasks': unbound.waiting,
    'words that overflow': scheduler.outboxes.reduce((sum, box) => sum + box.queuedWords, 0),
    'open scopes': scopes.openCount,
    'waiters of scopes': scopes.waiterCount,
  }
  return [
    ...Object.entries(figures)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `endpoint ${id}: ${count} ${what}`),
    ...tasks.map(({ definition, scope, caller, count }) => {
      const from = caller < 0 ? '' : ` for endpoint ${caller}`
      return `endpoint ${id}: ${count} '${definition}' of scope ${scope} suspended${from}`
    }),
    ...waits.map(({ what, count }) => `endpoint ${id}: ${count} waiting for ${what}`),
  ]
}

function describeScope(endpoint: Endpoint, scope: Scope): string[] {
  const { active, isDirty, books, counts } = scope
  const totals = books?.totals ?? []
  const isClean =
    active === 0 && !isDirty && counts.every((n) => n === 0) && totals.every((n) => n === 0)
  if (isClean) return []
  return [
    `endpoint ${endpoint.id}: scope ${scope.id} of ${scope.home}: active ${active}, ` +
      `counts [${counts.join()}], totals [${totals.join()}], ` +
      `${books?.awaited ?? 0} answers awaited, ${books?.owed ?? 0} reports owed`,
  ]
}
