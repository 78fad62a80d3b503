/**
 * Ownership on a cluster: rules that hold under several schedules on several shapes of it, after
 * which no object, vector or replica may be left anywhere.
 */
import test, { type ExecutionContext } from 'ava'
import { type Core, task } from '@orujo/core'
import * as program from '#ownership/program.js'
import { Store } from '#ownership/store.js'
import { VectorRuns } from '#ownership/vector-runs.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { Cluster, type ClusterOptions } from './cluster.ts'
import { seeded } from './schedule.ts'

const DEFINITIONS = Object.values(program).filter((one) => 'kind' in one)
const EXTENSIONS = Object.values(program).filter((one) => 'tag' in one)
const SEEDS = 20

/** Locales by cores of each. */
export const SHAPES: readonly (readonly [number, number])[] = Object.freeze([
  [1, 1],
  [1, 2],
  [2, 2],
  [4, 1],
])

export interface RuleOptions {
  /** Definitions that the rule needs; of any types. */
  readonly definitions?: readonly unknown[]
  readonly seeds?: number
  readonly shapes?: readonly (readonly [number, number])[]
}

/** A cluster of cores that know ownership. */
export function ownershipCluster(
  definitions: readonly unknown[],
  options: Partial<ClusterOptions>,
): Cluster {
  // What programs define is of any type; the cluster takes them by name.
  const all = [...DEFINITIONS, ...(definitions as AnyDefinition[])]
  return new Cluster({ definitions: all, extensions: EXTENSIONS, ...options })
}

/** Runs a task on core 0 of each shape under several schedules; then nothing may be left. */
export function ownershipRule(
  title: string,
  main: (core: Core, t: ExecutionContext, seed: number) => Promise<void>,
  { definitions = [], seeds = SEEDS, shapes = SHAPES }: RuleOptions = {},
): void {
  test(title, async (t) => {
    for (let seed = 1; seed <= seeds; seed++) {
      const [locales, coresPerLocale] = shapes[seed % shapes.length]!
      const run = task('test.main', async (core: Core) => main(core, t, seed))
      const place = `${locales} x ${coresPerLocale} cores, seed ${seed}`
      await using cluster = ownershipCluster([...definitions, run], {
        locales,
        coresPerLocale,
        schedule: seeded(seed),
      })
      await cluster.run(run).catch((error: unknown) => {
        throw new Error(`${place}: ${String(error)}`, { cause: error })
      })
      await checkNothingOwned(t, cluster, place)
    }
  })
}

/** No object, run of a vector, or memory is left on any core. */
export async function checkNothingOwned(
  t: ExecutionContext,
  cluster: Cluster,
  place: string,
): Promise<void> {
  await cluster.settle()
  for (const endpoint of cluster.endpoints.slice(0, -1)) {
    const states = [...endpoint.states()]
    const store = states.find((state) => state instanceof Store)
    const runs = states.find((state) => state instanceof VectorRuns)
    t.is([...(store?.residents() ?? [])].length, 0, `objects of core ${endpoint.id}, ${place}`)
    t.is(store?.lent.size ?? 0, 0, `loans of core ${endpoint.id}, ${place}`)
    t.is(runs?.size ?? 0, 0, `runs of core ${endpoint.id}, ${place}`)
  }
  await cluster.checkFreed()
}
