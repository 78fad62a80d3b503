/**
 * Launch and close: a runtime of two cores from the call of `launch` to the answer of the first
 * delegate, and its orderly end.
 *
 * Means       what a program pays once, modules already loaded on the host, in a warm process.
 * Not meant   the start of Node itself, or the loading of a large program.
 */
import { performance } from 'node:perf_hooks'
import { delegate, launch, type Core } from '@orujo/core'
import { verify, type MicroCase } from '../harness/case.ts'
import { CORES } from './runtime-case.ts'

export const addUp = delegate('bench.launch.addUp', (_core: Core, a: number, b: number) => a + b)

export const launchFirstDelegate: MicroCase = launchCase(
  'launch.first-delegate',
  'piscina.start',
  ({ launchMs }) => launchMs,
)

export const launchClose: MicroCase = launchCase(
  'launch.close',
  'piscina.close',
  ({ closeMs }) => closeMs,
)

interface Times {
  readonly launchMs: number
  readonly closeMs: number
}

function launchCase(name: string, baseline: string, pick: (times: Times) => number): MicroCase {
  return {
    name,
    unit: 'ms',
    better: 'less',
    baseline,
    open: () => ({
      trial: async () => pick(await launchAndClose(name)),
      close: () => Promise.resolve(),
    }),
  }
}

async function launchAndClose(name: string): Promise<Times> {
  const start = performance.now()
  const runtime = await launch({ program: import.meta.url, coresPerLocale: CORES })
  const sum = await runtime.host.call(addUp, 1, 2, 3)
  const launchMs = performance.now() - start
  const startClose = performance.now()
  await runtime.close()
  const closeMs = performance.now() - startClose
  verify(name, sum, 5)
  return { launchMs, closeMs }
}
