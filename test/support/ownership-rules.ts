/**
 * Rules of ownership on clusters: a main task under many schedules and on machines of several
 * shapes; afterwards nothing may be left on any core.
 */
import { type Core, task } from '@orujo/core'
import type { AnyDefinition } from '#core/message/definition.js'
import { Shares } from '#ownership/std/shares.js'
import { Store } from '#ownership/store.js'
import { Cluster } from './cluster.ts'
import { definitions, extensions } from './ownership.ts'
import { type Schedule, seeded } from './schedule.ts'

export interface RuleOptions {
  readonly seeds: number
  /** Locales and cores of each. */
  readonly shapes: readonly (readonly [locales: number, coresPerLocale: number])[]
  /** Called before each run. */
  readonly prepare: (cluster: Cluster) => void
}

const DEFAULTS: RuleOptions = {
  seeds: 20,
  shapes: [
    [1, 1],
    [2, 2],
    [4, 1],
  ],
  prepare: () => undefined,
}

/** Runs `main` on core 0 under every seed; then no object, share or handle may be left. */
export async function underSeeds(
  main: (core: Core, schedule: Schedule, cluster: Cluster) => Promise<void>,
  others: readonly object[] = [],
  options: Partial<RuleOptions> = {},
): Promise<void> {
  const { seeds, shapes, prepare } = { ...DEFAULTS, ...options }
  for (const [locales, coresPerLocale] of shapes) {
    for (let seed = 1; seed <= seeds; seed++) {
      const where = `${locales} x ${coresPerLocale}, seed ${seed}`
      const choices = seeded(seed + 1000)
      const run = task('test.main', async (core: Core) => main(core, choices, cluster))
      const cluster: Cluster = new Cluster({
        definitions: [...definitions, ...(others as AnyDefinition[]), run],
        extensions,
        locales,
        coresPerLocale,
        schedule: seeded(seed),
      })
      prepare(cluster)
      try {
        await cluster.run(run)
        await cluster.settle()
        if (leftOf(cluster) !== '') throw new Error(`left: ${leftOf(cluster)}`)
        await cluster[Symbol.asyncDispose]()
      } catch (cause) {
        throw new Error(`${where}: ${String(cause)}`, { cause })
      }
    }
  }
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

/** What is left of ownership on any core. */
export function leftOf(cluster: Cluster): string {
  const left: string[] = []
  for (const endpoint of cluster.endpoints) {
    const store = endpoint.state(Store, () => undefined as unknown as Store) as Store | undefined
    const figures = {
      residents: [...(store?.residents() ?? [])].length,
      shares: Shares.of({ endpoint }).size,
      'held objects': endpoint.memory.objects.size,
      'lent objects': store?.lent.size ?? 0,
    }
    for (const [what, count] of Object.entries(figures)) {
      if (count > 0) left.push(`core ${endpoint.id}: ${count} ${what}`)
    }
  }
  return left.join('; ')
}
