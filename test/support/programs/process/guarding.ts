/**
 * Misuse of ranges, replicated objects and maps in checked mode, by cores that were lent them: what
 * each misuse was answered.
 */
import { type Core, f64, task } from '@orujo/core'
import {
  type ExclusiveRange,
  type OwnedMap,
  OwnershipError,
  type ReplicaRef,
  type SharedRange,
  configureOwnership,
  drop,
  lend,
  ownVector,
  ownedMap,
  replicatedArray,
  scopedTask,
} from '@orujo/ownership'

/** Code, object and whether both places are known. */
export type Answer = readonly [code: string, object: string, isPlaced: boolean]

function answerOf(misuse: () => unknown): Answer {
  try {
    misuse()
  } catch (error) {
    if (!(error instanceof OwnershipError)) throw error
    const { code, object, first = '', second = '' } = error
    return [code, object, first.includes('guarding') && second.includes('guarding')]
  }
  return ['nothing', '', false]
}

export const readRange = scopedTask(
  'guarding.read-range',
  async (core: Core, range: SharedRange<typeof f64>): Promise<Answer[]> => {
    const ref = await range.borrow(core, { begin: range.begin, end: range.begin + 1 })
    const view = ref.value as unknown as Float64Array
    const written = answerOf(() => (view[0] = 1))
    ref.release()
    return [written, answerOf(() => view[0])]
  },
)

export const writeRange = scopedTask(
  'guarding.write-range',
  async (core: Core, range: ExclusiveRange<typeof f64>): Promise<Answer[]> => {
    const mut = await range.borrowMut(core, { begin: range.begin, end: range.begin + 1 })
    const view = mut.value
    view[0]!++
    await mut.release()
    return [answerOf(() => (view[0] = 9))]
  },
)

export const readReplica = scopedTask(
  'guarding.read-replica',
  (_core: Core, weights: ReplicaRef<Float64Array>): Answer[] => {
    const view = weights.value as unknown as Float64Array
    return [answerOf(() => view.fill(9))]
  },
)

export const readMap = task(
  'guarding.read-map',
  async (core: Core, map: OwnedMap<number, number[]>): Promise<Answer[]> => {
    const kept: number[][] = []
    await map.read(core, 1, (list) => void kept.push(list as unknown as number[]))
    drop(core, map)
    return [answerOf(() => kept[0]!.length)]
  },
)

/** What every core was answered, and what is left of the data. */
export const main = task('guarding.main', async (core: Core) => {
  await configureOwnership(core, { checked: true })
  const vector = await ownVector(core, f64, 8)
  const weights = await replicatedArray(core, f64, 4)
  const map = await ownedMap<number, number[]>(core, { buckets: 3 })
  await map.set(core, 1, [1, 2])
  const answers: Answer[] = []
  for (let target = 0; target < core.cores; target++) {
    {
      using all = vector.share(core)
      using ref = await weights.borrow(core)
      answers.push(...(await lend(core, readRange, target, all)))
      answers.push(...(await lend(core, readReplica, target, ref)))
      answers.push(...(await core.call(readMap, target, map.clone())))
    }
    await using all = vector.claim(core)
    answers.push(...(await lend(core, writeRange, target, all)))
  }
  const kept = await vector.read(core, (range) => range.at(0))
  for (const one of [vector, weights, map]) drop(core, one)
  return { answers, kept }
})
