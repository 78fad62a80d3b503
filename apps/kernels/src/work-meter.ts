/**
 * Work meter: adds up, on the host, the work that cores report, for a progress bar. Reports are
 * one-way and rare, so they cost the work nothing that could be measured.
 */
import type { Progress } from '@orujo/cli'
import { objectDelegate, type Core, type ObjectAddress } from '@orujo/core'

export class WorkMeter {
  readonly #progress: Pick<Progress, 'update'>
  readonly #total: number
  #done = 0

  constructor(progress: Pick<Progress, 'update'>, total: number) {
    this.#progress = progress
    this.#total = total
  }

  add(work: number): void {
    this.#done = Math.min(this.#total, this.#done + work)
    this.#progress.update(this.#done, this.#total)
  }
}

export const reportWork = objectDelegate(
  'kernels.report',
  (_core: Core, meter: WorkMeter, work: number): void => {
    meter.add(work)
  },
)

/** Lets `work` report to a meter on the host for as long as it takes. */
export async function withMeter<T>(
  host: Core,
  progress: Pick<Progress, 'update'>,
  total: number,
  work: (meter: ObjectAddress<WorkMeter>) => Promise<T>,
): Promise<T> {
  const meter = host.hold(new WorkMeter(progress, total))
  try {
    return await work(meter)
  } finally {
    host.release(meter)
  }
}
