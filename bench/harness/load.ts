/**
 * Load: how much of the machine others used during a run. Spinning cases want every hardware thread
 * for themselves, so a report that does not say this cannot be trusted.
 */
import { cpus } from 'node:os'

/** Milliseconds since the start of the machine, summed over its hardware threads. */
export interface ProcessorTimes {
  readonly busyMs: number
  readonly totalMs: number
}

export function readProcessorTimes(): ProcessorTimes {
  const times = cpus().map((processor) => processor.times)
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0)
  const busyMs = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0)
  return { busyMs, totalMs: busyMs + idleMs }
}

/**
 * Hardware threads that other processes kept busy between two readings, when this process used
 * `ownMs` of processor time. Never negative, though the clocks behind the figures differ a little.
 */
export function busyElsewhere(
  before: ProcessorTimes,
  after: ProcessorTimes,
  ownMs: number,
  hardwareThreads: number,
): number {
  const totalMs = after.totalMs - before.totalMs
  if (totalMs <= 0) return 0
  const othersMs = Math.max(0, after.busyMs - before.busyMs - ownMs)
  return (othersMs / totalMs) * hardwareThreads
}
