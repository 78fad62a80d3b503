/**
 * Rules of ownership: what must hold on clusters of several shapes under several schedules, after
 * which nothing may be left anywhere.
 */
import test, { type ExecutionContext } from 'ava'
import { type Core, task } from '@orujo/core'
import type { StoreOptions } from '#ownership/store.js'
import type { Cluster, ClusterOptions } from './cluster.ts'
import { type AnyTask, checkNothingOwned, ownershipCluster } from './ownership.ts'
import { type Schedule, seeded } from './schedule.ts'

/** Locales, and cores of each. */
export type Shape = readonly [locales: number, coresPerLocale: number]

const SHAPES: readonly Shape[] = [
  [1, 1],
  [1, 2],
  [2, 2],
  [4, 1],
]

/** One run of a rule. */
export interface Run {
  readonly cluster: Cluster
  readonly seed: number
  /** For choices of the program's own. */
  readonly random: Schedule
}

export interface RuleOptions {
  /** Definitions that the rule needs; of any types. */
  readonly tasks?: readonly unknown[]
  /** Default 40, each on the next of the shapes. */
  readonly seeds?: number
  readonly shapes?: readonly Shape[]
  /** Of the stores, by seed. */
  readonly store?: (seed: number) => Partial<StoreOptions>
  /** Memory, for example. */
  readonly machine?: Partial<ClusterOptions>
  /** Called before the main task. */
  readonly prepare?: (cluster: Cluster) => unknown
  /** Called when nothing is under way any more. */
  readonly after?: (cluster: Cluster) => unknown
}

/** Runs `main` on core 0 under every seed; then nothing may be left on any core. */
export async function underSeeds(
  main: (core: Core, run: Run) => unknown,
  options: RuleOptions = {},
): Promise<void> {
  const { seeds = 40, shapes = SHAPES } = options
  for (let seed = 1; seed <= seeds; seed++) {
    const shape = shapes[seed % shapes.length]!
    try {
      await once(main, seed, shape, options)
    } catch (cause) {
      throw new Error(`${shape.join(' x ')} cores, seed ${seed}: ${String(cause)}`, { cause })
    }
  }
}

/** Declares the test that `main` holds under every seed. */
export function ownershipRule(
  title: string,
  main: (core: Core, t: ExecutionContext, run: Run) => unknown,
  options: RuleOptions = {},
): void {
  test(title, async (t) => {
    t.timeout(120_000)
    await underSeeds((core, run) => main(core, t, run), options)
    t.pass()
  })
}

/** The same on core 0 of 2 locales of 2 cores, with few colours: for the steps of objects. */
export function stepRule(
  title: string,
  main: (core: Core, t: ExecutionContext) => unknown,
  tasks: readonly unknown[] = [],
): void {
  const store = (): Partial<StoreOptions> => ({ colorLimit: 4 })
  ownershipRule(title, main, { tasks, seeds: 10, shapes: [[2, 2]], store })
}

async function once(
  main: (core: Core, run: Run) => unknown,
  seed: number,
  [locales, coresPerLocale]: Shape,
  { tasks = [], store, machine, prepare, after }: RuleOptions,
): Promise<void> {
  const random = seeded(seed + 1000)
  const run = task('test.main', async (core: Core) => {
    await main(core, { cluster, seed, random })
  })
  const cluster: Cluster = ownershipCluster({
    ...machine,
    tasks: [...(tasks as readonly AnyTask[]), run],
    locales,
    coresPerLocale,
    schedule: seeded(seed),
    store: store?.(seed) ?? {},
  })
  await prepare?.(cluster)
  await cluster.run(run)
  await cluster.settle()
  await after?.(cluster)
  await checkNothingOwned(cluster)
  // After a failure it would find what that has left, and hide it.
  await cluster[Symbol.asyncDispose]()
}

/** Messages that `work` and all that comes of it send, between cores; those of scopes left out. */
export async function messagesOf(
  core: Core,
  cluster: Cluster,
  work: (core: Core) => Promise<unknown>,
): Promise<number> {
  const before = countMessages(cluster)
  await core.finish(work)
  // What has belonged to no scope may not have been published.
  for (let i = 0; i < 20; i++) await core.yield()
  return countMessages(cluster) - before
}

function countMessages(cluster: Cluster): number {
  const { sends, calls, spawns, replies } = cluster.metrics().total
  return sends + calls + spawns + replies
}
