/** A program that fails in every way there is, for tests of how errors cross cores. */
import { type Core, delegate, onAllCores, task } from '@orujo/core'

/** An error that only its own program knows. */
export class BadRecordError extends Error {
  readonly code = 'BAD_RECORD'
  readonly line: number
  readonly seen: ReadonlyMap<string, number>
  /** Cannot be sent. */
  readonly retry = (): void => undefined

  constructor(line: number, cause: unknown) {
    super(`line ${line} is no record`, { cause })
    this.name = 'BadRecordError'
    this.line = line
    this.seen = new Map([['records', line - 1]])
  }
}

export type Fault = 'custom' | 'type' | 'aggregate' | 'string' | 'undefined' | 'object' | 'node'

/** Throws what `fault` names. */
export function failWith(fault: Fault): never {
  switch (fault) {
    case 'custom':
      throw new BadRecordError(7, new RangeError('7 is too much', { cause: 'a full moon' }))
    case 'type':
      throw new TypeError('of another type')
    case 'aggregate':
      throw new AggregateError([new TypeError('one'), new BadRecordError(2, undefined)], 'both')
    case 'node':
      throw new URL('not a url') as unknown as Error // the constructor throws
    case 'string':
      throw 'just text' // eslint-disable-line @typescript-eslint/only-throw-error -- programs do
    case 'undefined':
      throw undefined // eslint-disable-line @typescript-eslint/only-throw-error -- programs do
    case 'object':
      throw { why: 'no error' } // eslint-disable-line @typescript-eslint/only-throw-error -- so too
  }
}

export const failDelegate = delegate('errors.delegate', (_core: Core, fault: Fault): number =>
  failWith(fault),
)

export const failTask = task('errors.task', async (core: Core, fault: Fault): Promise<number> => {
  await core.yield()
  return deeper(core, fault)
})

async function deeper(core: Core, fault: Fault): Promise<number> {
  await core.yield()
  return failWith(fault)
}

/** Host to this core to `next` to the host: the error comes back all the way. */
export const passOn = task('errors.pass-on', async (core: Core, next: number, fault: Fault) => {
  return await callNext(core, next, fault)
})

async function callNext(core: Core, next: number, fault: Fault): Promise<number> {
  return await core.call(failTask, next, fault)
}

/** Wraps what `next` throws, as programs do. */
export const wrap = task('errors.wrap', async (core: Core, next: number): Promise<number> => {
  try {
    return await core.call(failDelegate, next, 'custom')
  } catch (cause) {
    throw new Error(`core ${core.id} could not go on`, { cause })
  }
})

export const giveFunction = delegate('errors.give-function', (): unknown => ({
  list: [1, () => 2],
}))

export const giveFunctionLater = task(
  'errors.give-function-later',
  async (core: Core): Promise<unknown> => {
    await core.yield()
    return { a: Symbol('s') }
  },
)

/** One-way work on every core; half of it fails. */
export const failMany = task('errors.many', async (core: Core): Promise<void> => {
  for (let dst = 0; dst < core.cores; dst++) {
    core.send(failDelegate, dst, dst % 2 === 0 ? 'type' : 'custom')
  }
})

export const failEverywhere = task('errors.everywhere', (core: Core) =>
  onAllCores(core, failTask, 'type'),
)

/** A join that fails inside a scope that fails with it. */
export const joinFailed = task('errors.join', async (core: Core, dst: number): Promise<string> => {
  const outcome: string[] = []
  try {
    await core.finish(async (inner) => {
      const handle = inner.spawn(failTask, dst, 'custom')
      await handle.join().catch((error: Error) => outcome.push(error.name))
    })
  } catch (error) {
    outcome.push((error as Error).name)
  }
  return outcome.join(' ')
})
