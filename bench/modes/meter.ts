/**
 * Meter: what a piece of work costs in time, messages and copies, summed over all cores.
 *
 * Means       the counters of all cores before and after, read by a delegate: two rounds of
 *             messages that are counted, too, which is why trials do many operations.
 */
import { performance } from 'node:perf_hooks'
import { delegate, onAllCores, type Core } from '@orujo/core'
import { ownershipCounts } from '@orujo/ownership'
import { trafficIndex } from '#core/metrics.js'

export interface Cost {
  readonly seconds: number
  readonly messages: number
  readonly bytes: number
  /** Objects fetched, to be read or to be moved. */
  readonly fetches: number
  /** Shared borrows of a copy that was there. */
  readonly hits: number
  /** Objects that changed their home. */
  readonly moves: number
}

/** In this order in what `meterHere` answers. */
const FIGURES = ['messages', 'bytes', 'fetches', 'hits', 'moves'] as const

const WORD_BYTES = 8

export const meterHere = delegate('bench.modes.meter', (core: Core): Float64Array => {
  const { counters } = core.endpoint
  let messages = 0
  let words = 0
  for (let dst = 0; dst <= core.cores; dst++) {
    messages += counters[trafficIndex(dst)]!
    words += counters[trafficIndex(dst) + 1]!
  }
  const { fetches, hits, moves } = ownershipCounts(core)
  return Float64Array.of(messages, words * WORD_BYTES, fetches, hits, moves)
})

/** Does the work, and says what it cost. */
export async function measured(core: Core, work: () => Promise<void>): Promise<Cost> {
  const before = await readMeters(core)
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const after = await readMeters(core)
  const of = (name: (typeof FIGURES)[number]): number => {
    const index = FIGURES.indexOf(name)
    return after[index]! - before[index]!
  }
  return {
    seconds,
    messages: of('messages'),
    bytes: of('bytes'),
    fetches: of('fetches'),
    hits: of('hits'),
    moves: of('moves'),
  }
}

async function readMeters(core: Core): Promise<Float64Array> {
  const sums = new Float64Array(FIGURES.length)
  for (const figures of await onAllCores(core, meterHere)) {
    for (let i = 0; i < sums.length; i++) sums[i]! += figures[i]!
  }
  return sums
}
