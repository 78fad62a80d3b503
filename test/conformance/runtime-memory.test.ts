/** Cores on one thread do what every runtime must, whoever takes a turn and whatever arrives. */
import { withCluster } from '../support/cluster.ts'
import { programDefinitions, programExtensions } from '../support/programs/modules.ts'
import { forSeeds } from '../support/schedule.ts'
import { runtimeConformance } from './runtime.ts'

const SEEDS = 3

runtimeConformance((shape, body) =>
  forSeeds(SEEDS, async (schedule, seed) => {
    // Every second run with rings so small that messages overflow, and long ones go in pieces.
    const ringWords = seed % 2 === 0 ? 64 : 4096
    const definitions = programDefinitions()
    const extensions = programExtensions()
    const options = { ...shape, definitions, extensions, schedule, ringWords }
    await withCluster(options, async (cluster) => {
      await body(cluster)
      await cluster.settle()
      await cluster.checkFreed()
    })
  }),
)
