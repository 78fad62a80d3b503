/**
 * Fibres: many tasks of one core that take their operations from one range, so that each waits
 * while others work.
 */
import { blockRange, type Core } from '@orujo/core'

/** Enough to keep both directions of every link busy. */
const FIBRES = 64

/** Does this core's share of `count` operations; the sum of what they answer. */
export async function inFibres(
  core: Core,
  count: number,
  operation: (index: number) => number | Promise<number>,
): Promise<number> {
  const [begin, end] = blockRange(count, core.cores, core.id)
  let next = begin
  let sum = 0
  const run = async (): Promise<void> => {
    while (next < end) {
      const answer = operation(next++)
      const found = typeof answer === 'number' ? answer : await answer
      sum += found
    }
  }
  await Promise.all(Array.from({ length: FIBRES }, run))
  return sum
}
