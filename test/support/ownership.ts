/**
 * Rules of ownership on clusters: a main task under many schedules and on several shapes of machine;
 * afterwards nothing may be left on any core.
 */
import type { ExecutionContext } from 'ava'
import { type Core, type Task, task } from '@orujo/core'
import type { AnyDefinition } from '#core/message/definition.js'
import * as program from '#ownership/program.js'
import { Shares } from '#ownership/std/shares.js'
import { Store } from '#ownership/store.js'
import { Cluster } from './cluster.ts'
import { type Schedule, seeded } from './schedule.ts'

const exported: readonly object[] = Object.values(program)
const definitions = exported.filter((one) => 'kind' in one) as AnyDefinition[]
const extensions = Object.values(program).filter((one) => 'tag' in one)

export interface RuleOptions {
  readonly seeds: number
  /** Locales and cores of each. */
  readonly shapes: readonly (readonly [locales: number, coresPerLocale: number])[]
}

const DEFAULTS: RuleOptions = {
  seeds: 20,
  shapes: [
    [1, 1],
    [2, 2],
    [4, 1],
  ],
}

/** Runs `main` on core 0 under every seed; then no object, share or handle may be left. */
export async function underSeeds(
  t: ExecutionContext,
  main: (core: Core, schedule: Schedule) => Promise<void>,
  others: readonly object[] = [],
  options: Partial<RuleOptions> = {},
): Promise<void> {
  const { seeds, shapes } = { ...DEFAULTS, ...options }
  for (const [locales, coresPerLocale] of shapes) {
    for (let seed = 1; seed <= seeds; seed++) {
      const where = `${locales} x ${coresPerLocale}, seed ${seed}`
      const choices = seeded(seed + 1000)
      const run = task('test.main', async (core: Core) => main(core, choices))
      const cluster = new Cluster({
        definitions: [...definitions, ...(others as AnyDefinition[]), run],
        extensions,
        locales,
        coresPerLocale,
        schedule: seeded(seed),
      })
      try {
        await cluster.run(run as Task<[], void>)
        await cluster.settle()
        t.is(leftOf(cluster), '', where)
        await cluster[Symbol.asyncDispose]()
      } catch (cause) {
        throw new Error(`${where}: ${String(cause)}`, { cause })
      }
    }
  }
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
