/**
 * Figures of a runtime once nothing is under way any more.
 */
import type { Runtime, RuntimeMetrics } from '@orujo/core'
import { inTime } from './deadline.ts'

/**
 * Readings in a row that must be alike: the last words of a run are a few hops behind its answer.
 */
const STEADY = 50

/** Figures since the reset. */
export async function settled(runtime: Runtime): Promise<RuntimeMetrics> {
  const read = async (): Promise<RuntimeMetrics> => {
    let last = -1
    for (let steady = 0; ;) {
      const metrics = runtime.metrics()
      const sent = metrics.messages.flat().reduce((sum, count) => sum + count, 0)
      steady = sent === metrics.total.received && sent === last ? steady + 1 : 0
      if (steady === STEADY) return metrics
      last = sent
      await new Promise(setImmediate)
    }
  }
  return inTime('as many messages received as sent', read())
}
