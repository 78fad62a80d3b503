/**
 * Piscina: a task of three numbers given to a pool of one thread, many at once, and the time to
 * start and to end a pool of two threads.
 */
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { millionsPerSecond, scaled, verify, type MicroCase } from '../harness/case.ts'

const RUN_COUNT = 4_000
const FILENAME = fileURLToPath(new URL('./piscina-thread.js', import.meta.url))

export const piscinaRun: MicroCase = {
  name: 'piscina.run',
  unit: 'M/s',
  better: 'more',
  baseline: 'postMessage.pipelined',
  open() {
    const pool = openPool(1, RUN_COUNT)
    return {
      async trial(scale) {
        const count = scaled(RUN_COUNT, scale)
        const runs: Promise<number>[] = []
        const start = performance.now()
        for (let i = 0; i < count; i++) runs.push(pool.run([i, 2 * i, 3 * i]))
        const sum = (await Promise.all(runs)).reduce((left, right) => left + right, 0)
        const seconds = (performance.now() - start) / 1000
        verify('piscina.run', sum, 3 * count * (count - 1))
        return millionsPerSecond(count, seconds)
      },
      close: () => pool.close(),
    }
  },
}

/** Start of a pool of two threads to the first answer of each. */
export const piscinaStart: MicroCase = {
  name: 'piscina.start',
  unit: 'ms',
  better: 'less',
  open() {
    return {
      async trial() {
        const start = performance.now()
        const pool = openPool(2, 2)
        const sums = await Promise.all([pool.run([1, 2, 3]), pool.run([4, 5, 6])])
        const milliseconds = performance.now() - start
        await pool.close()
        verify('piscina.start', sums[0] + sums[1], 21)
        return milliseconds
      },
      close: () => Promise.resolve(),
    }
  },
}

/** Orderly end of such a pool. */
export const piscinaClose: MicroCase = {
  name: 'piscina.close',
  unit: 'ms',
  better: 'less',
  open() {
    return {
      async trial() {
        const pool = openPool(2, 2)
        const sums = await Promise.all([pool.run([1, 2, 3]), pool.run([4, 5, 6])])
        verify('piscina.close', sums[0] + sums[1], 21)
        const start = performance.now()
        await pool.close()
        return performance.now() - start
      },
      close: () => Promise.resolve(),
    }
  },
}

type Sum = (numbers: readonly [number, number, number]) => number

function openPool(threads: number, maxQueue: number): Piscina<Parameters<Sum>[0], number> {
  return new Piscina({
    filename: FILENAME,
    name: 'add',
    minThreads: threads,
    maxThreads: threads,
    maxQueue,
    idleTimeout: Infinity,
  })
}
