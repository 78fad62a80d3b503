/**
 * Rules of ownership: what must hold on clusters of several shapes under several schedules, after
 * which nothing may be left anywhere.
 */
import test, { type ExecutionContext } from 'ava'
import { type Core, task } from '@orujo/core'
import type { StoreOptions } from '#ownership/store.js'
import { type AnyTask, checkNothingOwned, ownershipCluster } from './ownership.ts'
import { seeded } from './schedule.ts'

/** Locales, and cores of each. */
const SHAPES = [
  [1, 1],
  [1, 2],
  [2, 2],
  [4, 1],
] as const

export interface RuleOptions {
  /** Definitions that the rule needs; of any types. */
  readonly tasks?: readonly unknown[]
  /** Default 20. */
  readonly seeds?: number
  /** Of the stores, by seed. */
  readonly store?: (seed: number) => Partial<StoreOptions>
}

/** Runs `main` on core 0 under every seed. */
export function ownershipRule(
  title: string,
  main: (core: Core, t: ExecutionContext, seed: number) => Promise<void>,
  { tasks = [], seeds = 20, store = () => ({}) }: RuleOptions = {},
): void {
  test(title, async (t) => {
    t.timeout(120_000)
    for (let seed = 1; seed <= seeds; seed++) {
      const [locales, coresPerLocale] = SHAPES[seed % SHAPES.length]!
      const run = task('test.main', async (core: Core) => main(core, t, seed))
      try {
        await using cluster = ownershipCluster({
          tasks: [...(tasks as readonly AnyTask[]), run],
          locales,
          coresPerLocale,
          schedule: seeded(seed),
          store: store(seed),
        })
        await cluster.run(run)
        await cluster.settle()
        await checkNothingOwned(cluster)
      } catch (error) {
        const place = `${locales} x ${coresPerLocale} cores, seed ${seed}`
        throw new Error(`${place}: ${String(error)}`, { cause: error })
      }
    }
    t.pass()
  })
}
