/**
 * Load: how much of the machine other programs use, because rates measured beside them are not
 * those of an idle machine.
 */
import { cpus } from 'node:os'

export interface Load {
  /** Hardware threads that other programs kept busy since the start, on average. */
  threadsBusyElsewhere(): number
}

export function startLoad(): Load {
  const before = processorTimes()
  const ownBefore = process.cpuUsage()
  return {
    threadsBusyElsewhere() {
      const after = processorTimes()
      const { user, system } = process.cpuUsage(ownBefore)
      const othersMs = after.busyMs - before.busyMs - (user + system) / 1000
      const passedMs = (after.totalMs - before.totalMs) / after.threads
      // The two clocks differ a little, so that others may seem to give time back.
      return Math.max(0, othersMs / passedMs)
    },
  }
}

/** Since the machine was started, of all hardware threads together. */
function processorTimes(): { busyMs: number; totalMs: number; threads: number } {
  const times = cpus().map((processor) => processor.times)
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0)
  const busyMs = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0)
  return { busyMs, totalMs: busyMs + idleMs, threads: times.length }
}
