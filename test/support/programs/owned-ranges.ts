/**
 * A program over a vector and a replicated object: every core writes its chunk by weights that one
 * core has written and all read.
 */
import { type Core, f64, task } from '@orujo/core'
import {
  type ExclusiveRange,
  type ReplicaMut,
  type ReplicaRef,
  type SharedRange,
  drop,
  lend,
  ownVector,
  replicatedArray,
  scopedTask,
} from '@orujo/ownership'

type F64 = typeof f64

const WEIGHTS = 16

export const setWeights = scopedTask(
  'test.ranges.set-weights',
  (_core: Core, weights: ReplicaMut<Float64Array>, round: number) => {
    for (let k = 0; k < WEIGHTS; k++) weights.value[k] = round * k
  },
)

export const addWeights = scopedTask(
  'test.ranges.add-weights',
  async (core: Core, range: ExclusiveRange<F64>, weights: ReplicaRef<Float64Array>) => {
    await using mut = await range.borrowMut(core)
    for (let i = range.begin; i < range.end; i++) {
      mut.set(i, mut.at(i) + weights.value[i % WEIGHTS]!)
    }
  },
)

export const sumOf = scopedTask('test.ranges.sum', async (core: Core, range: SharedRange<F64>) => {
  using ref = await range.borrow(core)
  let sum = 0
  for (const { view } of ref.pieces()) for (let k = 0; k < view.length; k++) sum += view[k]!
  return sum
})

/** What all cores find in the end, each on its own. */
export const rounds = task(
  'test.ranges.rounds',
  async (core: Core, length: number, count: number) => {
    const vector = await ownVector(core, f64, length)
    const weights = await replicatedArray(core, f64, WEIGHTS)
    const targets = Array.from({ length: core.cores }, (_, i) => i)
    for (let round = 1; round <= count; round++) {
      {
        await using mut = await weights.borrowMut(core)
        await lend(core, setWeights, round % core.cores, mut, round)
      }
      await using all = vector.claim(core)
      using ref = await weights.borrow(core)
      const chunks = all.chunks(core.cores)
      await Promise.all(
        chunks.map((chunk, i) => lend(core, addWeights, (i + round) % core.cores, chunk, ref)),
      )
    }
    let sums: number[]
    {
      using all = vector.share(core)
      sums = await Promise.all(targets.map((target) => lend(core, sumOf, target, all)))
    }
    drop(core, vector)
    drop(core, weights)
    return sums
  },
)
