/**
 * A program for tests of the end: tasks that never end, or not before the test says so.
 */
import { type Core, delegate, task } from '@orujo/core'

export const take = delegate('test.end.take', (_core: Core, _value: number) => undefined)

export const takeText = delegate('test.end.take-text', (_core: Core, text: string) => text)

export const forever = task(
  'test.end.forever',
  (_core: Core) => new Promise<number>(() => undefined),
)

/** Who waits on one endpoint for the test's signal. */
class Waiting {
  readonly resumes: (() => void)[] = []
}

function signalled(core: Core): Promise<void> {
  const { resumes } = core.endpoint.state(Waiting, () => new Waiting())
  return new Promise((resolve) => resumes.push(resolve))
}

/** By the test, on the endpoint of `core`. */
export function signal(core: Core): void {
  for (const resume of core.endpoint.state(Waiting, () => new Waiting()).resumes) resume()
}

export const onSignal = task('test.end.on-signal', async (core: Core) => {
  await signalled(core)
  return 1
})

export const failOnSignal = task('test.end.fail-on-signal', async (core: Core) => {
  await signalled(core)
  throw new Error('after the end')
})
