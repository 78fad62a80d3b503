/**
 * One random ownership program on a cluster, with a fault of the protocol or without.
 */
import type { Task } from '@orujo/core'
import type { Cluster } from '../support/cluster.ts'
import { checkNothingOwned, ownershipCluster, storesOf } from '../support/ownership.ts'
import { pick, seeded } from '../support/schedule.ts'
import type { Fault } from './ownership-faults.ts'
import { Programs } from './ownership-programs.ts'
import { World } from './ownership-world.ts'

/** Shapes of clusters: cores that share memory see typed objects of one another in place. */
const SHAPES = [
  { locales: 4, coresPerLocale: 1 },
  { locales: 4, coresPerLocale: 1 },
  { locales: 2, coresPerLocale: 2 },
] as const

/** A program that obeys the rules. Throws if an invariant does not hold or a reader is misled. */
export function runModel(programs: Programs, seed: number, fault?: Fault): Promise<void> {
  return run(programs, programs.main, seed, fault)
}

/** A program that breaks every rule. Throws if that is not refused as it must be. */
export function runViolations(programs: Programs, seed: number): Promise<void> {
  return run(programs, programs.violate, seed)
}

async function run(
  programs: Programs,
  main: Task<[seed: number], void>,
  seed: number,
  fault?: Fault,
): Promise<void> {
  const schedule = seeded(seed)
  const cacheBytes = pick(schedule, [0, 300, 2 ** 20])
  let world: World | undefined
  const cluster: Cluster = ownershipCluster({
    tasks: programs.tasks,
    store: { cacheBytes, colorLimit: 4 },
    ...pick(schedule, SHAPES),
    schedule,
    heapBytes: 2 ** 14,
    sharedBytes: 2 ** 13,
    maxSteps: 200_000,
    onStep: () => world?.check(),
  })
  const stores = storesOf(cluster)
  const undo = fault?.(stores)
  try {
    world = new World(stores)
    programs.world = world
    await cluster.run(main, seed)
    await cluster.settle()
    world.checkQuiet()
    await checkNothingOwned(cluster)
    await cluster[Symbol.asyncDispose]()
    for (const { counts, copies } of stores) {
      for (const [name, count] of Object.entries({ ...counts, evictions: copies.evictions })) {
        programs.count(name, Number(count))
      }
    }
  } finally {
    undo?.()
  }
}
